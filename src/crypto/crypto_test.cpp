// SPDX-License-Identifier: Apache-2.0
#include "base/text.h"
#include "crypto/aead.h"
#include "crypto/base64.h"
#include "crypto/digest.h"
#include "crypto/random.h"

#include <gtest/gtest.h>

namespace sealgate::crypto {
namespace {

std::string hex(std::string_view text) {
    return from_hex(text).value();
}

struct GcmCase {
    std::string_view key, nonce, associated, clear, sealed;
};
// The AES-256 cases 13 to 16 of "The Galois/Counter Mode of Operation" (McGrew and Viega), which
// NIST SP 800-38D refers to.
constexpr std::string_view kZeroKey =
    "0000000000000000000000000000000000000000000000000000000000000000";
constexpr std::string_view kKey =
    "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308";
constexpr GcmCase kGcmCases[] = {
    {kZeroKey, "000000000000000000000000", "", "", "530f8afbc74536b9a963b4f1c4cb738b"},
    {kZeroKey,
     "000000000000000000000000",
     "",
     "00000000000000000000000000000000",
     "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919"},
    {kKey,
     "cafebabefacedbaddecaf888",
     "",
     "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b"
     "5"
     "25b16aedf5aa0de657ba637b391aafd255",
     "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828"
     "838"
     "c5f61e6393ba7a0abcc9f662898015adb094dac5d93471bdec1a502270e3cc6c"},
    {kKey,
     "cafebabefacedbaddecaf888",
     "feedfacedeadbeeffeedfacedeadbeefabaddad2",
     "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b"
     "5"
     "25b16aedf5aa0de657ba637b39",
     "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828"
     "838"
     "c5f61e6393ba7a0abcc9f66276fc6ece0f4e1768cddf8853bb2d551b"},
};

Nonce nonce_of(std::string_view text) {
    Nonce nonce{};
    const std::string bytes = hex(text);
    std::copy(bytes.begin(), bytes.end(), nonce.begin());
    return nonce;
}

TEST(Aead, MatchesThePublishedVectors) {
    for (const auto& c : kGcmCases) {
        auto aead = Aead::create(hex(c.key)).value();
        std::string out = "before";
        aead.seal(nonce_of(c.nonce), hex(c.associated), hex(c.clear), out);
        EXPECT_EQ(to_hex(out.substr(6)), c.sealed);
        EXPECT_EQ(aead.open(nonce_of(c.nonce), hex(c.associated), out.substr(6)).value(),
                  hex(c.clear));
    }
}

TEST(Aead, RefusesEveryFlippedBitAndWrongContext) {
    auto aead = Aead::create(std::string(32, 'k')).value();
    std::string sealed;
    aead.seal(counter_nonce(7), "about", "a text", sealed);
    ASSERT_TRUE(aead.open(counter_nonce(7), "about", sealed));
    for (std::size_t i = 0; i < sealed.size() * 8; ++i) {
        std::string bad = sealed;
        bad[i / 8] = static_cast<char>(bad[i / 8] ^ (1 << (i % 8)));
        EXPECT_EQ(aead.open(counter_nonce(7), "about", bad).error().kind(), ErrorKind::malformed);
    }
    EXPECT_FALSE(aead.open(counter_nonce(8), "about", sealed));
    EXPECT_FALSE(aead.open(counter_nonce(7), "abouT", sealed));
    EXPECT_FALSE(aead.open(counter_nonce(7), "about", sealed.substr(1)));
    EXPECT_FALSE(aead.open(counter_nonce(7), "about", ""));
    EXPECT_TRUE(aead.open(counter_nonce(7), "about", sealed)) << "a refusal changes nothing";
}

TEST(Aead, TakesKeysOf32OctetsOnly) {
    EXPECT_EQ(Aead::create(std::string(31, 'k')).error().kind(), ErrorKind::malformed);
    EXPECT_EQ(Aead::create("").error().kind(), ErrorKind::malformed);
}

TEST(CounterNonce, CountsBigEndianAtTheEnd) {
    EXPECT_EQ(counter_nonce(0x0102), (Nonce{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2}));
    EXPECT_NE(counter_nonce(1), counter_nonce(1ULL << 32));
}

TEST(Sha256, MatchesFips180) {
    EXPECT_EQ(to_hex(sha256("abc")),
              "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    EXPECT_EQ(to_hex(sha256("")),
              "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    Sha256 pieces;
    for (int i = 0; i < 1000; ++i)
        pieces.update(std::string(1000, 'a'));
    EXPECT_EQ(to_hex(pieces.finish()),
              "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
    pieces.update("ab");
    pieces.update("c");
    EXPECT_EQ(pieces.finish(), sha256("abc")) << "starts anew";
}

TEST(HmacSha256, MatchesRfc4231) {
    EXPECT_EQ(to_hex(hmac_sha256(std::string(20, '\x0b'), "Hi There")),
              "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
    EXPECT_EQ(to_hex(hmac_sha256("Jefe", "what do ya want for nothing?")),
              "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    EXPECT_EQ(to_hex(hmac_sha256(std::string(20, '\xaa'), std::string(50, '\xdd'))),
              "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe");
    EXPECT_EQ(to_hex(hmac_sha256(std::string(131, '\xaa'),
                                 "Test Using Larger Than Block-Size Key - Hash Key First")),
              "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST(ConstantTimeEqual, ComparesWholeTexts) {
    EXPECT_TRUE(constant_time_equal("abc", "abc"));
    EXPECT_FALSE(constant_time_equal("abc", "abd"));
    EXPECT_FALSE(constant_time_equal("abc", "ab"));
    EXPECT_TRUE(constant_time_equal("", ""));
}

TEST(Base64, MatchesRfc4648) {
    const std::pair<std::string_view, std::string_view> cases[] = {
        {"", ""},
        {"f", "Zg=="},
        {"fo", "Zm8="},
        {"foo", "Zm9v"},
        {"foob", "Zm9vYg=="},
        {"fooba", "Zm9vYmE="},
        {"foobar", "Zm9vYmFy"},
        {"\xfb\xff", "+/8="},
    };
    for (const auto& [bytes, text] : cases) {
        EXPECT_EQ(base64_encode(bytes), text);
        EXPECT_EQ(base64_decode(text), std::string(bytes));
    }
}

TEST(Base64, RefusesWhatItWouldNotWrite) {
    for (const std::string_view text : {"Zg",
                                        "Zg=",
                                        "Z===",
                                        "====",
                                        "Zh==",
                                        "Zm9=",
                                        "Zm9v\n",
                                        "Zm 9v",
                                        "Zm-_",
                                        "Zg==Zg==",
                                        "=Zg="}) {
        EXPECT_EQ(base64_decode(text), std::nullopt) << text;
    }
}

TEST(Random, DiffersAndHasTheSize) {
    EXPECT_EQ(random_bytes(33)->size(), 33U);
    EXPECT_EQ(random_key(32)->size(), 32U);
    EXPECT_NE(random_key(32)->view(), random_key(32)->view());
    EXPECT_NE(random_number().value(), random_number().value());
}

}  // namespace
}  // namespace sealgate::crypto
