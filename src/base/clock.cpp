#include "base/clock.h"

#include <fmt/format.h>

#include <charconv>
#include <ctime>

namespace sealgate {

using std::chrono::day;
using std::chrono::days;
using std::chrono::floor;
using std::chrono::hh_mm_ss;
using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::minutes;
using std::chrono::month;
using std::chrono::seconds;
using std::chrono::sys_days;
using std::chrono::year;
using std::chrono::year_month_day;

WallTime SystemClock::now() const {
    return std::chrono::time_point_cast<std::chrono::microseconds>(
        std::chrono::system_clock::now());
}

SteadyTime SystemClock::steady() const {
    return std::chrono::steady_clock::now();
}

namespace {

// `count` decimal digits of `value` at `at`.
void put_digits(char* at, unsigned value, unsigned count) {
    while (count > 0) {
        at[--count] = static_cast<char>('0' + value % 10);
        value /= 10;
    }
}

}  // namespace

// Written digit by digit: every record of the mail log has it, in up to three outputs.
std::string to_rfc3339(WallTime time) {
    const auto midnight = floor<days>(time);
    const year_month_day date(midnight);
    const hh_mm_ss clock(time - midnight);
    const int year = static_cast<int>(date.year());
    if (year < 0 || year > 9999) return "0000-00-00T00:00:00.000000Z";
    std::string out = "0000-00-00T00:00:00.000000Z";
    put_digits(out.data(), static_cast<unsigned>(year), 4);
    put_digits(out.data() + 5, static_cast<unsigned>(date.month()), 2);
    put_digits(out.data() + 8, static_cast<unsigned>(date.day()), 2);
    put_digits(out.data() + 11, static_cast<unsigned>(clock.hours().count()), 2);
    put_digits(out.data() + 14, static_cast<unsigned>(clock.minutes().count()), 2);
    put_digits(out.data() + 17, static_cast<unsigned>(clock.seconds().count()), 2);
    put_digits(out.data() + 20, static_cast<unsigned>(clock.subseconds().count()), 6);
    return out;
}

bool from_rfc3339(std::string_view text, WallTime& out) {
    // Fixed layout up to the seconds; the fraction and "Z" or an offset follow.
    if (text.size() < 20) return false;
    const auto number = [&](std::size_t at, std::size_t length, int& value) {
        const char* begin = text.data() + at;
        const auto [end, error] = std::from_chars(begin, begin + length, value);
        return error == std::errc() && end == begin + length;
    };
    int y = 0, mo = 0, d = 0, h = 0, mi = 0, s = 0;
    if (!number(0, 4, y) || !number(5, 2, mo) || !number(8, 2, d) || !number(11, 2, h) ||
        !number(14, 2, mi) || !number(17, 2, s)) {
        return false;
    }
    if (text[4] != '-' || text[7] != '-' || (text[10] != 'T' && text[10] != ' ') ||
        text[13] != ':' || text[16] != ':') {
        return false;
    }
    const year_month_day date(
        year{y}, month{static_cast<unsigned>(mo)}, day{static_cast<unsigned>(d)});
    if (!date.ok() || h > 23 || mi > 59 || s > 60) return false;
    std::size_t at = 19;
    microseconds fraction{0};
    if (text[at] == '.') {
        ++at;
        int scale = 100'000;
        const std::size_t first = at;
        while (at < text.size() && text[at] >= '0' && text[at] <= '9') {
            fraction += microseconds((text[at] - '0') * scale);
            scale /= 10;
            ++at;
        }
        if (at == first) return false;
    }
    minutes offset{0};
    const std::string_view zone = text.substr(at);
    if (zone.size() == 6 && (zone[0] == '+' || zone[0] == '-') && zone[3] == ':') {
        int oh = 0, om = 0;
        if (!number(at + 1, 2, oh) || !number(at + 4, 2, om) || oh > 23 || om > 59) return false;
        offset = minutes(oh * 60 + om) * (zone[0] == '-' ? -1 : 1);
    } else if (zone != "Z" && zone != "z") {
        return false;
    }
    out = WallTime(sys_days(date)) + hours(h) + minutes(mi) + seconds(s) + fraction - offset;
    return true;
}

}  // namespace sealgate
