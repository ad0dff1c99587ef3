// SPDX-License-Identifier: Apache-2.0
#include "net/dns_cache.h"

#include <gtest/gtest.h>

namespace sealgate::net {
namespace {

using Kind = DnsAnswer::Kind;
using std::chrono::seconds;

DnsAnswer answer(Kind kind, seconds ttl) {
    DnsAnswer made;
    made.kind = kind;
    made.ttl = ttl;
    if (kind == Kind::found) made.records.emplace_back();
    return made;
}

constexpr SteadyTime kNow{seconds(1000)};

TEST(DnsCache, KeepsForItsTime) {
    DnsCache cache(10);
    cache.put("a", answer(Kind::found, seconds(60)), kNow);
    ASSERT_NE(cache.find("a", kNow + seconds(59)), nullptr);
    EXPECT_EQ(cache.find("a", kNow + seconds(60)), nullptr);
    EXPECT_NE(cache.find_stale("a"), nullptr);
    EXPECT_EQ(cache.find("b", kNow), nullptr);
}

TEST(DnsCache, NegativeAnswersAreKeptAndNotForLong) {
    DnsCache cache(10);
    cache.put("a", answer(Kind::no_name, seconds(86400)), kNow);
    ASSERT_NE(cache.find("a", kNow + seconds(1)), nullptr);
    EXPECT_EQ(cache.find("a", kNow + DnsCache::kLongestNegative), nullptr);
    EXPECT_EQ(cache.find_stale("a"), nullptr);
}

TEST(DnsCache, AFailureIsKeptShortlyAndReplacesNothing) {
    DnsCache cache(10);
    cache.put("a", answer(Kind::found, seconds(5)), kNow);
    const SteadyTime later = kNow + seconds(10);
    cache.put("a", answer(Kind::failed, seconds(0)), later);
    ASSERT_NE(cache.find("a", later), nullptr);
    EXPECT_EQ(cache.find("a", later)->kind, Kind::failed);
    EXPECT_EQ(cache.find("a", later + DnsCache::kFailureFor), nullptr);
    ASSERT_NE(cache.find_stale("a"), nullptr);
    EXPECT_EQ(cache.find_stale("a")->kind, Kind::found);
}

TEST(DnsCache, IsBoundedAndDropsWhatNobodyAsksFor) {
    DnsCache cache(3);
    for (const char* key : {"a", "b", "c"})
        cache.put(key, answer(Kind::found, seconds(60)), kNow);
    ASSERT_NE(cache.find("a", kNow), nullptr);
    cache.put("d", answer(Kind::found, seconds(60)), kNow);
    EXPECT_EQ(cache.size(), 3U);
    EXPECT_EQ(cache.find("b", kNow), nullptr);
    EXPECT_NE(cache.find("a", kNow), nullptr);
    DnsCache none(0);
    none.put("a", answer(Kind::found, seconds(60)), kNow);
    EXPECT_EQ(none.find("a", kNow), nullptr);
}

}  // namespace
}  // namespace sealgate::net
