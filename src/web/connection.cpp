// SPDX-License-Identifier: Apache-2.0
#include "web/connection.h"

#include "web/head_gate.h"
#include "web/problem.h"

#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>

#include <exception>
#include <utility>

namespace sealgate::web {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;

namespace {

using Stream = beast::basic_stream<asio::generic::stream_protocol>;
using Parser = http::request_parser<http::string_body>;

constexpr std::size_t kBufferLimit = 2 * kHeadLimit;
constexpr std::size_t kReadSize = 8UL * 1024;

enum class After : std::uint8_t { keep, close };

class Connection {
public:
    Connection(Shared& shared, asio::generic::stream_protocol::socket socket, Caller caller)
        : shared_(shared),
          stream_(std::move(socket)),
          caller_(std::move(caller)),
          buffer_(kBufferLimit) {}

    asio::awaitable<void> run() {
        for (bool first = true;; first = false) {
            auto length = co_await read_head(first);
            if (!length) {
                co_await refuse(length.error());
                break;
            }
            if (*length == 0) break;  // the peer is done, or was too slow
            const After after = co_await one_request(*length);
            if (after == After::close) break;
        }
        co_await linger();
    }

private:
    // The length of a complete head at the front of the buffer; 0 when the connection ends first.
    asio::awaitable<Result<std::size_t>> read_head(bool first) {
        HeadGate gate;
        bool started = first || buffer_.size() > 0;
        // A new connection has the deadline of a head at once, one that has served has more time.
        stream_.expires_after(started ? shared_.options.head_deadline
                                      : shared_.options.idle_deadline);
        for (;;) {
            auto end = gate.find_end(received());
            if (!end) co_return std::unexpected(std::move(end).error());
            if (*end) co_return **end;
            beast::error_code error;
            const std::size_t count = co_await stream_.async_read_some(
                buffer_.prepare(kReadSize), asio::redirect_error(asio::use_awaitable, error));
            if (error) co_return std::size_t{0};
            buffer_.commit(count);
            if (!std::exchange(started, true)) {
                stream_.expires_after(shared_.options.head_deadline);
            }
        }
    }

    asio::awaitable<After> one_request(std::size_t head_length) {
        auto framing = check_head(received().substr(0, head_length));
        if (!framing) {
            co_await refuse(framing.error());
            co_return After::close;
        }
        Parser parser;
        beast::error_code error;
        parse_head(parser, head_length, *framing, error);
        if (error) {
            co_await refuse(Error(ErrorKind::malformed, "web.connection", "request head"));
            co_return After::close;
        }
        Request request = describe(parser);
        const auto limit = shared_.router.body_limit(request.method, request.target, caller_.trust);
        parser.body_limit(limit);
        if (framing->content_length.value_or(0) > limit) {
            co_await refuse_body(http::error::body_limit);
            co_return After::close;
        }
        const bool keep = parser.keep_alive();
        const bool head = request.method == Method::head;

        stream_.expires_after(shared_.options.body_deadline);
        if (framing->expects_continue && framing->http11 && !parser.is_done()) {
            co_await invite_body(error);
            if (error) co_return After::close;
        }
        co_await http::async_read(
            stream_, buffer_, parser, asio::redirect_error(asio::use_awaitable, error));
        if (error) {
            co_await refuse_body(error);
            co_return After::close;
        }
        request.body = std::move(parser.get().body());
        const Activity::Running running(shared_.activity);
        const Response response = co_await dispatch(std::move(request));
        const bool stay = keep && !shared_.stopping;
        const bool written = co_await write(response, head, stay);
        co_return written&& stay ? After::keep : After::close;
    }

    void parse_head(Parser& parser,
                    std::size_t length,
                    const Framing& framing,
                    beast::error_code& error) {
        parser.header_limit(static_cast<std::uint32_t>(kBufferLimit));
        parser.eager(false);
        parser.body_limit(boost::none);  // it depends on the route, which the head names
        const auto used = parser.put(asio::buffer(buffer_.data(), length), error);
        if (error == http::error::need_more) error = {};
        if (error) return;
        buffer_.consume(used);
        // Both readers must have found the same framing; else one of them is wrong.
        const auto length_field = parser.content_length();
        const bool same = parser.is_header_done() && used == length &&
                          parser.chunked() == framing.chunked &&
                          length_field.has_value() == framing.content_length.has_value() &&
                          (!length_field || *length_field == *framing.content_length);
        if (!same) error = http::error::bad_transfer_encoding;
    }

    Request describe(const Parser& parser) const {
        const auto& message = parser.get();
        return {.method = parse_method(as_view(message.method_string())),
                .target = std::string(message.target()),
                .content_type = std::string(message[http::field::content_type]),
                .if_match = std::string(message[http::field::if_match]),
                .user_agent = std::string(message[http::field::user_agent]),
                .body = {},
                .caller = caller_};
    }

    asio::awaitable<void> invite_body(beast::error_code& error) {
        static constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
        co_await asio::async_write(stream_,
                                   asio::buffer(kContinue.data(), kContinue.size()),
                                   asio::redirect_error(asio::use_awaitable, error));
    }

    // On a worker: the router may block.
    asio::awaitable<Response> dispatch(Request request) {
        auto work = [](const Router& router, Request moved) -> asio::awaitable<Response> {
            co_return router.dispatch(moved);
        };
        auto task = work(shared_.router, std::move(request));
        auto response =
            co_await asio::co_spawn(shared_.workers, std::move(task), asio::use_awaitable);
        co_return response;
    }

    asio::awaitable<bool> write(const Response& response, bool head, bool keep) {
        http::response<http::string_body> message(static_cast<http::status>(response.status), 11);
        message.set(http::field::content_type, response.content_type);
        message.set(http::field::cache_control, "no-store");
        message.set("X-Content-Type-Options", "nosniff");
        for (const auto& [name, value] : response.fields)
            message.set(name, value);
        message.keep_alive(keep);
        message.body() = response.body;
        message.prepare_payload();
        if (head) message.body().clear();  // Content-Length stays that of GET
        stream_.expires_after(shared_.options.write_deadline);
        beast::error_code error;
        http::response_serializer<http::string_body> serializer(message);
        if (head) {
            co_await http::async_write_header(
                stream_, serializer, asio::redirect_error(asio::use_awaitable, error));
        } else {
            co_await http::async_write(
                stream_, serializer, asio::redirect_error(asio::use_awaitable, error));
        }
        co_return !error;
    }

    asio::awaitable<void> refuse(const Error& why) {
        const bool long_head = why.kind() == ErrorKind::exhausted;
        const Response answer =
            problem({.status = long_head ? 431U : 400U,
                     .type = "malformed",
                     .title = "The request cannot be read",
                     .detail = caller_.trust == Trust::nobody ? std::string() : why.detail()});
        co_await write(answer, false, false);
    }

    asio::awaitable<void> refuse_body(beast::error_code error) {
        static const auto& protocol = http::make_error_code(http::error::body_limit).category();
        const bool cut_off = error == http::error::partial_message ||
                             error == http::error::end_of_stream || error.category() != protocol;
        if (cut_off) co_return;  // closed, broken or too slow: nobody listens
        const bool large = error == http::error::body_limit;
        const Response answer = large ? problem(ErrorKind::exhausted, "The body is too large.")
                                      : problem({.status = 400,
                                                 .type = "malformed",
                                                 .title = "The request cannot be read",
                                                 .detail = "The body's framing is broken."});
        co_await write(answer, false, false);
    }

    // Closes so that the last answer arrives: bytes that nobody read would make the kernel reset
    // the connection and take the answer with it.
    asio::awaitable<void> linger() {
        constexpr std::size_t kLingerOctets = 256UL * 1024;
        beast::error_code error;
        stream_.socket().shutdown(asio::socket_base::shutdown_send, error);
        stream_.expires_after(std::chrono::seconds(1));
        buffer_.consume(buffer_.size());
        for (std::size_t total = 0; !error && total < kLingerOctets;) {
            const std::size_t count = co_await stream_.async_read_some(
                buffer_.prepare(kReadSize), asio::redirect_error(asio::use_awaitable, error));
            total += count;
        }
        stream_.close();
    }

    [[nodiscard]] std::string_view received() const {
        return {static_cast<const char*>(buffer_.data().data()), buffer_.size()};
    }
    static std::string_view as_view(beast::string_view text) { return {text.data(), text.size()}; }

    Shared& shared_;
    Stream stream_;
    Caller caller_;
    beast::flat_buffer buffer_;
};

}  // namespace

asio::awaitable<void> serve_connection(Shared& shared,
                                       asio::generic::stream_protocol::socket socket,
                                       Caller caller) {
    try {
        Connection connection(shared, std::move(socket), std::move(caller));
        co_await connection.run();
    } catch (const std::exception&) {
        // Out of memory or descriptors: this connection ends, the others go on.
        co_return;
    }
}

}  // namespace sealgate::web
