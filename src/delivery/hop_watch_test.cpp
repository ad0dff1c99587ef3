// SPDX-License-Identifier: Apache-2.0
#include "delivery/hop_watch.h"

#include <gtest/gtest.h>

namespace sealgate::delivery {
namespace {

using std::chrono::seconds;

TEST(HopWatch, KnowsSinceWhenAndHowOftenAHopFailed) {
    HopWatch watch;
    EXPECT_TRUE(watch.all().empty());
    const SteadyTime start{seconds(1000)};
    watch.worked("h:25 none", "h:25", start);
    ASSERT_EQ(watch.all().size(), 1U);
    EXPECT_EQ(watch.all()[0].failures, 0U);
    watch.failed("h:25 none", "h:25", "refused", start + seconds(1));
    watch.failed("h:25 none", "h:25", "timed out", start + seconds(5));
    HopReach hop = watch.all()[0];
    EXPECT_EQ(hop.next_hop, "h:25");
    EXPECT_EQ(hop.failures, 2U);
    EXPECT_EQ(hop.failing_since, start + seconds(1));
    EXPECT_EQ(hop.last_tried, start + seconds(5));
    EXPECT_EQ(hop.note, "timed out");

    watch.worked("h:25 none", "h:25", start + seconds(6));
    hop = watch.all()[0];
    EXPECT_EQ(hop.failures, 0U);
    EXPECT_EQ(hop.last_tried, start + seconds(6));
    EXPECT_EQ(hop.note, "");
    watch.failed("h:25 none", "h:25", "again", start + seconds(9));
    EXPECT_EQ(watch.all()[0].failures, 1U);
    EXPECT_EQ(watch.all()[0].failing_since, start + seconds(9));
}

TEST(HopWatch, AHopWorksThatTookTheLastConnection) {
    HopWatch watch;
    const SteadyTime now{seconds(1000)};
    EXPECT_FALSE(watch.works("h:25 none"));  // nobody asked
    watch.worked("h:25 none", "h:25", now);
    EXPECT_TRUE(watch.works("h:25 none"));
    watch.failed("h:25 none", "h:25", "refused", now);
    EXPECT_FALSE(watch.works("h:25 none"));
    watch.worked("h:25 none", "h:25", now);
    EXPECT_TRUE(watch.works("h:25 none"));
}

TEST(HopWatch, RoutesThatDifferInTlsAreApart) {
    HopWatch watch;
    const SteadyTime now{seconds(1000)};
    watch.failed("h:25 verify", "h:25", "no certificate", now);
    watch.worked("h:25 none", "h:25", now);
    ASSERT_EQ(watch.all().size(), 2U);
    EXPECT_EQ(watch.all()[0].failures + watch.all()[1].failures, 1U);
}

TEST(HopWatch, WhatIsRememberedHasALimit) {
    HopWatch watch;
    const SteadyTime now{seconds(1000)};
    watch.worked("first", "first", now);
    for (std::size_t i = 0; i < HopWatch::kMost; ++i)
        watch.failed(std::to_string(i), "x", "no", now);
    EXPECT_EQ(watch.all().size(), HopWatch::kMost);
    watch.failed("first", "first", "no", now);  // one that is known still counts
    std::size_t found = 0;
    for (const HopReach& hop : watch.all())
        found += hop.next_hop == "first" && hop.failures == 1 ? 1U : 0U;
    EXPECT_EQ(found, 1U);
}

}  // namespace
}  // namespace sealgate::delivery
