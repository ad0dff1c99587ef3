// SPDX-License-Identifier: Apache-2.0
#include "base/units.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace sealgate {
namespace {

using std::chrono::seconds;

TEST(Duration, ReadsNumbersWithTheirUnits) {
    const std::vector<std::pair<std::string, std::int64_t>> cases = {
        {"0s", 0},
        {"30s", 30},
        {"30 s", 30},
        {"5min", 300},
        {"2h", 7200},
        {"1d", 86400},
        {"1h 30min", 5400},
        {"1h30min", 5400},
        {"1d 2h 3min 4s", 93784},
        {"90min", 5400},
        {"36600d", 36600LL * 86400},
    };
    for (const auto& [text, expected] : cases) {
        const auto duration = parse_duration(text);
        ASSERT_TRUE(duration) << text << ": " << duration.error().detail();
        EXPECT_EQ(duration->count(), expected) << text;
        EXPECT_EQ(*parse_duration(format_duration(*duration)), *duration);
    }
}

TEST(Duration, RefusesWhatIsNearlyOne) {
    for (const std::string text : {"",
                                   " ",
                                   "30",
                                   "s",
                                   "-1s",
                                   "+1s",
                                   "1.5h",
                                   "1m",
                                   "1M",
                                   "1 week",
                                   "1S",
                                   "30s ",
                                   " 30s",
                                   "1h  30min",
                                   "1h 30",
                                   "30min 1h",
                                   "1h 1h",
                                   "1s;2s",
                                   "36601d",
                                   "18446744073709551615s",
                                   "99999999999999999999s",
                                   "9999999999999999999d"}) {
        const auto duration = parse_duration(text);
        ASSERT_FALSE(duration) << text;
        EXPECT_EQ(duration.error().kind(), ErrorKind::malformed);
    }
}

TEST(Size, ReadsNumbersWithTheirUnits) {
    const std::vector<std::pair<std::string, std::uint64_t>> cases = {
        {"0 B", 0},
        {"512 B", 512},
        {"64KiB", 65536},
        {"50 MiB", 50ULL << 20U},
        {"50 mib", 50ULL << 20U},
        {"1 GB", 1'000'000'000},
        {"1 GiB", 1ULL << 30U},
        {"2 TiB", 2ULL << 40U},
        {"3 kb", 3000},
    };
    for (const auto& [text, expected] : cases) {
        const auto size = parse_size(text);
        ASSERT_TRUE(size) << text << ": " << size.error().detail();
        EXPECT_EQ(*size, expected) << text;
        EXPECT_EQ(*parse_size(format_size(*size)), *size);
    }
}

TEST(Size, RefusesWhatIsNearlyOne) {
    for (const std::string text : {"",
                                   "50",
                                   "MiB",
                                   "-1 B",
                                   "1.5 MiB",
                                   "50 M",
                                   "50 MiBit",
                                   "50  MiB",
                                   "50 MiB ",
                                   "1 MiB 1 KiB",
                                   "9223372036854775808 B",
                                   "99999999 TiB"}) {
        const auto size = parse_size(text);
        ASSERT_FALSE(size) << text;
        EXPECT_EQ(size.error().kind(), ErrorKind::malformed);
    }
}

TEST(Size, PrintsTheLargestUnitThatDivides) {
    EXPECT_EQ(format_size(50ULL << 20U), "50 MiB");
    EXPECT_EQ(format_size(1025), "1025 B");
    EXPECT_EQ(format_size(2000), "2 KB");
    EXPECT_EQ(format_duration(seconds(5400)), "1h 30min");
}

}  // namespace
}  // namespace sealgate
