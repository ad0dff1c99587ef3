// SPDX-License-Identifier: Apache-2.0
#include "web/http_server.h"

#include "web/connection.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <thread>

namespace sealgate::web {

namespace asio = boost::asio;

namespace {

using Local = asio::local::stream_protocol;
using Tcp = asio::ip::tcp;
using ErrorCode = boost::system::error_code;

std::unexpected<Error> cannot(std::string_view what, const ErrorCode& error) {
    return fail(
        ErrorKind::transient, "web.listen", fmt::format("cannot {}: {}", what, error.message()));
}

Caller identify(Local::socket& socket) {
    ucred peer{};
    socklen_t size = sizeof peer;
    if (getsockopt(socket.native_handle(), SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) {
        return {.trust = Trust::nobody, .name = "unknown", .source = "unix"};
    }
    const bool own = peer.uid == 0 || peer.uid == geteuid();
    return {.trust = own ? Trust::administrator : Trust::reader,
            .name = peer.uid == 0 ? "root" : fmt::format("uid {}", peer.uid),
            .source = fmt::format("unix:{}", peer.pid)};
}

Caller identify(const Tcp::socket& socket, const std::vector<Network>& networks) {
    ErrorCode error;
    const auto endpoint = socket.remote_endpoint(error);
    const auto text = error ? std::string() : endpoint.address().to_string();
    const auto address = IpAddress::parse(text);
    const bool known = address && std::any_of(networks.begin(), networks.end(), [&](const auto& n) {
                           return n.contains(*address);
                       });
    return {.trust = known ? Trust::visitor : Trust::nobody, .name = text, .source = text};
}

class Server final : public HttpServer {
public:
    Server(HttpOptions options, const Router& router)
        : options_(std::move(options)),
          workers_(std::make_unique<asio::thread_pool>(options_.workers)),
          shared_{options_, router, *workers_, {}, {}} {}

    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;
    Server(Server&&) = delete;
    Server& operator=(Server&&) = delete;
    // NOLINTNEXTLINE(bugprone-exception-escape): without memory it ends here
    ~Server() override { stop_once(); }

    Status begin() {
        SG_TRYV(listen_local());
        SG_TRYV(listen_tcp());
        asio::co_spawn(context_, accept_local(), asio::detached);
        if (tcp_.is_open()) asio::co_spawn(context_, accept_tcp(), asio::detached);
        thread_ = std::thread([this] { context_.run(); });
        return {};
    }

    void stop() override { stop_once(); }
    [[nodiscard]] std::uint16_t port() const override { return port_; }

private:
    void stop_once() {
        if (shared_.stopping.exchange(true)) return;
        if (bound_) unlink(options_.socket.c_str());
        if (thread_.joinable()) {
            asio::post(context_, [this] {
                ErrorCode ignored;
                local_.close(ignored);
                tcp_.close(ignored);
            });
            shared_.activity.wait_idle(options_.stop_deadline);
            context_.stop();
            thread_.join();
        }
        workers_->stop();
        workers_->join();
        workers_.reset();  // what it had not begun belongs to coroutines of context_
    }

    // Binds beside the final name and renames, so that the socket never stands there with a wrong
    // mode, and a stale one is replaced in one step.
    Status listen_local() {
        const std::string temporary = fmt::format("{}.{}", options_.socket, getpid());
        if (temporary.size() >= sizeof(sockaddr_un::sun_path)) {
            return fail(ErrorKind::malformed,
                        "web.listen",
                        fmt::format("the path of the control socket is too long: {}; choose a "
                                    "shorter data_dir",
                                    options_.socket));
        }
        if (someone_serves()) {
            return fail(ErrorKind::conflict,
                        "web.listen",
                        fmt::format("another process serves {}", options_.socket));
        }
        unlink(temporary.c_str());
        ErrorCode error;
        local_.open(Local(), error);
        if (!error) local_.bind(Local::endpoint(temporary), error);
        if (error) return cannot("bind " + temporary, error);
        const bool placed =
            chmod(temporary.c_str(), static_cast<mode_t>(options_.socket_mode)) == 0 &&
            ::listen(local_.native_handle(), SOMAXCONN) == 0 &&
            std::rename(temporary.c_str(), options_.socket.c_str()) == 0;
        if (!placed) {
            const ErrorCode why(errno, boost::system::system_category());
            unlink(temporary.c_str());
            return cannot("serve " + options_.socket, why);
        }
        bound_ = true;
        return {};
    }

    bool someone_serves() {
        Local::socket probe(context_);
        ErrorCode error;
        probe.connect(Local::endpoint(options_.socket), error);
        return !error;
    }

    Status listen_tcp() {
        if (!options_.address) return {};
        ErrorCode error;
        const auto host = asio::ip::make_address(options_.address->host, error);
        if (error) return cannot("listen on " + options_.address->to_string(), error);
        const Tcp::endpoint endpoint(host, options_.address->port);
        tcp_.open(endpoint.protocol(), error);
        if (!error) tcp_.set_option(Tcp::acceptor::reuse_address(true), error);
        if (!error) tcp_.bind(endpoint, error);
        if (!error) tcp_.listen(asio::socket_base::max_listen_connections, error);
        if (error) return cannot("listen on " + options_.address->to_string(), error);
        port_ = tcp_.local_endpoint().port();
        return {};
    }

    asio::awaitable<void> accept_local() {
        while (!shared_.stopping) {
            ErrorCode error;
            Local::socket socket(context_);
            co_await local_.async_accept(socket, asio::redirect_error(asio::use_awaitable, error));
            if (error) {
                co_await pause_after(error);
                continue;
            }
            Caller caller = identify(socket);
            welcome(
                std::move(socket), std::move(caller), local_count_, options_.socket_connections);
        }
    }

    asio::awaitable<void> accept_tcp() {
        while (!shared_.stopping) {
            ErrorCode error;
            Tcp::socket socket(context_);
            co_await tcp_.async_accept(socket, asio::redirect_error(asio::use_awaitable, error));
            if (error) {
                co_await pause_after(error);
                continue;
            }
            ErrorCode ignored;
            socket.set_option(Tcp::no_delay(true), ignored);
            Caller caller = identify(socket, options_.public_networks);
            welcome(std::move(socket), std::move(caller), tcp_count_, options_.tcp_connections);
        }
    }

    // Out of descriptors or memory: accept would fail again at once, so it waits a little.
    asio::awaitable<void> pause_after(const ErrorCode& error) {
        if (error == asio::error::operation_aborted) co_return;
        asio::steady_timer timer(context_, std::chrono::milliseconds(100));
        ErrorCode ignored;
        co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    }

    template <class Socket>
    void welcome(Socket socket, Caller caller, std::size_t& count, std::size_t limit) {
        if (count >= limit) {
            static constexpr std::string_view kBusy =
                "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\nContent-Length: 0\r\n"
                "Connection: close\r\n\r\n";
            // An empty send buffer takes this at once; a peer that cannot read it gets the close.
            ErrorCode ignored;
            socket.non_blocking(true, ignored);
            socket.write_some(asio::buffer(kBusy.data(), kBusy.size()), ignored);
            return;
        }
        ++count;
        asio::co_spawn(context_,
                       serve_connection(shared_,
                                        asio::generic::stream_protocol::socket(std::move(socket)),
                                        std::move(caller)),
                       [&count](const std::exception_ptr&) { --count; });
    }

    HttpOptions options_;
    std::unique_ptr<asio::thread_pool> workers_;
    Shared shared_;
    asio::io_context context_{1};  // after shared_: what it destroys still uses that
    Local::acceptor local_{context_};
    Tcp::acceptor tcp_{context_};
    std::size_t local_count_ = 0;  // on the I/O thread only
    std::size_t tcp_count_ = 0;
    std::uint16_t port_ = 0;
    bool bound_ = false;
    std::thread thread_;
};

}  // namespace

Result<std::unique_ptr<HttpServer>> HttpServer::start(HttpOptions options, const Router& router) {
    try {
        auto server = std::make_unique<Server>(std::move(options), router);
        SG_TRYV(server->begin());
        return server;
    } catch (const std::exception& error) {
        return fail(ErrorKind::transient, "web.listen", error.what());
    }
}

}  // namespace sealgate::web
