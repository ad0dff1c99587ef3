// SPDX-License-Identifier: Apache-2.0
#include "openpgp/s2k.h"

#include "base/text.h"
#include "crypto/aead_mode.h"
#include "crypto/block_cipher.h"
#include "crypto/key_derivation.h"
#include "openpgp/algorithms.h"
#include "openpgp/octet_reader.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <utility>

namespace sealgate::openpgp {
namespace {

using namespace std::string_literals;
using crypto::HashAlgorithm;

std::string hex(std::string_view text) {
    return from_hex(text).value();
}

Result<S2k> parse(std::string_view octets, const S2kLimits& limits = {}) {
    OctetReader in(octets);
    return S2k::parse(in, limits);
}

std::string key(const std::string& specifier, std::string_view passphrase, std::size_t size) {
    return to_hex(parse(specifier).value().derive(passphrase, size).value().view());
}

TEST(S2k, SimpleIsTheHash) {
    // FIPS 180-4's digests of "abc".
    EXPECT_EQ(key("\0\2"s, "abc", 16), "a9993e364706816aba3e25717850c26c");
    EXPECT_EQ(key("\0\10"s, "abc", 32),
              "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    EXPECT_EQ(key("\0\10"s, "", 4), "e3b0c442");
}

TEST(S2k, FurtherHashesBeginWithZeroes) {
    const std::string expected = crypto::digest(HashAlgorithm::sha1, "abc") +
                                 crypto::digest(HashAlgorithm::sha1, "\0abc"s) +
                                 crypto::digest(HashAlgorithm::sha1, "\0\0abc"s);
    for (const std::size_t size : {1U, 19U, 20U, 21U, 32U, 40U, 41U, 60U})
        EXPECT_EQ(key("\0\2"s, "abc", size), to_hex(expected.substr(0, size)));
    EXPECT_EQ(key("\0\2"s, "abc", 0), "");
}

TEST(S2k, SaltedBeginsWithTheSalt) {
    EXPECT_EQ(key("\1\12saltsalt"s, "abc", 64),
              to_hex(crypto::digest(HashAlgorithm::sha512, "saltsaltabc")));
    EXPECT_EQ(parse("\1\12saltsalt"s).value().salt(), "saltsalt");
}

TEST(S2k, IteratedHashesAsManyOctetsAsItSays) {
    const auto expected = [](const std::string& once, std::size_t count) {
        std::string text;
        while (text.size() < count)
            text += once;
        return to_hex(crypto::digest(HashAlgorithm::sha256, text.substr(0, count)));
    };
    EXPECT_EQ(key("\3\10saltsalt\0"s, "abc", 32), expected("saltsaltabc", 1024));
    EXPECT_EQ(key("\3\10saltsalt\1"s, "abc", 32), expected("saltsaltabc", 1088));
    EXPECT_EQ(key("\3\10saltsalt\x60"s, "abc", 32), expected("saltsaltabc", 65'536));
    EXPECT_EQ(key("\3\10saltsalt\x61"s, "a", 32), expected("saltsalta", 69'632));
    const std::string longer(3000, 'p');
    EXPECT_EQ(key("\3\10saltsalt\0"s, longer, 32), expected("saltsalt" + longer, 3008))
        << "salt and passphrase are hashed once, however long";
    const std::string longest(40'000, 'q');
    EXPECT_EQ(key("\3\10saltsalt\x60"s, longest, 32), expected("saltsalt" + longest, 65'536));
}

// RFC 9580, appendices A.9 to A.11: what becomes of "password", the session key that it opens, and
// the message that that opens.
struct MessageCase {
    crypto::AeadMode mode;
    std::string_view s2k, key, info, wrapping_key, nonce, sealed_session_key, session_key;
    std::string_view salt, message_info, message_key, message_nonce, chunk, clear, end;
};
constexpr MessageCase kMessages[] = {
    {crypto::AeadMode::eax,
     "0308a5ae579d1fc5d82bff",
     "154967e590aa1f923e1c0ac64c88f23d",
     "c3060701",
     "2fce331f39dd955cc41e95d870c72139",
     "69224f919993b3506fa3b59a6a73cff8",
     "c5efc5f41c57fb54e1c226815d7828f5f92c454eb65ebe00ab5986c68e6e7c55",
     "3881bafe985412459b86c36f98cb9a5e",
     "9ff90e3b321964f3a42913c8dcc6619325015227efb7eaeaa49f04c2e674175d",
     "d202070106",
     "b50422ac1c26be9ddd831d5bbb36b64f",
     "78b833f2e94a60c0",
     "4a3d226ed6afcb9ca9ac122c1470e11c63d4c0ab241c6a938ad48bf99a5a99b90bba8325de61047540258ab795"
     "9a95ad051dda96eb",
     "cb1362000000000048656c6c6f2c20776f726c6421d50eae5bf0cd6705500355816cb0c8ff",
     "15431dfef5f5e2255ca78261546e339a"},
    {crypto::AeadMode::ocb,
     "030856a298d2f5e36453ff",
     "e80de243a362d93b9dc607ede96a7356",
     "c3060702",
     "38a9b345b5680bb61bb65d73eec7ecd9",
     "cfcc5c11664edb9db42590d7dc46b0",
     "7241b612c3812cfffbea00f2347b25641123f887ae60d4fd614e0837d819d36c",
     "28e79ab82397d3c63de24ac217d7b791",
     "20a661f731fc9a3032b5623326027e3a5d8db5748ebeff0b0c5910d09ecdd641",
     "d202070206",
     "71662a11ee5b4e08144e6de883a00999",
     "ebde12bb570dcf",
     "ff9fd38562758035bc49754ce1bf3fffa7dad0a3b8104f5133cf42a4100a83eef4ca1b4801a8846bf42bcda7c8"
     "ce9d65e212f301cb",
     "cb1362000000000048656c6c6f2c20776f726c6421d50eae6aa1649b56aa835b2613902bd2",
     "cd98fdcade694a877ad4247323f6e857"},
    {crypto::AeadMode::gcm,
     "0308e9d39785b2070008ff",
     "250281715bba7828ef71ef64c4784753",
     "c3060703",
     "7a6f9ab7f99f7ef8dbef841c650800f5",
     "b42e7c483ef4884457cb3726",
     "b9b3db9ff776e5f4d9a40952e2447298851abfff7526df2dd554417579a7799f",
     "1936fc8568980274bb900d8319360c77",
     "fcb94490bcb98bbdc9d106c6090266940f72e89edc21b5596b1576b101ed0f9f",
     "d202070306",
     "ea1438803cb8a47740ce9b54c338778d",
     "4d2bdc2b",
     "fc6fc6d65bbfd24dcd0790966e6d1e85a30053784cb1d8b6a0699ef12155a7b2ad6258531b57651fd7777912fa"
     "95e35d9b40216f69",
     "cb1362000000000048656c6c6f2c20776f726c6421d50e1ce2269a9eddef81032172b7ed7c",
     "a4c248db28ff4331f1632907399e6ff9"},
};

TEST(S2k, OpensTheSampleMessagesOfRfc9580) {
    for (const auto& c : kMessages) {
        const auto s2k = parse(hex(c.s2k)).value();
        EXPECT_EQ(s2k.kind(), S2kKind::iterated);
        EXPECT_EQ(hash_of(s2k.hash_id()), HashAlgorithm::sha256);
        const auto from_passphrase = s2k.derive("password", 16).value();
        EXPECT_EQ(to_hex(from_passphrase.view()), c.key);

        const auto wrapping =
            crypto::hkdf(HashAlgorithm::sha256, from_passphrase.view(), "", hex(c.info), 16);
        EXPECT_EQ(to_hex(wrapping.view()), c.wrapping_key);
        auto session =
            crypto::AeadCipher::create(c.mode, crypto::BlockCipher::aes128, wrapping.view())
                .value();
        std::string session_key;
        EXPECT_TRUE(
            session.open(hex(c.nonce), hex(c.info), hex(c.sealed_session_key), session_key));
        EXPECT_EQ(to_hex(session_key), c.session_key);

        const std::string expected = hex(c.message_key) + hex(c.message_nonce);
        const auto derived = crypto::hkdf(
            HashAlgorithm::sha256, session_key, hex(c.salt), hex(c.message_info), expected.size());
        EXPECT_EQ(to_hex(derived.view()), to_hex(expected));
        auto message =
            crypto::AeadCipher::create(c.mode, crypto::BlockCipher::aes128, hex(c.message_key))
                .value();
        std::string clear;
        EXPECT_TRUE(message.open(
            hex(c.message_nonce) + std::string(8, '\0'), hex(c.message_info), hex(c.chunk), clear));
        EXPECT_TRUE(message.open(hex(c.message_nonce) + std::string(7, '\0') + "\1",
                                 hex(c.message_info) + hex("0000000000000025"),
                                 hex(c.end),
                                 clear));
        EXPECT_EQ(to_hex(clear), c.clear);
    }
}

// Appendix A.5.1.
constexpr std::string_view kLockedKey = "045d6fd71c9e096d1eb6917b6e6e1eecae010415";
// Appendix A.12.1.
constexpr std::string_view kMessage = "049c52f83c27f95e50d535440ecdff3136010415";

// Both take 2 GiB, one after the other.
TEST(S2k, Argon2GivesTheSampleKeysOfRfc9580) {
    const auto pages = static_cast<std::uint64_t>(sysconf(_SC_AVPHYS_PAGES));
    if (pages * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE)) < 3ULL << 30U) {
        GTEST_SKIP() << "wants 3 GiB of free memory";
    }
    constexpr S2kLimits kRoom{.argon2_memory_kib = 1U << 21U};
    const auto locked = parse(hex(kLockedKey), kRoom).value();
    EXPECT_EQ(locked.kind(), S2kKind::argon2);
    EXPECT_EQ(to_hex(locked.salt()), "5d6fd71c9e096d1eb6917b6e6e1eecae");

    // A session key behind CFB, after the number of its cipher.
    const auto key = parse(hex(kMessage), kRoom).value().derive("password", 16).value();
    auto cfb =
        crypto::CfbDecryptor::create(crypto::BlockCipher::aes128, key.view(), std::string(16, '\0'))
            .value();
    std::string session_key = hex("9e52fcad22cf3f956542cba794ef840b11");
    cfb.update(session_key, session_key.data());
    EXPECT_EQ(to_hex(session_key), "0701fe16bbacfd1e7b78ef3b865187374f");
}

TEST(S2k, Argon2WithLittleMemory) {
    const auto s2k = parse("\4saltsaltsaltsalt\3\1\6"s).value();
    EXPECT_EQ(
        s2k.derive("p", 32).value().view(),
        crypto::argon2id("p", "saltsaltsaltsalt", {.passes = 3, .lanes = 1, .memory_kib = 64}, 32)
            .value()
            .view());
    EXPECT_EQ(s2k.derive("p", 3).error().kind(), ErrorKind::malformed);
}

std::string argon2(unsigned passes, unsigned lanes, unsigned exponent) {
    return "\4saltsaltsaltsalt"s + static_cast<char>(passes) + static_cast<char>(lanes) +
           static_cast<char>(exponent);
}

ErrorKind kind_of(const std::string& octets, const S2kLimits& limits = {}) {
    const auto s2k = parse(octets, limits);
    return s2k ? ErrorKind::conflict : s2k.error().kind();
}
constexpr ErrorKind kTaken = ErrorKind::conflict;  // no failure of parse()

TEST(S2k, RefusesWhatIsTooDearBeforeAnyWork) {
    EXPECT_EQ(kind_of(hex(kLockedKey)), ErrorKind::exhausted);
    EXPECT_EQ(kind_of(hex(kMessage)), ErrorKind::exhausted);
    EXPECT_EQ(kind_of(argon2(1, 1, 31)), ErrorKind::exhausted);
    EXPECT_EQ(kind_of(argon2(255, 255, 31)), ErrorKind::exhausted);
    EXPECT_EQ(kind_of(argon2(1, 1, 21)), ErrorKind::exhausted);
    EXPECT_EQ(kind_of(argon2(1, 1, 20)), kTaken);
    EXPECT_EQ(kind_of(argon2(11, 1, 20)), ErrorKind::exhausted);
    EXPECT_EQ(kind_of(argon2(10, 16, 20)), kTaken);
    EXPECT_EQ(kind_of(argon2(10, 17, 20)), ErrorKind::exhausted);
    EXPECT_EQ(kind_of("\3\10saltsalt\xff"), kTaken);
    EXPECT_EQ(kind_of("\3\10saltsalt\xff", {.iterated_octets = 65'011'711}), ErrorKind::exhausted);
    EXPECT_EQ(kind_of("\3\10saltsalt\0"s, {.iterated_octets = 1024}), kTaken);
    EXPECT_EQ(kind_of("\3\10saltsalt\1"s, {.iterated_octets = 1024}), ErrorKind::exhausted);
}

TEST(S2k, RefusesArgon2ThatCannotBe) {
    EXPECT_EQ(kind_of(argon2(0, 1, 16)), ErrorKind::malformed);
    EXPECT_EQ(kind_of(argon2(1, 0, 16)), ErrorKind::malformed);
    EXPECT_EQ(kind_of(argon2(1, 1, 32)), ErrorKind::malformed);
    EXPECT_EQ(kind_of(argon2(1, 1, 255)), ErrorKind::malformed);
    // 3 + ceil(log2(lanes)) at least, which is 8 KiB for each lane.
    for (const auto& [lanes, exponent] :
         {std::pair{1U, 3U}, {2U, 4U}, {3U, 5U}, {4U, 5U}, {5U, 6U}, {8U, 6U}, {9U, 7U}}) {
        EXPECT_EQ(kind_of(argon2(1, lanes, exponent)), kTaken) << lanes;
        EXPECT_EQ(kind_of(argon2(1, lanes, exponent - 1)), ErrorKind::malformed) << lanes;
        EXPECT_TRUE(parse(argon2(1, lanes, exponent)).value().derive("p", 16));
    }
}

TEST(S2k, NamesWhatIsNotSupported) {
    const auto detail = [](std::string_view octets) {
        const auto s2k = parse(octets);
        EXPECT_EQ(s2k.error().kind(), ErrorKind::not_found);
        return s2k.error().detail();
    };
    EXPECT_NE(detail("\2\10"s).find("reserved"), std::string::npos);
    EXPECT_NE(detail("\x65\0GNU\1"s).find("GnuPG"), std::string::npos);
    EXPECT_NE(detail("\x65\0GNU\2"s).find("GnuPG"), std::string::npos);
    EXPECT_NE(detail("\5\10"s).find("type 5"), std::string::npos);
    EXPECT_NE(detail("\xff"s).find("type 255"), std::string::npos);
    for (const char hash : {'\0', '\4', '\7', '\15', '\17', '\x64'})
        EXPECT_NE(detail("\0"s + hash).find("hash"), std::string::npos);
}

TEST(S2k, RefusesWhatIsCutOff) {
    for (const std::string& whole :
         {"\0\10"s, "\1\10saltsalt"s, "\3\10saltsalt\0"s, argon2(1, 1, 3)}) {
        EXPECT_EQ(kind_of(whole), kTaken);
        for (std::size_t size = 0; size < whole.size(); ++size)
            EXPECT_EQ(kind_of(whole.substr(0, size)), ErrorKind::malformed);
    }
}

TEST(S2k, LeavesWhatFollows) {
    for (const std::string& whole :
         {"\0\10"s, "\1\10saltsalt"s, "\3\10saltsalt\0"s, argon2(1, 1, 3)}) {
        const std::string more = whole + "rest";
        OctetReader in(more);
        EXPECT_TRUE(S2k::parse(in));
        EXPECT_EQ(in.rest(), "rest");
    }
}

}  // namespace
}  // namespace sealgate::openpgp
