// SPDX-License-Identifier: Apache-2.0
#include "cli/times.h"

#include "config/settings.h"

#include <array>
#include <ctime>

namespace sealgate::cli {

namespace {

std::optional<WallTime> parse_local(const std::string& text) {
    for (const char* form :
         {"%Y-%m-%d", "%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S"}) {
        std::tm parts{};
        const char* end = strptime(text.c_str(), form, &parts);
        if (end == nullptr || *end != '\0') continue;
        parts.tm_isdst = -1;  // the zone's rules know
        const std::time_t time = std::mktime(&parts);
        if (time == -1) return std::nullopt;
        return WallTime(std::chrono::seconds(time));
    }
    return std::nullopt;
}

}  // namespace

std::optional<WallTime> parse_time(std::string_view text, WallTime now) {
    WallTime time;
    if (from_rfc3339(text, time)) return time;
    if (const auto local = parse_local(std::string(text))) return local;
    if (const auto before = config::parse_duration(text)) return now - *before;
    return std::nullopt;
}

std::string show_time(std::string_view rfc3339) {
    WallTime time;
    if (!from_rfc3339(rfc3339, time)) return std::string(rfc3339);
    const std::time_t seconds =
        std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
    std::tm parts{};
    localtime_r(&seconds, &parts);
    std::array<char, 32> buffer{};
    const auto size = std::strftime(buffer.data(), buffer.size(), "%Y-%m-%d %H:%M:%S", &parts);
    return {buffer.data(), size};
}

}  // namespace sealgate::cli
