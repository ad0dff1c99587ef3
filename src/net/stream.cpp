// SPDX-License-Identifier: Apache-2.0
#include "net/stream.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <memory>

namespace sealgate::net {

namespace {

constexpr std::size_t kReadBuffer = 256UL * 1024;
constexpr std::size_t kMaxPieces = 64;  // of one sendmsg; more go in the next
constexpr std::size_t kTlsJoin = 16UL * 1024;
constexpr std::size_t kWriteProgress = 64UL * 1024;

// Safe to share: what is read is used before anybody else gets to run.
std::span<char> shared_read_buffer() {
    static thread_local const auto buffer = std::make_unique<char[]>(kReadBuffer);
    return {buffer.get(), kReadBuffer};
}

std::string errno_text(int error) {
    std::array<char, 128> buffer{};
    return strerror_r(error, buffer.data(), buffer.size());
}

}  // namespace

IpAddress to_ip_address(const asio::ip::address& address) {
    const auto parsed = IpAddress::parse(address.to_string());
    return parsed ? *parsed : IpAddress();
}

Stream::Stream(Socket socket, Deadlines& deadlines)
    : Deadlines::Entry(deadlines),
      socket_(std::move(socket)) {
    boost::system::error_code ignored;
    // Without it a small write behind a small write waits for the peer's delayed ACK: 40 to 90 ms.
    (void)socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
    (void)socket_.non_blocking(true, ignored);
    const auto remote = socket_.remote_endpoint(ignored);
    remote_ = to_ip_address(remote.address());
    remote_port_ = remote.port();
}

Stream::Stream(Socket socket, Deadlines& deadlines, Local /*local*/)
    : Deadlines::Entry(deadlines),
      socket_(std::move(socket)) {
    boost::system::error_code ignored;
    (void)socket_.non_blocking(true, ignored);
}

Stream::~Stream() {
    close();
}

Error Stream::failure(std::string_view where, std::string detail) const {
    if (expired()) return {ErrorKind::transient, where, "timed out"};
    if (cancelled_) return {ErrorKind::transient, where, "cancelled"};
    return {ErrorKind::transient, where, std::move(detail)};
}

void Stream::on_expired() {
    boost::system::error_code ignored;
    (void)socket_.cancel(ignored);
}

void Stream::cancel() {
    cancelled_ = true;
    boost::system::error_code ignored;
    (void)socket_.cancel(ignored);
}

Task<Result<std::unique_ptr<Stream>>> Stream::connect(const asio::ip::tcp::endpoint& endpoint,
                                                      Deadlines& deadlines,
                                                      std::chrono::milliseconds timeout) {
    auto executor = co_await asio::this_coro::executor;
    // The stream exists before the connection so that its deadline covers connect(2) as well.
    Socket socket(executor);
    boost::system::error_code error;
    (void)socket.open(endpoint.protocol(), error);
    if (error) co_return fail(ErrorKind::transient, "net.connect", error.message());
    auto stream = std::make_unique<Stream>(std::move(socket), deadlines);
    stream->expire_after(timeout);
    auto [failed] = co_await stream->socket_.async_connect(endpoint, kUse);
    stream->expire_never();
    if (failed) co_return std::unexpected(stream->failure("net.connect", failed.message()));
    (void)stream->socket_.set_option(asio::ip::tcp::no_delay(true), error);
    (void)stream->socket_.non_blocking(true, error);
    stream->remote_ = to_ip_address(endpoint.address());
    stream->remote_port_ = endpoint.port();
    co_return stream;
}

SteadyTime Stream::deadline() const {
    return std::chrono::steady_clock::now() + timeout_;
}

Task<Status> Stream::wait(bool for_write, SteadyTime until) {
    if (cancelled_ || expired()) co_return std::unexpected(failure("net.wait", "ended"));
    expire_at(until);
    const auto what = for_write ? Socket::wait_write : Socket::wait_read;
    auto [error] = co_await socket_.async_wait(what, kUse);
    expire_never();
    if (error || cancelled_ || expired()) {
        co_return std::unexpected(failure("net.wait", error.message()));
    }
    co_return Status();
}

Task<Result<std::string_view>> Stream::read() {
    const std::span<char> buffer = shared_read_buffer();
    const SteadyTime until = deadline();
    for (;;) {
        bool want_write = false;
        if (ssl_) {
            ERR_clear_error();
            std::size_t count = 0;
            const int ok = SSL_read_ex(ssl_.get(), buffer.data(), buffer.size(), &count);
            if (ok == 1) co_return std::string_view(buffer.data(), count);
            const int why = SSL_get_error(ssl_.get(), ok);
            // A peer that closes TCP without close_notify is common; truncation cannot hurt SMTP,
            // whose messages have an explicit end.
            if (why == SSL_ERROR_ZERO_RETURN) co_return std::string_view();
            if (why == SSL_ERROR_SYSCALL && errno == 0) co_return std::string_view();
            if (why != SSL_ERROR_WANT_READ && why != SSL_ERROR_WANT_WRITE) {
                const std::string text = tls_error();
                if (text.find("unexpected eof") != std::string::npos) co_return std::string_view();
                co_return std::unexpected(failure("net.tls", text));
            }
            want_write = why == SSL_ERROR_WANT_WRITE;
        } else {
            // The wait comes first: after an answer has been sent the next command is rarely there
            // yet, and a read that finds nothing costs as much as the wait.
            auto ready = co_await wait(false, until);
            if (!ready) co_return std::unexpected(std::move(ready).error());
            const ssize_t count = ::recv(socket_.native_handle(), buffer.data(), buffer.size(), 0);
            if (count >= 0) {
                co_return std::string_view(buffer.data(), static_cast<std::size_t>(count));
            }
            if (errno != EAGAIN && errno != EINTR) {
                co_return std::unexpected(failure("net.read", errno_text(errno)));
            }
            continue;
        }
        auto ready = co_await wait(want_write, until);
        if (!ready) co_return std::unexpected(std::move(ready).error());
    }
}

void Stream::forget(std::string_view read) {
    const std::span<char> buffer = shared_read_buffer();
    SG_CHECK(read.empty() || read.data() == buffer.data());
    explicit_bzero(buffer.data(), read.size());
}

Task<Result<ProxyHeader>> Stream::read_proxy_header() {
    const std::span<char> buffer = shared_read_buffer();
    const SteadyTime until = deadline();
    ProxyHeaderReader reader;
    while (!reader.done()) {
        auto ready = co_await wait(false, until);
        if (!ready) co_return std::unexpected(std::move(ready).error());
        // Looked at first, so that what does not belong to the header stays where it is.
        const ssize_t count =
            ::recv(socket_.native_handle(), buffer.data(), buffer.size(), MSG_PEEK);
        if (count == 0) co_return fail(ErrorKind::transient, "net.read", "closed before its end");
        if (count < 0) {
            if (errno == EAGAIN || errno == EINTR) continue;
            co_return std::unexpected(failure("net.read", errno_text(errno)));
        }
        const auto taken =
            reader.take(std::string_view(buffer.data(), static_cast<std::size_t>(count)));
        if (!taken) co_return std::unexpected(taken.error());
        const ssize_t gone = ::recv(socket_.native_handle(), buffer.data(), *taken, 0);
        SG_CHECK(gone == static_cast<ssize_t>(*taken));
    }
    co_return reader.header();
}

Task<Status> Stream::write(std::string_view bytes) {
    const std::array<std::string_view, 1> pieces{bytes};
    auto done = co_await write(std::span<const std::string_view>(pieces));
    co_return done;
}

Task<Status> Stream::write(std::span<const std::string_view> pieces) {
    if (ssl_ && pieces.size() == 1) {  // no copy: it may be a password
        auto done = co_await write_tls(pieces.front());
        co_return done;
    }
    if (ssl_) {
        // Small pieces are joined so that a record is not spent on each.
        std::string joined;
        for (std::size_t i = 0; i < pieces.size(); ++i) {
            const bool last = i + 1 == pieces.size();
            if (joined.size() + pieces[i].size() <= kTlsJoin) {
                joined.append(pieces[i]);
                if (!last) continue;
                auto done = co_await write_tls(joined);
                co_return done;
            }
            auto sent = co_await write_tls(joined);
            if (!sent) co_return sent;
            joined.clear();
            auto body = co_await write_tls(pieces[i]);
            if (!body) co_return body;
        }
        co_return Status();
    }

    std::size_t piece = 0;   // first that is not wholly sent
    std::size_t offset = 0;  // into it
    SteadyTime until = deadline();
    std::size_t progress = 0;  // octets since `until` was set
    while (piece < pieces.size()) {
        std::array<iovec, kMaxPieces> vectors;
        std::size_t used = 0;
        for (std::size_t i = piece; i < pieces.size() && used < kMaxPieces; ++i) {
            const std::string_view rest = pieces[i].substr(i == piece ? offset : 0);
            if (rest.empty()) continue;
            vectors[used++] = {const_cast<char*>(rest.data()), rest.size()};
        }
        if (used == 0) break;
        msghdr message{};
        message.msg_iov = vectors.data();
        message.msg_iovlen = used;
        const ssize_t count = ::sendmsg(socket_.native_handle(), &message, MSG_NOSIGNAL);
        if (count < 0) {
            if (errno == EINTR) continue;
            if (errno != EAGAIN) co_return std::unexpected(failure("net.write", errno_text(errno)));
            auto ready = co_await wait(true, until);
            if (!ready) co_return ready;
            continue;
        }
        auto sent = static_cast<std::size_t>(count);
        progress += sent;
        if (progress >= kWriteProgress) {
            progress = 0;
            until = deadline();
        }
        while (piece < pieces.size() && sent >= pieces[piece].size() - offset) {
            sent -= pieces[piece].size() - offset;
            offset = 0;
            ++piece;
        }
        offset += sent;
    }
    co_return Status();
}

Task<Status> Stream::write_tls(std::string_view bytes) {
    SteadyTime until = deadline();
    std::size_t progress = 0;
    while (!bytes.empty()) {
        ERR_clear_error();
        std::size_t count = 0;
        const int ok = SSL_write_ex(ssl_.get(), bytes.data(), bytes.size(), &count);
        if (ok == 1) {
            bytes.remove_prefix(count);
            progress += count;
            if (progress >= kWriteProgress) {
                progress = 0;
                until = deadline();
            }
            continue;
        }
        const int why = SSL_get_error(ssl_.get(), ok);
        if (why != SSL_ERROR_WANT_READ && why != SSL_ERROR_WANT_WRITE) {
            co_return std::unexpected(failure("net.tls", tls_error()));
        }
        auto ready = co_await wait(why == SSL_ERROR_WANT_WRITE, until);
        if (!ready) co_return ready;
    }
    co_return Status();
}

Task<Status> Stream::accept_tls(const TlsContext& context) {
    auto ssl = context.connection("");
    if (!ssl) co_return std::unexpected(std::move(ssl).error());
    ssl_ = *std::move(ssl);
    SSL_set_fd(ssl_.get(), socket_.native_handle());
    auto done = co_await handshake(true);
    co_return done;
}

Task<Status> Stream::connect_tls(const TlsContext& context, std::string_view name) {
    auto ssl = context.connection(name);
    if (!ssl) co_return std::unexpected(std::move(ssl).error());
    ssl_ = *std::move(ssl);
    SSL_set_fd(ssl_.get(), socket_.native_handle());
    auto done = co_await handshake(false);
    co_return done;
}

Task<Status> Stream::handshake(bool server) {
    const SteadyTime until = deadline();
    for (;;) {
        ERR_clear_error();
        const int ok = server ? SSL_accept(ssl_.get()) : SSL_connect(ssl_.get());
        if (ok == 1) break;
        const int why = SSL_get_error(ssl_.get(), ok);
        if (why != SSL_ERROR_WANT_READ && why != SSL_ERROR_WANT_WRITE) {
            std::string text = tls_error();
            const long verdict = SSL_get_verify_result(ssl_.get());
            if (!server && verdict != X509_V_OK) {
                text += std::string(" (") + X509_verify_cert_error_string(verdict) + ")";
            }
            co_return std::unexpected(failure("net.tls", "handshake failed: " + text));
        }
        auto ready = co_await wait(why == SSL_ERROR_WANT_WRITE, until);
        if (!ready) co_return ready;
    }
    TlsInfo info;
    info.version = SSL_get_version(ssl_.get());
    info.cipher = SSL_get_cipher_name(ssl_.get());
    info.verified = (SSL_get_verify_mode(ssl_.get()) & SSL_VERIFY_PEER) != 0;
    if (!server) info.key_pin = peer_key_pin(ssl_.get());
    tls_info_ = std::move(info);
    co_return Status();
}

bool Stream::has_input() {
    if (ssl_) {
        // A TLS 1.3 server sends session tickets on its own, so bytes in the socket say nothing;
        // SSL_peek reads past them.
        ERR_clear_error();
        char byte = 0;
        std::size_t count = 0;
        if (SSL_peek_ex(ssl_.get(), &byte, 1, &count) == 1) return true;
        const int why = SSL_get_error(ssl_.get(), 0);
        ERR_clear_error();
        return why != SSL_ERROR_WANT_READ && why != SSL_ERROR_WANT_WRITE;
    }
    char byte = 0;
    const ssize_t count = ::recv(socket_.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return count >= 0 || (errno != EAGAIN && errno != EINTR);
}

void Stream::close() {
    if (!socket_.is_open()) return;
    if (ssl_) {
        ERR_clear_error();
        if (tls_info_) (void)SSL_shutdown(ssl_.get());
        ssl_.reset();
        ERR_clear_error();
    }
    boost::system::error_code ignored;
    (void)socket_.close(ignored);
}

}  // namespace sealgate::net
