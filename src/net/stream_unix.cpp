// SPDX-License-Identifier: Apache-2.0
// Unix sockets: connecting to one is done at once or not at all. Asio's socket type takes any
// stream descriptor; only the addresses of its protocol would not fit, and nobody asks for them.
#include "net/stream.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

namespace sealgate::net {

namespace {

constexpr std::chrono::milliseconds kCrowdedPause{20};

class Descriptor {
public:
    explicit Descriptor(int number) : number_(number) {}
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    Descriptor(Descriptor&&) = delete;
    Descriptor& operator=(Descriptor&&) = delete;
    ~Descriptor() {
        if (number_ >= 0) (void)::close(number_);
    }
    [[nodiscard]] int get() const { return number_; }
    int release() { return std::exchange(number_, -1); }

private:
    int number_;
};

// Without the path: the sentence may stand in a report to somebody outside.
std::unexpected<Error> not_connected(int error) {
    constexpr std::string_view kWhere = "net.connect_unix";
    switch (error) {
        case ENOENT:
        case ENOTDIR:
            return fail(ErrorKind::not_found, kWhere, "there is no such socket");
        case EACCES:
        case EPERM:
            return fail(ErrorKind::refused, kWhere, "no permission to connect to the socket");
        case ECONNREFUSED:
            return fail(ErrorKind::transient, kWhere, "nobody listens at the socket");
        default:
            return fail(ErrorKind::transient,
                        kWhere,
                        "the socket: " + std::error_code(error, std::generic_category()).message());
    }
}

// 0, or why not.
int try_connect(int descriptor, const std::string& path) {
    sockaddr_un address{};
    if (path.size() >= sizeof address.sun_path) return ENAMETOOLONG;
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path.data(), path.size());
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): the sockets API
    const auto* const name = reinterpret_cast<const sockaddr*>(&address);
    return ::connect(descriptor, name, sizeof address) == 0 ? 0 : errno;
}

}  // namespace

Task<Result<std::unique_ptr<Stream>>> Stream::connect_unix(std::string path,
                                                           Deadlines& deadlines,
                                                           std::chrono::milliseconds timeout) {
    auto executor = co_await asio::this_coro::executor;
    const SteadyTime until = std::chrono::steady_clock::now() + timeout;
    Descriptor descriptor(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (descriptor.get() < 0) co_return not_connected(errno);
    for (;;) {
        const int error = try_connect(descriptor.get(), path);
        if (error == 0) break;
        // EAGAIN: as many wait to be accepted as may.
        const bool crowded = error == EAGAIN || error == EINTR;
        if (!crowded) co_return not_connected(error);
        if (std::chrono::steady_clock::now() > until) co_return not_connected(ETIMEDOUT);
        Timer pause(executor);
        pause.expires_after(kCrowdedPause);
        auto [ended] = co_await pause.async_wait(kUse);
        if (ended) co_return not_connected(ECANCELED);
    }
    Socket socket(executor);
    boost::system::error_code error;
    (void)socket.assign(asio::ip::tcp::v4(), descriptor.get(), error);
    if (error) co_return not_connected(error.value());
    (void)descriptor.release();
    // NOLINTNEXTLINE(cppcoreguidelines-owning-memory): the constructor is private
    co_return std::unique_ptr<Stream>(new Stream(std::move(socket), deadlines, Local::yes));
}

}  // namespace sealgate::net
