// SPDX-License-Identifier: Apache-2.0
#include "policy/public_suffix.h"

#include <gtest/gtest.h>

namespace sealgate::policy {
namespace {

TEST(PublicSuffix, IsWhatStrangersRegisterBelow) {
    const auto suffix = [](const char* name) {
        return is_public_suffix(mime::Domain::parse(name).value());
    };
    for (const char* name : {"com", "COM.", "de", "co.uk", "xn--p1ai"})
        EXPECT_TRUE(suffix(name)) << name;
    // Owned by somebody, private suffixes included; and names of a house's own network.
    for (const char* name :
         {"example.com", "example.co.uk", "github.io", "lan", "corp", "a.example"})
        EXPECT_FALSE(suffix(name)) << name;
    EXPECT_FALSE(suffix("[192.0.2.1]"));
}

}  // namespace
}  // namespace sealgate::policy
