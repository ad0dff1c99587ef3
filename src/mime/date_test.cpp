// SPDX-License-Identifier: Apache-2.0
#include "mime/date.h"

#include "base/result.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <ctime>

namespace sealgate::mime {
namespace {

WallTime at(std::string_view text) {
    WallTime time;
    SG_CHECK(from_rfc3339(text, time));
    return time;
}

// The zone of the test, put back at its end.
class Zone {
public:
    explicit Zone(const char* name) { set(name); }
    Zone(const Zone&) = delete;
    Zone& operator=(const Zone&) = delete;
    Zone(Zone&&) = delete;
    Zone& operator=(Zone&&) = delete;
    ~Zone() { set("UTC0"); }

private:
    static void set(const char* name) {
        // NOLINTNEXTLINE(concurrency-mt-unsafe): the test has one thread
        ::setenv("TZ", name, 1);
        ::tzset();
    }
};

TEST(FormatDate, WritesTheFormOfRfc5322) {
    const Zone zone("UTC0");
    EXPECT_EQ(format_date(at("2026-11-25T07:14:36.9Z")), "Wed, 25 Nov 2026 07:14:36 +0000");
    EXPECT_EQ(format_date(at("2026-11-25T07:14:37Z")), "Wed, 25 Nov 2026 07:14:37 +0000");
    EXPECT_EQ(format_date(at("1969-12-31T23:59:59.5Z")), "Wed, 31 Dec 1969 23:59:59 +0000");
    EXPECT_EQ(format_date(at("2024-02-29T00:00:00Z")), "Thu, 29 Feb 2024 00:00:00 +0000");
}

TEST(FormatDate, UsesTheZoneOfTheProcess) {
    {
        const Zone zone("IST-5:30");
        EXPECT_EQ(format_date(at("2026-01-01T20:00:01Z")), "Fri, 02 Jan 2026 01:30:01 +0530");
    }
    const Zone zone("NST3:30");
    EXPECT_EQ(format_date(at("2026-01-01T20:00:02Z")), "Thu, 01 Jan 2026 16:30:02 -0330");
}

}  // namespace
}  // namespace sealgate::mime
