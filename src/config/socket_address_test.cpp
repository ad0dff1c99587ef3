// SPDX-License-Identifier: Apache-2.0
#include "config/settings.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace sealgate::config {
namespace {

TEST(SocketAddress, ReadsIpAndPort) {
    const std::vector<std::pair<std::string, std::string>> cases = {
        {"127.0.0.1:2525", "127.0.0.1:2525"},
        {"0.0.0.0:0", "0.0.0.0:0"},
        {"[::1]:25", "[::1]:25"},
        {"[::]:65535", "[::]:65535"},
        {"[::ffff:10.0.0.1]:25", "10.0.0.1:25"},
    };
    for (const auto& [text, printed] : cases) {
        const auto address = SocketAddress::parse(text);
        ASSERT_TRUE(address) << text;
        EXPECT_EQ(address->to_string(), printed);
    }
    for (const std::string text : {"",
                                   ":25",
                                   "25",
                                   "127.0.0.1",
                                   "127.0.0.1:",
                                   "127.0.0.1:65536",
                                   "127.0.0.1:-1",
                                   "127.0.0.1:smtp",
                                   "::1:25",
                                   "[::1]",
                                   "[]:25",
                                   "localhost:25",
                                   "*:25",
                                   "127.0.0.1:25 ",
                                   "127.0.0.1:000025"}) {
        EXPECT_FALSE(SocketAddress::parse(text)) << text;
    }
}

}  // namespace
}  // namespace sealgate::config
