// SPDX-License-Identifier: Apache-2.0
#include "maillog/event.h"

#include "base/text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <ctime>

namespace sealgate::maillog {
namespace {

constexpr std::array<std::string_view, 6> kLevels = {
    "DEBUG", "INFO", "NOTICE", "WARNING", "ERROR", "FATAL"};
constexpr std::array<std::string_view, 11> kVerdicts = {"none",
                                                        "received",
                                                        "passed",
                                                        "accepted",
                                                        "rejected",
                                                        "bounced",
                                                        "held",
                                                        "discarded",
                                                        "delivered",
                                                        "deferred",
                                                        "failed"};

template <class Enum, std::size_t N>
std::optional<Enum> find_name(const std::array<std::string_view, N>& names, std::string_view text) {
    for (std::size_t i = 0; i < N; ++i)
        if (iequals(names[i], text)) return static_cast<Enum>(i);
    return std::nullopt;
}

void append_number(std::string& out, std::uint64_t value, std::size_t width) {
    std::array<char, 20> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
    const auto length = static_cast<std::size_t>(end - digits.data());
    if (length < width) out.append(width - length, '0');
    out.append(digits.data(), length);
}

std::string render_local_second(std::time_t second) {
    std::tm local{};
    localtime_r(&second, &local);
    std::string out;
    const auto add = [&out](int value, std::size_t width, char after) {
        append_number(out, static_cast<std::uint64_t>(std::max(value, 0)), width);
        out += after;
    };
    add(local.tm_year + 1900, 4, '/');
    add(local.tm_mon + 1, 2, '/');
    add(local.tm_mday, 2, ' ');
    add(local.tm_hour, 2, ':');
    add(local.tm_min, 2, ':');
    add(local.tm_sec, 2, ' ');
    const long offset = std::labs(local.tm_gmtoff) / 60;
    out += local.tm_gmtoff < 0 ? '-' : '+';
    add(static_cast<int>(offset / 60), 2, ':');
    append_number(out, static_cast<std::uint64_t>(offset % 60), 2);
    return out;
}

// Lines come in order of time, so one remembered second serves nearly all of them.
void append_local_time(std::string& out, WallTime time) {
    thread_local std::time_t known = -1;
    thread_local std::string text;
    const auto second = static_cast<std::time_t>(
        std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count());
    if (second != known || text.empty()) {
        text = render_local_second(second);
        known = second;
    }
    out += text;
}

void append_connection(std::string& out, const ConnectionId& id) {
    out += "SMTP-";
    if (id.node != 0) out += id.node;
    append_number(out, id.number, 5);
    out += ": ";
}

}  // namespace

std::string_view to_string(Level level) {
    const auto index = static_cast<std::size_t>(level);
    return index < kLevels.size() ? kLevels[index] : "INFO";
}

std::optional<Level> parse_level(std::string_view text) {
    return find_name<Level>(kLevels, text);
}

std::string_view to_string(Verdict verdict) {
    const auto index = static_cast<std::size_t>(verdict);
    return index < kVerdicts.size() ? kVerdicts[index] : "none";
}

std::optional<Verdict> parse_verdict(std::string_view text) {
    return find_name<Verdict>(kVerdicts, text);
}

std::string_view to_string(Direction direction) {
    switch (direction) {
        case Direction::outbound:
            return "outbound";
        case Direction::inbound:
            return "inbound";
        case Direction::none:
            break;
    }
    return "";
}

void append_line(std::string& out, const Event& event, std::string_view tag, int pid) {
    constexpr std::size_t kLevelWidth = 6;
    append_local_time(out, event.time);
    out += "  ";
    const std::string_view level = to_string(event.level);
    out += level;
    if (level.size() < kLevelWidth) out.append(kLevelWidth - level.size(), ' ');
    out += ' ';
    out += tag;
    out += '[';
    append_number(out, static_cast<std::uint64_t>(std::max(pid, 0)), 1);
    out += "]:       ";
    if (event.connection) append_connection(out, *event.connection);
    const std::size_t start = out.size();
    out += event.text;
    std::replace_if(
        out.begin() + static_cast<std::ptrdiff_t>(start),
        out.end(),
        [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; },
        '?');
}

std::string render_line(const Event& event, std::string_view tag, int pid) {
    std::string out;
    append_line(out, event, tag, pid);
    return out;
}

}  // namespace sealgate::maillog
