// SPDX-License-Identifier: Apache-2.0
#include "base/moment.h"

#include "base/text.h"
#include "base/units.h"

#include <ctime>
#include <string>

namespace sealgate {

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

// "now", "today", "yesterday" (their midnights), and a time of the day: its last occurrence.
std::optional<WallTime> parse_spoken(const std::string& text, WallTime now) {
    const std::time_t seconds =
        std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count();
    std::tm day{};
    localtime_r(&seconds, &day);
    day.tm_isdst = -1;
    day.tm_hour = day.tm_min = day.tm_sec = 0;
    const auto made = [](std::tm parts) {
        return WallTime(std::chrono::seconds(std::mktime(&parts)));
    };
    if (iequals(text, "now")) return now;
    if (iequals(text, "today")) return made(day);
    if (iequals(text, "yesterday")) {
        --day.tm_mday;
        return made(day);
    }
    for (const char* form : {"%H:%M:%S", "%H:%M"}) {
        std::tm parts = day;
        const char* end = strptime(text.c_str(), form, &parts);
        if (end == nullptr || *end != '\0') continue;
        WallTime time = made(parts);
        if (time > now) {
            --parts.tm_mday;
            parts.tm_isdst = -1;
            time = made(parts);
        }
        return time;
    }
    return std::nullopt;
}

// Here "5m" can only be minutes.
std::string with_minutes(std::string_view text) {
    std::string out(text);
    if (out.size() > 1 && out.back() == 'm' && is_digit(out[out.size() - 2])) out += "in";
    return out;
}

}  // namespace

std::optional<WallTime> parse_moment(std::string_view text, WallTime now) {
    WallTime time;
    if (from_rfc3339(text, time)) return time;
    if (const auto local = parse_local(std::string(text))) return local;
    if (const auto spoken = parse_spoken(std::string(text), now)) return spoken;
    if (const auto before = parse_duration(with_minutes(text))) return now - *before;
    return std::nullopt;
}

}  // namespace sealgate
