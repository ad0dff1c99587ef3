// SPDX-License-Identifier: Apache-2.0
#include "base/units.h"

#include "base/text.h"

#include <fmt/format.h>

#include <array>
#include <limits>
#include <utility>

namespace sealgate {

namespace {

using std::chrono::seconds;

constexpr std::array<std::pair<std::string_view, std::int64_t>, 4> kTimeUnits{
    {{"d", 86400}, {"h", 3600}, {"min", 60}, {"s", 1}}};

constexpr std::array<std::pair<std::string_view, std::uint64_t>, 9> kSizeUnits{
    {{"TiB", 1ULL << 40U},
     {"GiB", 1ULL << 30U},
     {"MiB", 1ULL << 20U},
     {"KiB", 1ULL << 10U},
     {"TB", 1'000'000'000'000ULL},
     {"GB", 1'000'000'000ULL},
     {"MB", 1'000'000ULL},
     {"KB", 1'000ULL},
     {"B", 1}}};

// A hundred years: longer is a slip, and sums stay far from overflow.
constexpr std::uint64_t kMaxSeconds = 100ULL * 366 * 86400;

std::unexpected<Error> bad(std::string_view where, std::string_view text, std::string_view hint) {
    return fail(
        ErrorKind::malformed, where, fmt::format("'{}' {}", escape_for_log(text, 64), hint));
}

constexpr std::string_view kDurationHint =
    "is not a duration; write a number with its unit (s, min, h, d), such as \"30s\", \"5min\" or "
    "\"1h 30min\"";
constexpr std::string_view kSizeHint =
    "is not a size; write a number with its unit (B, KiB, MiB, GiB, TiB), such as \"50 MiB\"";

// Takes "12 unit" from the front of `rest`; false when there is none.
bool take_quantity(std::string_view& rest, std::uint64_t& number, std::string_view& unit) {
    std::size_t digits = 0;
    while (digits < rest.size() && is_digit(rest[digits]))
        ++digits;
    const auto value = parse_number(rest.substr(0, digits));
    if (!value) return false;
    number = *value;
    rest = rest.substr(digits);
    if (rest.starts_with(' ')) rest.remove_prefix(1);
    std::size_t letters = 0;
    while (letters < rest.size() && is_alpha(rest[letters]))
        ++letters;
    unit = rest.substr(0, letters);
    rest = rest.substr(letters);
    return letters > 0;
}

}  // namespace

Result<seconds> parse_duration(std::string_view text) {
    constexpr std::string_view kWhere = "base.duration";
    std::string_view rest = text;
    std::uint64_t total = 0;
    std::size_t next_unit = 0;  // units come in falling order, each once: bounds the loop
    do {
        std::uint64_t number = 0;
        std::string_view unit;
        if (!take_quantity(rest, number, unit)) return bad(kWhere, text, kDurationHint);
        while (next_unit < kTimeUnits.size() && kTimeUnits[next_unit].first != unit)
            ++next_unit;
        if (next_unit == kTimeUnits.size()) return bad(kWhere, text, kDurationHint);
        if (number > kMaxSeconds) return bad(kWhere, text, "is longer than 100 years");
        total += number * static_cast<std::uint64_t>(kTimeUnits[next_unit].second);
        if (total > kMaxSeconds) return bad(kWhere, text, "is longer than 100 years");
        ++next_unit;
        if (rest.starts_with(' ') && rest.size() > 1) rest.remove_prefix(1);
    } while (!rest.empty());
    return seconds(static_cast<std::int64_t>(total));
}

std::string format_duration(seconds duration) {
    std::int64_t rest = duration.count();
    std::string out;
    for (const auto& [unit, length] : kTimeUnits) {
        if (rest < length) continue;
        out += fmt::format("{}{}{}", out.empty() ? "" : " ", rest / length, unit);
        rest %= length;
    }
    return out.empty() ? "0s" : out;
}

Result<std::uint64_t> parse_size(std::string_view text) {
    constexpr std::string_view kWhere = "base.size";
    std::string_view rest = text;
    std::uint64_t number = 0;
    std::string_view unit;
    if (!take_quantity(rest, number, unit) || !rest.empty()) return bad(kWhere, text, kSizeHint);
    for (const auto& [name, factor] : kSizeUnits) {
        if (!iequals(unit, name)) continue;
        // Fits a signed number as well, for whoever keeps it in one.
        if (number >
            static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()) / factor) {
            return bad(kWhere, text, "is larger than any disk");
        }
        return number * factor;
    }
    return bad(kWhere, text, kSizeHint);
}

std::string format_size(std::uint64_t octets) {
    for (const auto& [unit, factor] : kSizeUnits) {
        if (octets >= factor && octets % factor == 0)
            return fmt::format("{} {}", octets / factor, unit);
    }
    return "0 B";
}

}  // namespace sealgate
