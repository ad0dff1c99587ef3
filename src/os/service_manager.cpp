// SPDX-License-Identifier: Apache-2.0
#include "os/service_manager.h"

#include "base/text.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <ctime>

namespace sealgate::os {

namespace {

constexpr int kFirst = 3;
constexpr std::uint64_t kMostSockets = 256;

std::unexpected<Error> bad(std::string detail) {
    return fail(ErrorKind::malformed, "os.inherited_sockets", std::move(detail));
}

std::vector<std::string> split_names(std::string_view text) {
    std::vector<std::string> names(1);
    for (const char c : text) {
        if (c == ':') {
            names.emplace_back();
        } else {
            names.back() += c;
        }
    }
    return names;
}

bool is_listening_stream(int descriptor) {
    const auto option = [descriptor](int name) {
        int value = -1;
        socklen_t size = sizeof value;
        return getsockopt(descriptor, SOL_SOCKET, name, &value, &size) == 0 ? value : -1;
    };
    return option(SO_TYPE) == SOCK_STREAM && option(SO_ACCEPTCONN) == 1;
}

const char* variable(const char* name) {
    return std::getenv(name);  // NOLINT(concurrency-mt-unsafe): before any thread
}

void forget(std::initializer_list<const char*> names) {
    for (const char* name : names)
        (void)unsetenv(name);  // NOLINT(concurrency-mt-unsafe): before any thread
}

}  // namespace

Result<std::vector<InheritedSocket>> parse_inherited(const char* listen_pid,
                                                     const char* listen_fds,
                                                     const char* listen_names,
                                                     long pid) {
    std::vector<InheritedSocket> sockets;
    if (listen_pid == nullptr || listen_fds == nullptr) return sockets;
    const auto meant = parse_number(listen_pid);
    const auto count = parse_number(listen_fds);
    if (!meant || !count) return bad("LISTEN_PID or LISTEN_FDS is no number");
    if (*meant != static_cast<std::uint64_t>(pid)) return sockets;
    if (*count > kMostSockets) return bad("LISTEN_FDS names more sockets than anybody needs");
    std::vector<std::string> names;
    if (listen_names != nullptr && *count > 0) names = split_names(listen_names);
    if (listen_names != nullptr && names.size() != *count) {
        return bad("LISTEN_FDNAMES has not one name for each of LISTEN_FDS");
    }
    names.resize(*count);
    for (std::size_t i = 0; i < *count; ++i)
        sockets.push_back({std::move(names[i]), kFirst + static_cast<int>(i)});
    return sockets;
}

Result<std::vector<InheritedSocket>> take_inherited_sockets() {
    auto sockets = parse_inherited(
        variable("LISTEN_PID"), variable("LISTEN_FDS"), variable("LISTEN_FDNAMES"), getpid());
    forget({"LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"});
    if (!sockets) return sockets;
    for (const InheritedSocket& socket : *sockets) {
        // NOLINTNEXTLINE(cppcoreguidelines-pro-type-vararg,hicpp-vararg)
        if (fcntl(socket.descriptor, F_SETFD, FD_CLOEXEC) != 0 ||
            !is_listening_stream(socket.descriptor)) {
            return bad("the socket '" + socket.name +
                       "' of the service manager is not one that connections come in by "
                       "(ListenStream=, Accept=no)");
        }
    }
    return sockets;
}

ServiceManager ServiceManager::from_environment() {
    const char* socket = variable("NOTIFY_SOCKET");
    const char* interval = variable("WATCHDOG_USEC");
    const char* meant = variable("WATCHDOG_PID");
    std::chrono::microseconds watchdog{0};
    if (const auto pid = meant == nullptr ? std::nullopt : parse_number(meant);
        interval != nullptr && (meant == nullptr || pid == static_cast<std::uint64_t>(getpid()))) {
        watchdog = std::chrono::microseconds(parse_number(interval).value_or(0));
    }
    ServiceManager manager(socket == nullptr ? "" : socket, watchdog);
    forget({"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"});
    return manager;
}

void ServiceManager::ready(std::string_view status) const {
    send("READY=1\nSTATUS=" + std::string(status));
}

void ServiceManager::reloading() const {
    timespec now{};
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    constexpr long kMicro = 1'000'000;
    constexpr long kNanoPerMicro = 1000;
    send("RELOADING=1\nMONOTONIC_USEC=" +
         std::to_string(now.tv_sec * kMicro + now.tv_nsec / kNanoPerMicro));
}

void ServiceManager::stopping() const {
    send("STOPPING=1");
}

void ServiceManager::alive() const {
    if (watchdog_.count() > 0) send("WATCHDOG=1");
}

void ServiceManager::send(std::string_view text) const {
    sockaddr_un address{};
    if (socket_.empty() || socket_.size() >= sizeof address.sun_path) return;
    if (socket_.front() != '/' && socket_.front() != '@') return;
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, socket_.data(), socket_.size());
    if (socket_.front() == '@') address.sun_path[0] = '\0';
    const int descriptor = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (descriptor < 0) return;
    (void)sendto(descriptor,
                 text.data(),
                 text.size(),
                 MSG_NOSIGNAL,
                 // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): the sockets API
                 reinterpret_cast<const sockaddr*>(&address),
                 static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + socket_.size()));
    (void)close(descriptor);
}

}  // namespace sealgate::os
