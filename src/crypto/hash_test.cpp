// SPDX-License-Identifier: Apache-2.0
#include "crypto/hash.h"

#include "base/text.h"
#include "crypto/digest.h"

#include <gtest/gtest.h>

#include <utility>

namespace sealgate::crypto {
namespace {

// "abc": RFC 1321 (MD5), FIPS 180-4, FIPS 202, and the RIPEMD-160 page of its authors.
constexpr std::pair<HashAlgorithm, std::string_view> kAbc[] = {
    {HashAlgorithm::md5, "900150983cd24fb0d6963f7d28e17f72"},
    {HashAlgorithm::sha1, "a9993e364706816aba3e25717850c26c9cd0d89d"},
    {HashAlgorithm::ripemd160, "8eb208f7e05d987a9b044a8e98c6b087f15a0bfc"},
    {HashAlgorithm::sha224, "23097d223405d8228642a477bda255b32aadbce4bda0b3f7e36c9da7"},
    {HashAlgorithm::sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
    {HashAlgorithm::sha384,
     "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c8"
     "25a7"},
    {HashAlgorithm::sha512,
     "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3fe"
     "ebbd454d4423643ce80e2a9ac94fa54ca49f"},
    {HashAlgorithm::sha3_256, "3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532"},
    {HashAlgorithm::sha3_512,
     "b751850b1a57168a5693cd924b6b096e08f621827444f70d884f5d0240d2712e10e116e9192af3c91a7ec57647e3"
     "934057340b4cf408d5a56592f8274eec53f0"},
};

TEST(Hash, MatchesThePublishedVectors) {
    for (const auto& [algorithm, expected] : kAbc) {
        EXPECT_EQ(to_hex(digest(algorithm, "abc")), expected) << to_string(algorithm);
        Hash pieces(algorithm);
        pieces.update("");
        pieces.update("a");
        pieces.update("bc");
        EXPECT_EQ(to_hex(pieces.finish()), expected) << to_string(algorithm);
        EXPECT_EQ(expected.size(), 2 * digest_size(algorithm));
        EXPECT_EQ(pieces.algorithm(), algorithm);
    }
    EXPECT_EQ(to_string(HashAlgorithm::sha256), "SHA2-256");
}

TEST(Hash, ACopyGoesOnFromTheSameState) {
    for (const auto& [algorithm, expected] : kAbc) {
        Hash start(algorithm);
        start.update("a");
        Hash second = start.copy();
        start.update("xyz");
        second.update("bc");
        EXPECT_EQ(to_hex(second.finish()), expected);
        EXPECT_EQ(start.finish(), digest(algorithm, "axyz"));
    }
}

TEST(Hash, CopiesStayOfUseAfterTheEnd) {
    Hash first(HashAlgorithm::sha256);
    first.update("ab");
    const Hash kept = first.copy();
    (void)first.finish();
    for (int i = 0; i < 2; ++i) {
        Hash again = kept.copy();
        again.update("c");
        EXPECT_EQ(again.finish(), sha256("abc"));
    }
}

TEST(Hash, MovesItsState) {
    Hash first(HashAlgorithm::sha512);
    first.update("ab");
    Hash second = std::move(first);
    second.update("c");
    EXPECT_EQ(second.finish(), digest(HashAlgorithm::sha512, "abc"));
}

}  // namespace
}  // namespace sealgate::crypto
