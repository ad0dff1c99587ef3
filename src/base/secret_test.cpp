// SPDX-License-Identifier: Apache-2.0
#include "base/secret.h"

#include <gtest/gtest.h>

namespace sealgate {
namespace {

// The octets of the object itself, where a short string keeps its own.
template <class T>
std::string_view octets_of(const T& object) {
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): what is left in memory is asked
    return {reinterpret_cast<const char*>(&object), sizeof(object)};
}

TEST(SecretBytes, LeavesNothingWhereItWasMovedFrom) {
    SecretBytes first(std::string("hunter2"));
    SecretBytes second = std::move(first);
    // NOLINTBEGIN(bugprone-use-after-move): what is left there is asked
    EXPECT_EQ(second.view(), "hunter2");
    EXPECT_EQ(octets_of(first).find("unter2"), std::string_view::npos);
    SecretBytes third;
    third = std::move(second);
    EXPECT_EQ(third.view(), "hunter2");
    EXPECT_EQ(octets_of(second).find("unter2"), std::string_view::npos);
    // NOLINTEND(bugprone-use-after-move)
}

TEST(SecretBytes, WipesWhatItHadBefore) {
    SecretBytes secret(std::string("hunter2"));
    secret = SecretBytes(std::string("x"));
    EXPECT_EQ(octets_of(secret).find("nter2"), std::string_view::npos);
}

}  // namespace
}  // namespace sealgate
