// SPDX-License-Identifier: Apache-2.0
#include "mime/date.h"

#include <fmt/format.h>

#include <ctime>

namespace sealgate::mime {

namespace {

// Not strftime(3): the names must be English in every locale.
constexpr const char* kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr const char* kMonths[] = {
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

std::string format_second(std::time_t second) {
    std::tm local{};
    ::localtime_r(&second, &local);
    const long minutes = local.tm_gmtoff / 60;
    const long distance = minutes < 0 ? -minutes : minutes;
    return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} {}{:02}{:02}",
                       kDays[local.tm_wday],
                       local.tm_mday,
                       kMonths[local.tm_mon],
                       local.tm_year + 1900,
                       local.tm_hour,
                       local.tm_min,
                       local.tm_sec,
                       minutes < 0 ? '-' : '+',
                       distance / 60,
                       distance % 60);
}

}  // namespace

std::string format_date(WallTime time) {
    thread_local std::time_t cached = -1;
    thread_local std::string text;
    const std::time_t second =
        std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
    if (second != cached || text.empty()) {
        text = format_second(second);
        cached = second;
    }
    return text;
}

}  // namespace sealgate::mime
