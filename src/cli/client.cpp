// SPDX-License-Identifier: Apache-2.0
#include "cli/client.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <fmt/format.h>
#include <sys/un.h>

#include <exception>

namespace sealgate::cli {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;

namespace {

using Local = asio::local::stream_protocol;

constexpr std::uint64_t kAnswerLimit = 256ULL * 1024 * 1024;  // octets

std::unexpected<Failure> unreachable(const std::string& socket, const std::string& why) {
    return give_up(Exit::unreachable,
                   fmt::format("cannot reach the daemon at {}: {}. Start sealgated, or name its "
                               "configuration with --config FILE.",
                               socket,
                               why));
}

std::unexpected<Failure> explain_connect(const std::string& socket,
                                         const beast::error_code& error) {
    if (error == asio::error::access_denied) {
        return give_up(Exit::not_permitted,
                       fmt::format("this user may not use the control socket {}. Run the command "
                                   "as root or as the user of the daemon.",
                                   socket));
    }
    return unreachable(socket, error.message());
}

http::request<http::string_body> request_for(const Question& question) {
    http::request<http::string_body> request;
    request.version(11);
    request.method_string(question.method);
    request.target(question.target);
    request.set(http::field::host, "localhost");
    request.set(http::field::user_agent, "sealgate/" SEALGATE_VERSION);
    request.set(http::field::connection, "close");
    if (!question.if_match.empty()) request.set(http::field::if_match, question.if_match);
    if (!question.body.empty()) request.set(http::field::content_type, question.content_type);
    request.body() = question.body;
    request.prepare_payload();
    return request;
}

class Exchange {
public:
    explicit Exchange(std::chrono::seconds patience) {
        parser_.body_limit(kAnswerLimit);
        stream_.expires_after(patience);
    }

    beast::error_code connect(const std::string& socket) {
        beast::error_code result;
        stream_.async_connect(Local::endpoint(socket),
                              [&](const beast::error_code& error) { result = error; });
        run();
        return result;
    }

    // The daemon may answer and close before it has read a body that it refuses: a failed write is
    // no reason not to read.
    beast::error_code exchange(http::request<http::string_body>& request) {
        http::async_write(stream_, request, [](const beast::error_code&, std::size_t) {});
        run();
        beast::error_code result;
        http::async_read(
            stream_, buffer_, parser_, [&](const beast::error_code& error, std::size_t) {
                result = error;
            });
        run();
        return result;
    }

    Reply reply() {
        auto& message = parser_.get();
        return {.status = message.result_int(),
                .body = std::move(message.body()),
                .etag = std::string(message[http::field::etag])};
    }

private:
    void run() {
        context_.restart();
        context_.run();
    }

    asio::io_context context_{1};
    beast::basic_stream<Local> stream_{context_};
    beast::flat_buffer buffer_;
    http::response_parser<http::string_body> parser_;
};

}  // namespace

Outcome<Reply> ask(const std::string& socket,
                   const Question& question,
                   std::chrono::seconds patience) {
    if (socket.size() >= sizeof(sockaddr_un::sun_path)) {
        return unreachable(socket, "the path is too long for a socket");
    }
    try {
        Exchange exchange(patience);
        if (const auto error = exchange.connect(socket)) return explain_connect(socket, error);
        auto request = request_for(question);
        const auto error = exchange.exchange(request);
        if (error == beast::error::timeout) {
            return give_up(Exit::later,
                           fmt::format("the daemon did not answer within {} s; try again later.",
                                       patience.count()));
        }
        if (error) return unreachable(socket, error.message());
        return exchange.reply();
    } catch (const std::exception& error) {
        return give_up(Exit::fault, error.what());
    }
}

}  // namespace sealgate::cli
