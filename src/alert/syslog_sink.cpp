// SPDX-License-Identifier: Apache-2.0
#include "alert/syslog_sink.h"

#include "alert/notice_text.h"

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <syslog.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <ctime>
#include <system_error>

namespace sealgate::alert {

namespace {

// "<PRI>Nov 25 07:14:36 sealgate[42]: text", local time.
std::string datagram(const admin::AlertNotice& notice, WallTime now) {
    const int level = notice.kind == admin::NoticeKind::raised ? LOG_ALERT : LOG_NOTICE;
    const std::time_t seconds = std::chrono::system_clock::to_time_t(
        std::chrono::time_point_cast<std::chrono::system_clock::duration>(now));
    std::tm local{};
    (void)localtime_r(&seconds, &local);
    static constexpr const char* kMonths[] = {
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    return fmt::format("<{}>{} {:2} {:02}:{:02}:{:02} sealgate[{}]: {}",
                       LOG_MAIL | level,
                       kMonths[local.tm_mon % 12],
                       local.tm_mday,
                       local.tm_hour,
                       local.tm_min,
                       local.tm_sec,
                       ::getpid(),
                       log_line(notice));
}

std::unexpected<Error> cannot(const std::string& socket, int number) {
    return fail(ErrorKind::transient,
                "alert.syslog",
                "the log daemon's socket " + socket + " cannot be used: " +
                    std::error_code(number, std::generic_category()).message());
}

}  // namespace

Status SyslogSink::send(const admin::AlertNotice& notice, std::stop_token /*stop*/) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (socket_.size() >= sizeof address.sun_path) return cannot(socket_, ENAMETOOLONG);
    std::memcpy(address.sun_path, socket_.data(), socket_.size());
    const int handle = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (handle < 0) return cannot(socket_, errno);
    const std::string text = datagram(notice, clock_.now());
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): what sendto(2) wants
    const auto* to = reinterpret_cast<const sockaddr*>(&address);
    const auto sent = ::sendto(handle, text.data(), text.size(), MSG_NOSIGNAL, to, sizeof address);
    const int number = errno;
    (void)::close(handle);
    if (sent != static_cast<ssize_t>(text.size())) return cannot(socket_, number);
    return {};
}

}  // namespace sealgate::alert
