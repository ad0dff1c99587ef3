// SPDX-License-Identifier: Apache-2.0
#include "crypto/key_derivation.h"

#include "base/text.h"

#include <gtest/gtest.h>
#include <openssl/err.h>

#include <tuple>

namespace sealgate::crypto {
namespace {

std::string hex(std::string_view text) {
    return from_hex(text).value();
}

TEST(Hkdf, TakesViewsOfNothing) {
    EXPECT_EQ(hkdf(HashAlgorithm::sha256, "secret", {}, {}, 16).view(),
              hkdf(HashAlgorithm::sha256, "secret", "", "", 16).view());
}

TEST(Hkdf, MatchesRfc5869) {
    const std::string secret(22, '\x0b');
    const std::string salt = hex("000102030405060708090a0b0c");
    const std::string info = hex("f0f1f2f3f4f5f6f7f8f9");
    EXPECT_EQ(
        to_hex(hkdf(HashAlgorithm::sha256, secret, salt, info, 42).view()),
        "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865");
    EXPECT_EQ(
        to_hex(hkdf(HashAlgorithm::sha256, secret, "", "", 42).view()),
        "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8");
    EXPECT_EQ(
        to_hex(hkdf(HashAlgorithm::sha1, secret.substr(11), salt, info, 42).view()),
        "085a01ea1b10f36933068b56efa5ad81a4f14b822f5b091568a9cdd4f155fda2c22e422478d305f3f896");
    EXPECT_EQ(hkdf(HashAlgorithm::sha512, secret, salt, info, 255 * 64).size(), 16'320U);
    EXPECT_EQ(hkdf(HashAlgorithm::sha256, "", "", "", 16).size(), 16U);
}

TEST(Argon2id, MatchesRfc9106) {
    const auto tag = argon2id(std::string(32, '\x01'),
                              std::string(16, '\x02'),
                              {.passes = 3, .lanes = 4, .memory_kib = 32},
                              32,
                              std::string(8, '\x03'),
                              std::string(12, '\x04'));
    EXPECT_EQ(to_hex(tag.value().view()),
              "0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659");
}

TEST(Argon2id, RefusesWhatRfc9106DoesNotAllow) {
    const std::string salt(16, 's');
    for (const Argon2Cost cost : {Argon2Cost{.passes = 0, .lanes = 1, .memory_kib = 64},
                                  Argon2Cost{.passes = 1, .lanes = 0, .memory_kib = 64},
                                  Argon2Cost{.passes = 1, .lanes = 9, .memory_kib = 64}}) {
        EXPECT_EQ(argon2id("p", salt, cost, 32).error().kind(), ErrorKind::malformed);
    }
    EXPECT_EQ(argon2id("p", "short", {}, 32).error().kind(), ErrorKind::malformed);
    EXPECT_EQ(argon2id("p", salt, {}, 3).error().kind(), ErrorKind::malformed);
    EXPECT_TRUE(argon2id("", salt, {}, 4).has_value());
}

// RFC 3394, section 4.
constexpr std::string_view kKek =
    "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
constexpr std::string_view kSecret =
    "00112233445566778899aabbccddeeff000102030405060708090a0b0c0d0e0f";
constexpr std::tuple<std::size_t, std::size_t, std::string_view> kWrapCases[] = {
    {16, 16, "1fa68b0a8112b447aef34bd8fb5a7b829d3e862371d2cfe5"},
    {24, 16, "96778b25ae6ca435f92b5b97c050aed2468ab8a17ad84e5d"},
    {32, 16, "64e8c3f9ce0f5ba263e9777905818a2a93c8191e7d6e8ae7"},
    {32, 32, "28c9f404c4b810f4cbccb35cfb87f8263f5786e2d80ed326cbc7f0e71a99f43bfb988b9b7a02dd21"},
};

TEST(AesKeyWrap, MatchesRfc3394) {
    for (const auto& [key_size, size, expected] : kWrapCases) {
        const std::string key = hex(kKek).substr(0, key_size);
        const std::string secret = hex(kSecret).substr(0, size);
        EXPECT_EQ(to_hex(aes_key_wrap(key, secret).value()), expected);
        EXPECT_EQ(aes_key_unwrap(key, hex(expected)).value().view(), secret);
    }
}

TEST(AesKeyWrap, RefusesEveryFlippedBit) {
    const std::string key = hex(kKek);
    const std::string good = hex(std::get<2>(kWrapCases[3]));
    for (std::size_t i = 0; i < good.size() * 8; ++i) {
        std::string bad = good;
        bad[i / 8] = static_cast<char>(bad[i / 8] ^ (1 << (i % 8)));
        EXPECT_EQ(aes_key_unwrap(key, bad).error().kind(), ErrorKind::malformed);
        EXPECT_EQ(ERR_peek_error(), 0U);
    }
    EXPECT_FALSE(aes_key_unwrap(key.substr(0, 16), good));
    EXPECT_TRUE(aes_key_unwrap(key, good));
}

TEST(AesKeyWrap, RefusesLengthsThatCannotBe) {
    const std::string key = hex(kKek);
    for (const std::size_t size : {0U, 1U, 7U, 8U, 9U, 15U, 16U, 17U, 23U, 25U, 255U, 65'544U}) {
        const std::string wrapped(size, 'w');
        EXPECT_EQ(aes_key_unwrap(key, wrapped).error().kind(), ErrorKind::malformed) << size;
        EXPECT_EQ(ERR_peek_error(), 0U);
    }
    for (const std::size_t size : {0U, 1U, 7U, 8U, 9U, 15U, 17U, 255U, 65'544U})
        EXPECT_EQ(aes_key_wrap(key, std::string(size, 's')).error().kind(), ErrorKind::malformed);
    for (const std::size_t size : {0U, 1U, 15U, 17U, 31U, 33U, 64U}) {
        const std::string other(size, 'k');
        EXPECT_EQ(aes_key_unwrap(other, std::string(24, 'w')).error().kind(), ErrorKind::malformed);
        EXPECT_EQ(aes_key_wrap(other, std::string(16, 's')).error().kind(), ErrorKind::malformed);
    }
}

}  // namespace
}  // namespace sealgate::crypto
