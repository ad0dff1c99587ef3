// SPDX-License-Identifier: Apache-2.0
#include "delivery/mx_order.h"

#include <gtest/gtest.h>

#include <map>

namespace sealgate::delivery {
namespace {

using Kind = MxOrder::Kind;

net::DnsRecord mx(std::uint16_t preference, std::string name) {
    net::DnsRecord record;
    record.preference = preference;
    record.name = std::move(name);
    return record;
}

class MxOrderTest : public ::testing::Test {
protected:
    MxOrder order(std::vector<net::DnsRecord> records) {
        return order_mx(std::move(records), "gw.example", dice_);
    }
    std::minstd_rand dice_{7};
};

TEST_F(MxOrderTest, LowPreferenceComesFirst) {
    const auto found = order({mx(20, "B.example"), mx(5, "a.example"), mx(30, "c.example")});
    EXPECT_EQ(found.kind, Kind::hosts);
    EXPECT_EQ(found.hosts, (std::vector<std::string>{"a.example", "b.example", "c.example"}));
}

TEST_F(MxOrderTest, EqualsShareTheLoad) {
    std::map<std::string, int> first;
    for (int i = 0; i < 200; ++i)
        ++first[order({mx(5, "a.example"), mx(5, "b.example"), mx(9, "c.example")}).hosts[0]];
    EXPECT_EQ(first.size(), 2U);
    EXPECT_GT(first["a.example"], 50);
    EXPECT_GT(first["b.example"], 50);
}

TEST_F(MxOrderTest, NullMxAloneMeansNoMail) {
    EXPECT_EQ(order({mx(0, "")}).kind, Kind::null_mx);
    EXPECT_EQ(order({mx(0, ""), mx(10, "a.example")}).hosts, std::vector<std::string>{"a.example"});
}

TEST_F(MxOrderTest, OnlyWhatIsBetterThanOurselvesCounts) {
    const auto found =
        order({mx(5, "a.example"), mx(10, "GW.example"), mx(10, "b.example"), mx(20, "c.example")});
    EXPECT_EQ(found.hosts, std::vector<std::string>{"a.example"});
    EXPECT_EQ(order({mx(10, "gw.example"), mx(20, "c.example")}).kind, Kind::only_us);
}

TEST_F(MxOrderTest, WhatIsNoHostNameIsLeftOut) {
    EXPECT_EQ(order({mx(1, "192.0.2.1"), mx(2, "a\\032b.example"), mx(3, "a.example")}).hosts,
              std::vector<std::string>{"a.example"});
    EXPECT_EQ(order({mx(1, "192.0.2.1")}).kind, Kind::unusable);
    EXPECT_EQ(order({}).kind, Kind::unusable);
}

TEST_F(MxOrderTest, EachHostOnceAndNotTooMany) {
    std::vector<net::DnsRecord> many;
    for (std::uint16_t i = 0; i < 100; ++i)
        many.push_back(mx(i, "h" + std::to_string(i / 2) + ".example"));
    const auto found = order(many);
    EXPECT_EQ(found.hosts.size(), kMaxMailHosts);
    EXPECT_EQ(found.hosts[1], "h1.example");
}

}  // namespace
}  // namespace sealgate::delivery
