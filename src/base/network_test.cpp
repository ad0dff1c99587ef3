// SPDX-License-Identifier: Apache-2.0
#include "base/network.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace sealgate {
namespace {

TEST(IpAddress, ReadsAndWritesBothFamilies) {
    const std::vector<std::pair<std::string, std::string>> cases = {
        {"192.0.2.1", "192.0.2.1"},
        {"0.0.0.0", "0.0.0.0"},
        {"::", "::"},
        {"::1", "::1"},
        {"2001:DB8:0:0::1", "2001:db8::1"},
        {"::ffff:192.0.2.1", "192.0.2.1"},
        {"::ffff:c000:201", "192.0.2.1"},
    };
    for (const auto& [text, printed] : cases) {
        const auto address = IpAddress::parse(text);
        ASSERT_TRUE(address) << text;
        EXPECT_EQ(address->to_string(), printed);
        EXPECT_EQ(*IpAddress::parse(printed), *address);
    }
}

TEST(IpAddress, MappedAddressIsTheAddressItMaps) {
    EXPECT_EQ(*IpAddress::parse("::ffff:10.0.0.1"), *IpAddress::parse("10.0.0.1"));
    EXPECT_TRUE(IpAddress::parse("::ffff:10.0.0.1")->is_v4());
    EXPECT_FALSE(IpAddress::parse("::10.0.0.1")->is_v4());
}

TEST(IpAddress, RefusesWhatIsNearlyAnAddress) {
    const std::vector<std::string> cases = {"",
                                            "1",
                                            "1.2.3",
                                            "1.2.3.4.5",
                                            "256.1.1.1",
                                            "01.2.3.4",
                                            " 1.2.3.4",
                                            "1.2.3.4 ",
                                            "0x7f.0.0.1",
                                            "[::1]",
                                            ":::",
                                            "::1%lo",
                                            "1::2::3",
                                            "localhost",
                                            std::string("127.0.0.1\0x", 11),
                                            std::string(1000, '1')};
    for (const std::string& text : cases) {
        const auto address = IpAddress::parse(text);
        ASSERT_FALSE(address) << text;
        EXPECT_EQ(address.error().kind(), ErrorKind::malformed);
    }
}

struct ContainsCase {
    std::string network;
    std::string address;
    bool expected;
};

TEST(Network, ContainsExactlyItsAddresses) {
    const std::vector<ContainsCase> cases = {
        {"10.1.0.0/16", "10.1.0.0", true},
        {"10.1.0.0/16", "10.1.255.255", true},
        {"10.1.0.0/16", "10.2.0.0", false},
        {"10.1.0.0/16", "10.0.255.255", false},
        {"10.1.0.0/16", "::ffff:10.1.2.3", true},
        {"10.128.0.0/9", "10.128.0.0", true},
        {"10.128.0.0/9", "10.127.255.255", false},
        {"0.0.0.0/0", "255.255.255.255", true},
        {"0.0.0.0/0", "::1", false},
        {"::/0", "::1", true},
        {"::/0", "10.0.0.1", false},
        {"192.0.2.7", "192.0.2.7", true},
        {"192.0.2.7", "192.0.2.6", false},
        {"192.0.2.7/32", "192.0.2.7", true},
        {"2001:db8::/33", "2001:db8:7fff::", true},
        {"2001:db8::/33", "2001:db8:8000::", false},
        {"::1", "::1", true},
        {"::1/128", "::2", false},
        {"::ffff:10.0.0.0/104", "10.255.0.1", true},
        {"::ffff:10.0.0.0/104", "11.0.0.0", false},
        {"::ffff:10.0.0.7", "10.0.0.7", true},
    };
    for (const auto& [text, address, expected] : cases) {
        const auto network = Network::parse(text);
        ASSERT_TRUE(network) << text;
        EXPECT_EQ(network->contains(*IpAddress::parse(address)), expected)
            << text << " and " << address;
    }
}

TEST(Network, PrintsWithItsLength) {
    EXPECT_EQ(Network::parse("10.1.0.0/16")->to_string(), "10.1.0.0/16");
    EXPECT_EQ(Network::parse("192.0.2.7")->to_string(), "192.0.2.7/32");
    EXPECT_EQ(Network::parse("2001:DB8::/32")->to_string(), "2001:db8::/32");
    EXPECT_EQ(Network::parse("::ffff:10.0.0.0/104")->to_string(), "10.0.0.0/8");
}

TEST(Network, RefusesHostBitsAndBadLengths) {
    for (const std::string text : {"10.1.2.0/16",
                                   "10.0.0.1/31",
                                   "10.0.0.0/33",
                                   "10.0.0.0/",
                                   "10.0.0.0/-1",
                                   "10.0.0.0/+8",
                                   "10.0.0.0/08x",
                                   "10.0.0.0/8/8",
                                   "10.0.0.0/0008",
                                   "10.0.0.0/255.0.0.0",
                                   "/8",
                                   "::/129",
                                   "2001:db8::1/64",
                                   "::ffff:10.0.0.0/8",
                                   "example.com/8"}) {
        const auto network = Network::parse(text);
        ASSERT_FALSE(network) << text;
        EXPECT_EQ(network.error().kind(), ErrorKind::malformed);
    }
}

}  // namespace
}  // namespace sealgate
