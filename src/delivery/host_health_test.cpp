// SPDX-License-Identifier: Apache-2.0
#include "delivery/host_health.h"

#include <gtest/gtest.h>

namespace sealgate::delivery {
namespace {

using std::chrono::seconds;

TEST(HostHealth, RestsLongerEachTimeUntilItWorks) {
    HostHealth health;
    SteadyTime now{seconds(1000)};
    EXPECT_FALSE(health.resting("a", now));
    seconds last{0};
    for (int i = 0; i < 8; ++i) {
        health.failed("a", now);
        health.failed("a", now);  // at the same time: once
        seconds rest{0};
        while (health.resting("a", now + rest))
            rest += seconds(1);
        EXPECT_TRUE(rest == last * 2 || rest == HostHealth::kLongestRest || last == seconds(0));
        last = rest;
        now += rest;
    }
    EXPECT_EQ(last, HostHealth::kLongestRest);
    health.worked("a");
    health.failed("a", now);
    EXPECT_FALSE(health.resting("a", now + HostHealth::kFirstRest));
}

TEST(HostHealth, ForgetsInTimeAndIsBounded) {
    HostHealth health;
    const SteadyTime now{seconds(1000)};
    for (std::size_t i = 0; i < HostHealth::kMost + 10; ++i)
        health.failed(std::to_string(i), now);
    EXPECT_EQ(health.size(), HostHealth::kMost);
    health.sweep(now + seconds(3600));
    EXPECT_EQ(health.size(), 0U);
}

}  // namespace
}  // namespace sealgate::delivery
