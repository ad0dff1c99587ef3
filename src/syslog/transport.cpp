// SPDX-License-Identifier: Apache-2.0
#include "syslog/transport.h"

#include "syslog/message.h"

#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <system_error>

namespace sealgate::syslog {

namespace {

using config::SyslogTarget;
using net::Task;

constexpr std::chrono::seconds kPatience{10};
constexpr std::size_t kDatagramsAtOnce = 64;
constexpr std::chrono::milliseconds kFullPause{20};  // the receiver's queue of datagrams is full

std::unexpected<Error> lost_error(std::string detail) {
    return fail(ErrorKind::transient, "syslog.transport", std::move(detail));
}

std::string words(int error) {
    return std::error_code(error, std::generic_category()).message();
}

// One datagram for each message: Unix socket and UDP.
class Datagrams final : public Transport {
public:
    Datagrams(net::asio::io_context& loop, int descriptor) : loop_(loop), descriptor_(descriptor) {}
    Datagrams(const Datagrams&) = delete;
    Datagrams& operator=(const Datagrams&) = delete;
    Datagrams(Datagrams&&) = delete;
    Datagrams& operator=(Datagrams&&) = delete;
    ~Datagrams() override { (void)close(descriptor_); }

    Task<Status> send(const std::vector<std::string>& messages) override {
        net::Timer pause(loop_);
        std::size_t sent = 0;
        SteadyTime until = std::chrono::steady_clock::now() + kPatience;
        while (sent < messages.size()) {
            const auto some = send_some(messages, sent);
            if (!some) co_return std::unexpected(some.error());
            sent += *some;
            const SteadyTime now = std::chrono::steady_clock::now();
            if (*some > 0) {
                until = now + kPatience;
                continue;
            }
            if (now > until) co_return lost_error("it takes nothing any more");
            pause.expires_after(kFullPause);
            auto [ignored] = co_await pause.async_wait(net::kUse);
            (void)ignored;
        }
        co_return Status();
    }
    [[nodiscard]] bool lost() override { return false; }

private:
    // One system call for many datagrams. How many it took; 0: its queue is full.
    [[nodiscard]] Result<std::size_t> send_some(const std::vector<std::string>& messages,
                                                std::size_t from) const {
        std::array<iovec, kDatagramsAtOnce> parts{};
        std::array<mmsghdr, kDatagramsAtOnce> headers{};
        const std::size_t count = std::min(messages.size() - from, kDatagramsAtOnce);
        for (std::size_t i = 0; i < count; ++i) {
            const std::string& message = messages[from + i];
            // NOLINTNEXTLINE(cppcoreguidelines-pro-type-const-cast): iovec is not const; it reads
            parts[i] = {const_cast<char*>(message.data()), message.size()};
            headers[i].msg_hdr.msg_iov = &parts[i];
            headers[i].msg_hdr.msg_iovlen = 1;
        }
        const int taken = sendmmsg(
            descriptor_, headers.data(), static_cast<unsigned>(count), MSG_NOSIGNAL | MSG_DONTWAIT);
        if (taken >= 0) return static_cast<std::size_t>(taken);
        const int error = errno;
        if (error == EAGAIN || error == ENOBUFS || error == EINTR) return 0;
        return lost_error(words(error));
    }

    net::asio::io_context& loop_;
    int descriptor_;
};

Result<std::unique_ptr<Transport>> open_datagrams(net::asio::io_context& loop,
                                                  const sockaddr* address,
                                                  socklen_t size) {
    const int descriptor = socket(address->sa_family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (descriptor < 0) return lost_error(words(errno));
    auto transport = std::make_unique<Datagrams>(loop, descriptor);
    if (connect(descriptor, address, size) != 0) return lost_error(words(errno));
    return transport;
}

Result<std::unique_ptr<Transport>> open_unix(net::asio::io_context& loop, const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path.data(), path.size());
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): the sockets API
    return open_datagrams(loop, reinterpret_cast<const sockaddr*>(&address), sizeof address);
}

// Octet counting over TCP, in clear or over TLS.
class Counted final : public Transport {
public:
    explicit Counted(std::unique_ptr<net::Stream> stream) : stream_(std::move(stream)) {}

    Task<Status> send(const std::vector<std::string>& messages) override {
        std::string frames;
        for (const std::string& message : messages)
            frames += counted(message);
        auto written = co_await stream_->write(frames);
        co_return written;
    }
    // A receiver says nothing; what there is to read is its end (or, with TLS, its close_notify).
    [[nodiscard]] bool lost() override { return stream_->has_input(); }

private:
    std::unique_ptr<net::Stream> stream_;
};

using Endpoints = std::vector<net::asio::ip::tcp::endpoint>;

// At least one.
Task<Result<Endpoints>> find(net::Dns& dns, const SyslogTarget& target) {
    Endpoints endpoints;
    const auto add = [&](const std::string& address) {
        boost::system::error_code error;
        const auto parsed = net::asio::ip::make_address(address, error);
        if (!error) endpoints.emplace_back(parsed, target.port);
    };
    add(target.host);
    if (!endpoints.empty()) co_return endpoints;
    auto answer = co_await dns.host(target.host);
    if (answer.kind == net::DnsAnswer::Kind::failed) co_return lost_error(answer.why);
    for (const net::DnsRecord& record : answer.records)
        add(record.address.to_string());
    if (endpoints.empty()) co_return lost_error("it has no address");
    co_return endpoints;
}

Task<Result<std::unique_ptr<Transport>>> open_stream(TransportParts parts,
                                                     SyslogTarget target,
                                                     Endpoints endpoints) {
    std::string problem = "it has no address";
    for (const auto& endpoint : endpoints) {
        auto stream = co_await net::Stream::connect(endpoint, parts.deadlines, kPatience);
        if (!stream) {
            problem = stream.error().detail();
            continue;
        }
        (*stream)->set_timeout(kPatience);
        if (target.kind == SyslogTarget::Kind::tls) {
            auto secured = co_await (*stream)->connect_tls(*parts.tls, target.host);
            if (!secured) {
                problem = secured.error().detail();
                continue;
            }
        }
        std::unique_ptr<Transport> made = std::make_unique<Counted>(*std::move(stream));
        co_return made;
    }
    co_return lost_error(problem);
}

}  // namespace

Task<Result<std::unique_ptr<Transport>>> connect(TransportParts parts, SyslogTarget target) {
    if (target.kind == SyslogTarget::Kind::unix_socket)
        co_return open_unix(parts.loop, target.path);
    auto endpoints = co_await find(parts.dns, target);
    if (!endpoints) co_return std::unexpected(std::move(endpoints).error());
    if (target.kind == SyslogTarget::Kind::udp) {
        const auto& first = endpoints->front();
        co_return open_datagrams(parts.loop, first.data(), static_cast<socklen_t>(first.size()));
    }
    auto opened = co_await open_stream(parts, target, *std::move(endpoints));
    co_return opened;
}

}  // namespace sealgate::syslog
