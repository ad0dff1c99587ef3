#pragma once
// SPDX-License-Identifier: Apache-2.0
// The few socket calls that the load generator and the sink share. Plain epoll, one thread and no
// library between: what these programs cost is taken from the machine that is being measured.

#include <netinet/in.h>
#include <sys/epoll.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace sealgate::load {

// Owns a file descriptor.
class Fd {
public:
    Fd() = default;
    explicit Fd(int fd) : fd_(fd) {}
    Fd(const Fd&) = delete;
    Fd& operator=(const Fd&) = delete;
    Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    Fd& operator=(Fd&& other) noexcept;
    ~Fd() { reset(); }

    [[nodiscard]] int get() const { return fd_; }
    [[nodiscard]] bool valid() const { return fd_ >= 0; }
    void reset();

private:
    int fd_ = -1;
};

// CLOCK_MONOTONIC in nanoseconds: the same scale in every process of the machine, so that the
// sink's last arrival can be subtracted from the generator's start.
[[nodiscard]] std::int64_t now_ns();

// "127.0.0.1:2525" (IPv4 only: everything here is loopback). False: not of that form.
[[nodiscard]] bool parse_endpoint(std::string_view text, sockaddr_in& address);
[[nodiscard]] std::string to_string(const sockaddr_in& address);

// Non-blocking, close-on-exec, TCP_NODELAY. Not valid(): errno says why.
[[nodiscard]] Fd connect_tcp(const sockaddr_in& address);
[[nodiscard]] Fd listen_tcp(const sockaddr_in& address);
[[nodiscard]] Fd accept_tcp(int listener);
// A Unix stream socket at `path`; a stale file there is removed first.
[[nodiscard]] Fd listen_unix(const std::string& path);
// The port a listener got when it asked for any.
[[nodiscard]] std::uint16_t local_port(int fd);

enum class Io : std::uint8_t { done, again, closed };
// Appends what can be read now to `buffer`, at most `limit` octets in one call.
[[nodiscard]] Io read_some(int fd, std::string& buffer, std::size_t limit);
// Writes from `offset` on; advances it. done: everything is out.
[[nodiscard]] Io write_some(int fd, std::string_view bytes, std::size_t& offset);

// epoll with a pointer per descriptor.
class Poller {
public:
    Poller();
    [[nodiscard]] bool valid() const { return epoll_.valid(); }
    void add(int fd, std::uint32_t events, void* owner);
    void change(int fd, std::uint32_t events, void* owner);
    // At most `capacity` events; waits `timeout_ms` (-1 = for ever).
    [[nodiscard]] int wait(epoll_event* events, int capacity, int timeout_ms);

private:
    Fd epoll_;
};

}  // namespace sealgate::load
