// SPDX-License-Identifier: Apache-2.0
#include "cli/times.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <ctime>

namespace sealgate::cli {
namespace {

class TimesTest : public ::testing::Test {
protected:
    TimesTest() {
        // NOLINTNEXTLINE(concurrency-mt-unsafe): there is one thread
        setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
        tzset();
        (void)from_rfc3339("2026-11-25T12:00:00Z", now_);
    }
    TimesTest(const TimesTest&) = delete;
    TimesTest& operator=(const TimesTest&) = delete;
    TimesTest(TimesTest&&) = delete;
    TimesTest& operator=(TimesTest&&) = delete;
    ~TimesTest() override {
        unsetenv("TZ");  // NOLINT(concurrency-mt-unsafe)
        tzset();
    }
    [[nodiscard]] std::string parse(std::string_view text) const {
        const auto time = parse_moment(text, now_);
        return time ? to_rfc3339(*time).substr(0, 19) : "none";
    }
    WallTime now_;
};

TEST_F(TimesTest, TakesWhatPeopleWrite) {
    EXPECT_EQ(parse("2h"), "2026-11-25T10:00:00");
    EXPECT_EQ(parse("1d 12h"), "2026-11-24T00:00:00");
    EXPECT_EQ(parse("2026-11-25"), "2026-11-24T23:00:00");
    EXPECT_EQ(parse("2026-07-25 07:14"), "2026-07-25T05:14:00");
    EXPECT_EQ(parse("2026-11-25T07:14:36"), "2026-11-25T06:14:36");
    EXPECT_EQ(parse("2026-11-25T07:14:36Z"), "2026-11-25T07:14:36");
    EXPECT_EQ(parse("1m"), "2026-11-25T11:59:00");
    EXPECT_EQ(parse("1h 30m"), "2026-11-25T10:30:00");
    EXPECT_EQ(parse("now"), "2026-11-25T12:00:00");
    EXPECT_EQ(parse("today"), "2026-11-24T23:00:00");
    EXPECT_EQ(parse("Yesterday"), "2026-11-23T23:00:00");
    EXPECT_EQ(parse("11:46"), "2026-11-25T10:46:00");
    EXPECT_EQ(parse("11:46:30"), "2026-11-25T10:46:30");
    EXPECT_EQ(parse("23:59"), "2026-11-24T22:59:00") << "the last one, not one to come";
}

TEST_F(TimesTest, RefusesWhatIsNoTime) {
    for (const auto* text :
         {"", "2", "m", "yesteryear", "25:00", "2026-13-01", "2026-11-25x", "25.11.2026"}) {
        EXPECT_EQ(parse(text), "none") << text;
    }
}

TEST_F(TimesTest, ShowsLocalTime) {
    EXPECT_EQ(show_time("2026-11-25T07:14:36.5Z"), "2026-11-25 08:14:36");
    EXPECT_EQ(show_time("2026-07-25T07:14:36Z"), "2026-07-25 09:14:36");
    EXPECT_EQ(show_time(""), "");
}

}  // namespace
}  // namespace sealgate::cli
