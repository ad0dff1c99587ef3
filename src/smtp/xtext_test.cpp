// SPDX-License-Identifier: Apache-2.0
#include "smtp/xtext.h"

#include <gtest/gtest.h>

namespace sealgate::smtp {
namespace {

TEST(Xtext, Decodes) {
    EXPECT_EQ(decode_xtext("a+2Bb+3Dc"), "a+b=c");
    EXPECT_EQ(decode_xtext(""), "");
    EXPECT_EQ(decode_xtext("j\xC3\xBCrg"), "j\xC3\xBCrg");
    EXPECT_EQ(decode_xtext("x+C3+BC"), "x\xC3\xBC");
    for (const std::string_view bad :
         {"a b", "a=b", "+2", "+", "+2b", "+GG", "a+0Db", "a+7Fb", "a\r", "\xC3"}) {
        EXPECT_EQ(decode_xtext(bad), std::nullopt) << bad;
    }
}

TEST(Xtext, IsAsciiUnlessAskedOtherwise) {
    EXPECT_FALSE(is_xtext("\xC3\xBC"));
    EXPECT_TRUE(is_xtext("\xC3\xBC", true));
    EXPECT_FALSE(is_xtext("\xC3", true));
}

TEST(AsciiForm, WritesCodePoints) {
    EXPECT_EQ(ascii_form("j\xC3\xBCrg\xE2\x82\xAC\xF0\x9F\x93\xA7@x"),
              "j\\x{FC}rg\\x{20AC}\\x{1F4E7}@x");
    EXPECT_EQ(ascii_form("plain"), "plain");
}

TEST(Xtext, EncodesWhatItDecodes) {
    EXPECT_EQ(encode_xtext("a+b=c d"), "a+2Bb+3Dc+20d");
    EXPECT_EQ(encode_xtext("\xC3\xBC\t"), "+C3+BC+09");
    EXPECT_EQ(encode_xtext(""), "");
    EXPECT_EQ(decode_xtext(encode_xtext("a b+[=]~\xC3\xBC")), "a b+[=]~\xC3\xBC");
}

}  // namespace
}  // namespace sealgate::smtp
