// SPDX-License-Identifier: Apache-2.0
#include "base/crc32c.h"

#include <gtest/gtest.h>

#include <string>

namespace sealgate {
namespace {

TEST(Crc32c, MatchesRfc3720) {
    std::string up, down;
    for (int i = 0; i < 32; ++i) {
        up += static_cast<char>(i);
        down += static_cast<char>(31 - i);
    }
    const std::pair<std::string, std::uint32_t> cases[] = {
        {"", 0},
        {"123456789", 0xe3069283},
        {std::string(32, '\0'), 0x8a9136aa},
        {std::string(32, '\xff'), 0x62a8ab43},
        {up, 0x46dd794e},
        {down, 0x113fdb5c},
    };
    for (const auto& [bytes, crc] : cases) {
        EXPECT_EQ(crc32c(bytes), crc);
        EXPECT_EQ(crc32c_portable(bytes), crc);
    }
}

TEST(Crc32c, BothWaysAgreeOnEveryLengthAndCut) {
    std::string bytes;
    for (int i = 0; i < 100; ++i) {
        EXPECT_EQ(crc32c(bytes), crc32c_portable(bytes));
        const std::string_view view = bytes;
        const std::size_t cut = bytes.size() / 3;
        EXPECT_EQ(crc32c(view.substr(cut), crc32c(view.substr(0, cut))), crc32c(bytes));
        bytes += static_cast<char>(i * 37);
    }
}

}  // namespace
}  // namespace sealgate
