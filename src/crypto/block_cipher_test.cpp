// SPDX-License-Identifier: Apache-2.0
#include "crypto/block_cipher.h"

#include "base/text.h"

#include <gtest/gtest.h>
#include <openssl/err.h>

#include <algorithm>

namespace sealgate::crypto {
namespace {

std::string hex(std::string_view text) {
    return from_hex(text).value();
}

std::string decrypt(BlockCipher cipher,
                    std::string_view key,
                    std::string_view iv,
                    std::string text,
                    std::size_t piece) {
    auto decryptor = CfbDecryptor::create(cipher, key, iv).value();
    for (std::size_t at = 0; at < text.size(); at += piece) {
        const std::size_t size = std::min(piece, text.size() - at);
        decryptor.update(std::string_view(text).substr(at, size), text.data() + at);
    }
    return text;
}

std::string encrypt(BlockCipher cipher,
                    std::string_view key,
                    std::string_view iv,
                    std::string_view text,
                    std::size_t piece) {
    auto encryptor = CfbEncryptor::create(cipher, key, iv).value();
    std::string out(text.size(), '\0');
    for (std::size_t at = 0; at < text.size(); at += piece)
        encryptor.update(text.substr(at, piece), out.data() + at);
    return out;
}

// NIST SP 800-38A, F.3.13 to F.3.18.
constexpr std::string_view kNistIv = "000102030405060708090a0b0c0d0e0f";
constexpr std::string_view kNistText =
    "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51"
    "30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710";
struct NistCase {
    BlockCipher cipher;
    std::string_view key, sealed;
};
constexpr NistCase kNistCases[] = {
    {BlockCipher::aes128,
     "2b7e151628aed2a6abf7158809cf4f3c",
     "3b3fd92eb72dad20333449f8e83cfb4ac8a64537a0b3a93fcde3cdad9f1ce58b"
     "26751f67a3cbb140b1808cf187a4f4dfc04b05357c5d1c0eeac4c66f9ff7f2e6"},
    {BlockCipher::aes192,
     "8e73b0f7da0e6452c810f32b809079e562f8ead2522c6b7b",
     "cdc80d6fddf18cab34c25909c99a417467ce7f7f81173621961a2b70171d3d7a"
     "2e1e8a1dd59b88b1c8e60fed1efac4c9c05f9f9ca9834fa042ae8fba584b09ff"},
    {BlockCipher::aes256,
     "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4",
     "dc7e84bfda79164b7ecd8486985d386039ffed143b28b1c832113c6331e5407b"
     "df10132415e54b92a13ed0a8267ae2f975a385741ab9cef82031623d55b1e471"},
};

TEST(Cfb, MatchesSp80038aInPiecesOfAnyLength) {
    for (const auto& c : kNistCases) {
        for (const std::size_t piece : {1U, 3U, 15U, 16U, 17U, 40U, 64U}) {
            EXPECT_EQ(to_hex(encrypt(c.cipher, hex(c.key), hex(kNistIv), hex(kNistText), piece)),
                      c.sealed);
            EXPECT_EQ(to_hex(decrypt(c.cipher, hex(c.key), hex(kNistIv), hex(c.sealed), piece)),
                      kNistText);
        }
    }
}

// One block of each other cipher: CFB of zeroes is the cipher's block of the IV. RFC 2144
// (CAST-128), Schneier's Blowfish vectors, NIST SP 800-67 (its first block), RFC 3713 (Camellia).
struct BlockCase {
    BlockCipher cipher;
    std::string_view key, clear, sealed;
};
constexpr BlockCase kBlockCases[] = {
    {BlockCipher::cast5,
     "0123456712345678234567893456789a",
     "0123456789abcdef",
     "238b4fe5847e44b2"},
    {BlockCipher::blowfish,
     "f0e1d2c3b4a5968778695a4b3c2d1e0f",
     "fedcba9876543210",
     "93142887ee3be15c"},
    {BlockCipher::triple_des,
     "0123456789abcdef23456789abcdef01456789abcdef0123",
     "5468652071756663",
     "a826fd8ce53b855f"},
    {BlockCipher::camellia128,
     "0123456789abcdeffedcba9876543210",
     "0123456789abcdeffedcba9876543210",
     "67673138549669730857065648eabe43"},
    {BlockCipher::camellia192,
     "0123456789abcdeffedcba98765432100011223344556677",
     "0123456789abcdeffedcba9876543210",
     "b4993401b3e996f84ee5cee7d79b09b9"},
    {BlockCipher::camellia256,
     "0123456789abcdeffedcba987654321000112233445566778899aabbccddeeff",
     "0123456789abcdeffedcba9876543210",
     "9acc237dff16d76c20ef7c919e3a7509"},
};

TEST(Cfb, UsesTheCipherThatIsNamed) {
    for (const auto& c : kBlockCases) {
        const std::string zeroes(block_size(c.cipher), '\0');
        EXPECT_EQ(to_hex(encrypt(c.cipher, hex(c.key), hex(c.clear), zeroes, 5)), c.sealed)
            << to_string(c.cipher);
    }
}

TEST(Cfb, EveryCipherOpensWhatItSealedInOtherPieces) {
    std::string text(10'007, '\0');
    for (std::size_t i = 0; i < text.size(); ++i)
        text[i] = static_cast<char>(i * 31 % 251);
    for (int i = 0; i <= static_cast<int>(BlockCipher::camellia256); ++i) {
        const auto cipher = static_cast<BlockCipher>(i);
        if (cipher == BlockCipher::idea || cipher == BlockCipher::twofish) continue;
        const std::string key(key_size(cipher), 'k');
        const std::string iv(block_size(cipher), 'i');
        const std::string sealed = encrypt(cipher, key, iv, text, 4099);
        EXPECT_NE(sealed, text);
        for (const std::size_t piece : {1U, 7U, 100U, 4096U, 4097U, 20'000U})
            EXPECT_EQ(decrypt(cipher, key, iv, sealed, piece), text) << to_string(cipher);
        auto apart = CfbDecryptor::create(cipher, key, iv).value();
        std::string out(text.size(), '\0');
        apart.update(sealed, out.data());
        EXPECT_EQ(out, text);
        apart.update("", out.data());
    }
}

TEST(Cfb, SaysWhatItCannotDo) {
    for (const BlockCipher cipher : {BlockCipher::idea, BlockCipher::twofish}) {
        const std::string key(key_size(cipher), 'k');
        const std::string iv(block_size(cipher), 'i');
        EXPECT_EQ(CfbDecryptor::create(cipher, key, iv).error().kind(), ErrorKind::not_found);
        EXPECT_EQ(CfbEncryptor::create(cipher, key, iv).error().kind(), ErrorKind::not_found);
    }
    const std::string block(16, 'b');
    for (const std::size_t size : {0U, 15U, 17U, 24U, 32U}) {
        const std::string other(size, 'k');
        EXPECT_EQ(CfbDecryptor::create(BlockCipher::aes128, other, block).error().kind(),
                  ErrorKind::malformed);
        EXPECT_EQ(CfbEncryptor::create(BlockCipher::aes128, block, other).error().kind(),
                  ErrorKind::malformed);
    }
    EXPECT_EQ(ERR_peek_error(), 0U);
}

}  // namespace
}  // namespace sealgate::crypto
