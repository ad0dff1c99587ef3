// SPDX-License-Identifier: Apache-2.0
#include "cli/sop/dates.h"

#include "base/text.h"

#include <chrono>
#include <cstdint>

namespace sealgate::cli::sop {

namespace {

// A cursor over the text; what does not fit is remembered.
class Cursor {
public:
    explicit Cursor(std::string_view text) : rest_(text) {}

    int digits(std::size_t count) {
        const auto number = parse_number(rest_.substr(0, count));
        if (rest_.size() < count || !number) {
            ok_ = false;
            return 0;
        }
        rest_.remove_prefix(count);
        return static_cast<int>(*number);
    }
    bool take(char c) {
        if (!rest_.starts_with(c)) return false;
        rest_.remove_prefix(1);
        return true;
    }
    void must_take(char c) { ok_ = take(c) && ok_; }
    void refuse() { ok_ = false; }
    [[nodiscard]] bool at_digit() const { return !rest_.empty() && is_digit(rest_.front()); }
    [[nodiscard]] bool empty() const { return rest_.empty(); }
    [[nodiscard]] bool ok() const { return ok_; }

private:
    std::string_view rest_;
    bool ok_ = true;
};

std::chrono::sys_days read_day(Cursor& in) {
    const int year = in.digits(4);
    const bool extended = in.take('-');
    const int month = in.digits(2);
    if (extended) in.must_take('-');
    const int day = in.digits(2);
    const std::chrono::year_month_day date{std::chrono::year(year),
                                           std::chrono::month(static_cast<unsigned>(month)),
                                           std::chrono::day(static_cast<unsigned>(day))};
    if (!date.ok()) {
        in.refuse();
        return {};
    }
    return date;
}

// Seconds of the day; a leap second is that before it.
std::chrono::seconds read_time(Cursor& in) {
    const int hour = in.digits(2);
    int minute = 0;
    int second = 0;
    if (in.take(':')) {
        minute = in.digits(2);
        if (in.take(':')) second = in.digits(2);
    } else if (in.at_digit()) {
        minute = in.digits(2);
        if (in.at_digit()) second = in.digits(2);
    }
    if (in.take('.') || in.take(',')) {
        (void)in.digits(1);
        while (in.at_digit())
            (void)in.digits(1);
    }
    if (hour > 23 || minute > 59 || second > 60) in.refuse();
    return std::chrono::hours(hour) + std::chrono::minutes(minute) +
           std::chrono::seconds(second == 60 ? 59 : second);
}

std::chrono::seconds read_zone(Cursor& in) {
    if (in.empty() || in.take('Z') || in.take('z')) return {};
    const bool west = in.take('-');
    if (!west) in.must_take('+');
    const int hours = in.digits(2);
    int minutes = 0;
    if (in.take(':') || in.at_digit()) minutes = in.digits(2);
    const auto offset = std::chrono::hours(hours) + std::chrono::minutes(minutes);
    return west ? -offset : offset;
}

}  // namespace

std::optional<openpgp::Timestamp> parse_date(std::string_view text, openpgp::Timestamp now) {
    if (text == "now") return now;
    Cursor in(text);
    std::chrono::sys_seconds time = read_day(in);
    if (in.ok() && (in.take('T') || in.take('t') || in.take(' '))) {
        time += read_time(in);
        time -= read_zone(in);
    }
    const auto seconds = time.time_since_epoch().count();
    if (!in.ok() || !in.empty() || seconds < 0 || seconds > std::int64_t{UINT32_MAX}) {
        return std::nullopt;
    }
    return static_cast<openpgp::Timestamp>(seconds);
}

}  // namespace sealgate::cli::sop
