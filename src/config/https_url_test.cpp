// SPDX-License-Identifier: Apache-2.0
#include "config/https_url.h"

#include <gtest/gtest.h>

namespace sealgate::config {
namespace {

TEST(HttpsUrl, IsTakenApart) {
    const auto plain = HttpsUrl::parse("https://hooks.example.com");
    ASSERT_TRUE(plain);
    EXPECT_EQ(plain->host, "hooks.example.com");
    EXPECT_EQ(plain->port, 443);
    EXPECT_EQ(plain->target, "/");
    EXPECT_EQ(plain->authority(), "hooks.example.com");
    const auto full = HttpsUrl::parse("HTTPS://[2001:db8::1]:8443/a%20b?c=d&e");
    ASSERT_TRUE(full);
    EXPECT_EQ(full->host, "2001:db8::1");
    EXPECT_EQ(full->port, 8443);
    EXPECT_EQ(full->target, "/a%20b?c=d&e");
    EXPECT_EQ(full->authority(), "[2001:db8::1]:8443");
}

TEST(HttpsUrl, WhatCannotBeUsedIsRefused) {
    for (const std::string_view text : {"",
                                        "hooks.example.com",
                                        "http://x.example/",
                                        "https://",
                                        "https:///path",
                                        "https://user@x.example/",
                                        "https://u:p@x.example/",
                                        "https://x.example/#part",
                                        "https://x.example:0/",
                                        "https://x.example:99999/",
                                        "https://x.example:c443/",
                                        "https://x .example/",
                                        "https://x%00.example/",
                                        "https://x%0d%0aA:b/",
                                        "https://x.example/\r\nA: b",
                                        "file:///etc/passwd"}) {
        EXPECT_FALSE(HttpsUrl::parse(text)) << text;
    }
    EXPECT_FALSE(HttpsUrl::parse("https://x.example/" + std::string(2000, 'a')));
}

}  // namespace
}  // namespace sealgate::config
