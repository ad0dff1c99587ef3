// SPDX-License-Identifier: Apache-2.0
#include "alert/webhook_sink.h"

#include "alert/notice_text.h"
#include "alert/public_address.h"
#include "base/text.h"
#include "crypto/digest.h"
#include "net/stream.h"

#include <boost/beast/http.hpp>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <sstream>
#include <system_error>

namespace sealgate::alert {

namespace {

namespace http = boost::beast::http;
using net::Task;

constexpr std::size_t kShortestSecret = 16;
constexpr std::size_t kLongestSecret = 1024;
constexpr unsigned kHttp11 = 11;
constexpr std::size_t kMostAddresses = 4;  // tried of a name

std::string errno_text(int number) {
    return std::error_code(number, std::generic_category()).message();
}

// One request, and what runs it. The stream is here so that it can be stopped from outside.
struct Exchange {
    std::unique_ptr<net::Stream> stream;
    std::optional<Status> result;
    bool over = false;  // no more is to be begun
};

Task<Status> connect(Exchange& exchange,
                     const std::vector<IpAddress>& addresses,
                     std::uint16_t port,
                     net::Deadlines& deadlines) {
    Error last(ErrorKind::transient, "alert.webhook", "no address");
    for (std::size_t i = 0; i < std::min(addresses.size(), kMostAddresses); ++i) {
        if (exchange.over) break;
        const net::asio::ip::tcp::endpoint endpoint(
            net::asio::ip::make_address(addresses[i].to_string()), port);
        auto stream =
            co_await net::Stream::connect(endpoint, deadlines, WebhookSink::kConnectPatience);
        if (stream) {
            exchange.stream = *std::move(stream);
            co_return Status();
        }
        last = std::move(stream).error();
    }
    co_return std::unexpected(std::move(last));
}

// The head of the answer; its body is of no interest.
Task<Result<unsigned>> read_answer(net::Stream& stream) {
    http::response_parser<http::empty_body> parser;
    parser.header_limit(WebhookSink::kLargestAnswer);
    parser.skip(true);
    std::string unread;
    for (;;) {
        auto bytes = co_await stream.read();
        if (!bytes) co_return std::unexpected(std::move(bytes).error());
        if (bytes->empty()) {
            co_return fail(ErrorKind::transient, "alert.webhook", "it closed without an answer");
        }
        unread += *bytes;
        boost::system::error_code error;
        const std::size_t used =
            parser.put(net::asio::const_buffer(unread.data(), unread.size()), error);
        unread.erase(0, used);
        if (parser.is_header_done()) co_return parser.get().result_int();
        if (error && error != http::error::need_more) {
            co_return fail(ErrorKind::transient,
                           "alert.webhook",
                           "its answer is not HTTP: " + error.message());
        }
        if (unread.size() > WebhookSink::kLargestAnswer) {
            co_return fail(ErrorKind::transient, "alert.webhook", "its answer is too long");
        }
    }
}

Task<Status> post(Exchange& exchange,
                  const std::vector<IpAddress>& addresses,
                  const config::HttpsUrl& url,
                  const net::TlsContext& tls,
                  const std::string& request,
                  net::Deadlines& deadlines) {
    auto connected = co_await connect(exchange, addresses, url.port, deadlines);
    if (!connected) co_return connected;
    net::Stream& stream = *exchange.stream;
    if (exchange.over) co_return fail(ErrorKind::transient, "alert.webhook", "no time is left");
    stream.set_timeout(WebhookSink::kPatience);
    auto secured = co_await stream.connect_tls(tls, url.host);
    if (!secured) co_return secured;
    auto written = co_await stream.write(request);
    if (!written) co_return written;
    auto status = co_await read_answer(stream);
    if (!status) co_return std::unexpected(std::move(status).error());
    if (*status >= 200 && *status < 300) co_return Status();
    const bool redirect = *status >= 300 && *status < 400;
    co_return fail(
        ErrorKind::transient,
        "alert.webhook",
        fmt::format("it answered {}{}",
                    *status,
                    redirect ? ", a redirect, which is not followed; write the final URL" : ""));
}

}  // namespace

std::string WebhookSink::request(const config::HttpsUrl& url,
                                 const std::string& body,
                                 const SecretBytes& secret,
                                 WallTime now) {
    const std::string timestamp = std::to_string(
        std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count());
    http::request<http::string_body> request(http::verb::post, url.target, kHttp11);
    request.set(http::field::host, url.authority());
    request.set(http::field::user_agent, "Sealgate");
    request.set(http::field::content_type, "application/json");
    request.set(http::field::connection, "close");
    request.set("Sealgate-Timestamp", timestamp);
    request.set("Sealgate-Signature",
                "v1=" + to_hex(crypto::hmac_sha256(secret.view(), timestamp + "." + body)));
    request.body() = body;
    request.prepare_payload();
    std::ostringstream out;
    out << request;
    return std::move(out).str();
}

Result<SecretBytes> WebhookSink::read_secret(const std::string& file) {
    const auto cannot = [&](const std::string& why) {
        return fail(ErrorKind::transient,
                    "alert.webhook",
                    "the secret of the webhook, " + file + ", cannot be used: " + why);
    };
    const int handle = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
    if (handle < 0) return cannot(errno_text(errno));
    struct stat info{};
    std::string text(kLongestSecret + 2, '\0');
    ssize_t size = -1;
    if (::fstat(handle, &info) == 0) size = ::read(handle, text.data(), text.size());
    const int number = errno;
    (void)::close(handle);
    if (size < 0) return cannot(errno_text(number));
    text.resize(static_cast<std::size_t>(size));
    while (text.ends_with('\n') || text.ends_with('\r'))
        text.pop_back();
    SecretBytes secret(std::move(text));
    if ((info.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
        return cannot("others than its owner may read it; 'chmod 600' it");
    }
    if (secret.size() < kShortestSecret || secret.size() > kLongestSecret) {
        return cannot("it must have 16 to 1024 octets");
    }
    return secret;
}

Result<std::vector<IpAddress>> WebhookSink::addresses(const std::stop_token& stop) const {
    const std::string& host = options_.url.host;
    std::vector<IpAddress> found;
    if (const auto literal = IpAddress::parse(host)) {
        found.push_back(*literal);
    } else {
        SG_TRY(found, lookup_(host, kLookupPatience, stop));
    }
    if (options_.allow_private) return found;
    const auto inside = std::ranges::find_if_not(found, is_public);
    if (inside == found.end()) return found;
    return fail(ErrorKind::refused,
                "alert.webhook",
                fmt::format("{} is at {}, which is not a public address; set "
                            "alerts.webhook_private = true if it is meant",
                            host,
                            inside->to_string()));
}

Status WebhookSink::send(const admin::AlertNotice& notice, std::stop_token stop) {
    SG_TRY(const SecretBytes secret, read_secret(options_.secret_file));
    SG_TRY(const auto where, addresses(stop));
    SG_TRY(const auto tls, net::TlsContext::client(true, options_.ca_file));
    const std::string text =
        request(options_.url, json_body(notice, options_.hostname), secret, clock_.now());

    net::asio::io_context loop(1);
    net::Deadlines deadlines(loop);
    deadlines.start();
    Exchange exchange;
    net::asio::co_spawn(
        loop.get_executor(),
        [&]() -> Task<void> {
            auto result = co_await post(exchange, where, options_.url, *tls, text, deadlines);
            exchange.result = std::move(result);
            exchange.stream.reset();
            deadlines.stop();
        },
        net::asio::detached);
    // The coroutine always comes to its end: every step has a time-out, and after `kPatience`, or
    // when we are asked to stop, its stream fails whatever it does next.
    const SteadyTime until = std::chrono::steady_clock::now() + kPatience;
    constexpr std::chrono::milliseconds kLook{50};
    while (!exchange.result) {
        (void)loop.run_for(kLook);
        const bool late = std::chrono::steady_clock::now() >= until;
        exchange.over = late || stop.stop_requested();
        if (exchange.over && exchange.stream) exchange.stream->cancel();
    }
    (void)loop.run();
    Status& result = *exchange.result;
    if (result) return {};
    return fail(result.error().kind(),
                "alert.webhook",
                "the webhook at " + options_.url.authority() + ": " + result.error().detail());
}

}  // namespace sealgate::alert
