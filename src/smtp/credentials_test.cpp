// SPDX-License-Identifier: Apache-2.0
#include "smtp/credentials.h"

#include <gtest/gtest.h>

namespace sealgate::smtp {
namespace {

using namespace std::literals;

std::optional<Credentials> plain(std::string_view message) {
    return read_plain(SecretBytes(std::string(message)));
}

TEST(Credentials, ReadsPlain) {
    const auto one = plain("\0alice\0tanstaaf"s);
    ASSERT_TRUE(one);
    EXPECT_EQ(one->acting_as, "");
    EXPECT_EQ(one->user, "alice");
    EXPECT_EQ(one->password.view(), "tanstaaf");
    const auto other = plain("root\0alice\0p w\xC3\xA4"s);
    ASSERT_TRUE(other);
    EXPECT_EQ(other->acting_as, "root");
    EXPECT_EQ(other->password.view(), "p w\xC3\xA4");
    for (const std::string& bad : {""s,
                                   "alice"s,
                                   "alice\0secret"s,
                                   "\0alice\0"s,
                                   "\0\0secret"s,
                                   "\0alice\0se\0cret"s,
                                   "\0alice\0secret\0"s,
                                   "\0"s + std::string(256, 'a') + "\0secret"s,
                                   "\0alice\0"s + std::string(256, 'p'),
                                   std::string(256, 'z') + "\0alice\0secret"s})
        EXPECT_FALSE(plain(bad)) << bad;
}

TEST(Credentials, ReadsResponsesStrictly) {
    EXPECT_EQ(decode_response("AGFsaWNlAHB3")->view(), "\0alice\0pw"s);
    EXPECT_EQ(decode_response("")->view(), "");
    for (const std::string_view bad :
         {"AGFsaWNlAHB3=", "AGFs aWNl", "AGFsaWNlAHB", "*", "AB==CD==", "AGF\xC3"})
        EXPECT_FALSE(decode_response(bad)) << bad;
}

TEST(Credentials, WritesWhatItReads) {
    const auto alice = read_login(SecretBytes("alice"), SecretBytes("pw"));
    ASSERT_TRUE(alice);
    EXPECT_EQ(plain_response(*alice).view(), "AGFsaWNlAHB3");
    EXPECT_EQ(login_response("alice").view(), "YWxpY2U=");
    EXPECT_FALSE(read_login(SecretBytes(""), SecretBytes("pw")));
    EXPECT_FALSE(read_login(SecretBytes("alice"), SecretBytes("")));
    EXPECT_EQ(parse_mechanism("plain"), Mechanism::plain);
    EXPECT_EQ(parse_mechanism("Login"), Mechanism::login);
    EXPECT_FALSE(parse_mechanism("CRAM-MD5"));
}

}  // namespace
}  // namespace sealgate::smtp
