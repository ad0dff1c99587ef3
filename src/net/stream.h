#pragma once
// SPDX-License-Identifier: Apache-2.0
// One connection over TCP or a Unix socket, in clear or over TLS, with a time-out on each
// operation.
//
// The socket is non-blocking and the loop only says when it is ready: reads go into one buffer
// shared by all connections of the loop's thread, so an idle connection holds no buffer, and a
// write that the kernel takes at once does not suspend. Used by the loop's thread only. The process
// must ignore SIGPIPE: OpenSSL writes to the descriptor itself.

#include "base/network.h"
#include "base/result.h"
#include "net/asio.h"
#include "net/deadlines.h"
#include "net/proxy_header.h"
#include "net/tls.h"

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace sealgate::net {

class Stream final : private Deadlines::Entry {
public:
    // Takes a connected socket; sets TCP_NODELAY.
    Stream(Socket socket, Deadlines& deadlines);
    Stream(const Stream&) = delete;
    Stream& operator=(const Stream&) = delete;
    Stream(Stream&&) = delete;
    Stream& operator=(Stream&&) = delete;
    ~Stream() override;

    // Connects to an address. transient: refused, unreachable, timed out.
    static Task<Result<std::unique_ptr<Stream>>> connect(const asio::ip::tcp::endpoint& endpoint,
                                                         Deadlines& deadlines,
                                                         std::chrono::milliseconds timeout);

    // Connects to the Unix socket at an absolute path, of at most 107 octets. Its remote address is
    // none. not_found: there is no socket; refused: no permission; transient: nobody listens there,
    // timed out.
    static Task<Result<std::unique_ptr<Stream>>> connect_unix(std::string path,
                                                              Deadlines& deadlines,
                                                              std::chrono::milliseconds timeout);

    // Each following read or handshake must finish within this time, counted from its call, however
    // many octets trickle in meanwhile; of a write, the peer must take 64 KiB within it each time.
    void set_timeout(std::chrono::milliseconds timeout) { timeout_ = timeout; }

    // Some bytes; empty at the end of the stream. The view lives until the next co_await of
    // anybody. transient: timed out (timed_out() is then true), reset, TLS failure.
    Task<Result<std::string_view>> read();
    // Wipes what read() gave: it may hold a password. Before the next co_await.
    static void forget(std::string_view read);
    // All of the pieces, in order, as few system calls as the kernel allows.
    Task<Status> write(std::span<const std::string_view> pieces);
    Task<Status> write(std::string_view bytes);

    // The header of the PROXY protocol, and not an octet more: what follows may be a TLS handshake.
    // Before anything else was read. malformed, exhausted: see ProxyHeaderReader; transient: timed
    // out, or closed before its end.
    Task<Result<ProxyHeader>> read_proxy_header();

    Task<Status> accept_tls(const TlsContext& context);
    Task<Status> connect_tls(const TlsContext& context, std::string_view name);

    [[nodiscard]] bool timed_out() const { return expired(); }
    [[nodiscard]] const std::optional<TlsInfo>& tls() const { return tls_info_; }
    // True when bytes lie in the socket that nobody has read yet (early talker, stale pooled
    // connection).
    [[nodiscard]] bool has_input();
    [[nodiscard]] IpAddress remote_address() const { return remote_; }
    [[nodiscard]] std::uint16_t remote_port() const { return remote_port_; }
    [[nodiscard]] Executor executor() { return socket_.get_executor(); }

    // Wakes whoever waits on this stream with an error: shutdown.
    void cancel();
    // Sends TLS close_notify where it can be done at once, then closes.
    void close();

private:
    enum class Local : std::uint8_t { yes };
    // Of a Unix socket, whose peer has no address.
    Stream(Socket socket, Deadlines& deadlines, Local local);
    void on_expired() override;
    Task<Status> wait(bool for_write, SteadyTime until);
    [[nodiscard]] SteadyTime deadline() const;
    Task<Status> handshake(bool server);
    Task<Status> write_tls(std::string_view bytes);
    [[nodiscard]] Error failure(std::string_view where, std::string detail) const;

    Socket socket_;
    std::chrono::milliseconds timeout_{std::chrono::seconds(300)};
    SslPointer ssl_;
    std::optional<TlsInfo> tls_info_;
    IpAddress remote_;
    std::uint16_t remote_port_ = 0;
    bool cancelled_ = false;
};

[[nodiscard]] IpAddress to_ip_address(const asio::ip::address& address);

}  // namespace sealgate::net
