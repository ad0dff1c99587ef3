// SPDX-License-Identifier: Apache-2.0
#include "crypto/aead_mode.h"

#include "base/text.h"
#include "crypto/aead.h"

#include <gtest/gtest.h>
#include <openssl/err.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <bit>
#include <memory>

namespace sealgate::crypto {
namespace {

std::string hex(std::string_view text) {
    return from_hex(text).value();
}

struct Case {
    std::string_view clear, key, nonce, header, sealed;
};
// "The EAX Mode of Operation", appendix G.
constexpr Case kEaxCases[] = {
    {"",
     "233952dee4d5ed5f9b9c6d6ff80ff478",
     "62ec67f9c3a4a407fcb2a8c49031a8b3",
     "6bfb914fd07eae6b",
     "e037830e8389f27b025a2d6527e79d01"},
    {"f7fb",
     "91945d3f4dcbee0bf45ef52255f095a4",
     "becaf043b0a23d843194ba972c66debd",
     "fa3bfd4806eb53fa",
     "19dd5c4c9331049d0bdab0277408f67967e5"},
    {"1a47cb4933",
     "01f74ad64077f2e704c0f60ada3dd523",
     "70c3db4f0d26368400a10ed05d2bff5e",
     "234a3463c1264ac6",
     "d851d5bae03a59f238a23e39199dc9266626c40f80"},
    {"481c9e39b1",
     "d07cf6cbb7f313bdde66b727afd3c5e8",
     "8408dfff3c1a2b1292dc199e46b7d617",
     "33cce2eabff5a79d",
     "632a9d131ad4c168a4225d8e1ff755939974a7bede"},
    {"40d0c07da5e4",
     "35b6d0580005bbc12b0587124557d2c2",
     "fdb6b06676eedc5c61d74276e1f8e816",
     "aeb96eaebe2970e9",
     "071dfe16c675cb0677e536f73afe6a14b74ee49844dd"},
    {"4de3b35c3fc039245bd1fb7d",
     "bd8e6e11475e60b268784c38c62feb22",
     "6eac5c93072d8e8513f750935e46da1b",
     "d4482d1ca78dce0f",
     "835bb4f15d743e350e728414abb8644fd6ccb86947c5e10590210a4f"},
    {"ca40d7446e545ffaed3bd12a740a659ffbbb3ceab7",
     "8395fcf1e95bebd697bd010bc766aac3",
     "22e7add93cfc6393c57ec0b3c17d6b44",
     "126735fcc320d25a",
     "cb8920f87a6c75cff39627b56e3ed197c552d295a7cfc46afc253b4652b1af3795b124ab6e"},
};

TEST(AeadMode, EaxMatchesItsPaper) {
    for (const auto& c : kEaxCases) {
        auto aead = AeadCipher::create(AeadMode::eax, BlockCipher::aes128, hex(c.key)).value();
        std::string out = "before";
        aead.seal(hex(c.nonce), hex(c.header), hex(c.clear), out);
        EXPECT_EQ(to_hex(out.substr(6)), c.sealed);
        std::string back = "kept";
        EXPECT_TRUE(aead.open(hex(c.nonce), hex(c.header), hex(c.sealed), back));
        EXPECT_EQ(back, "kept" + hex(c.clear));
    }
}

// OCB as RFC 7253 section 4.2 writes it, one block after the other, so that OpenSSL's answers for
// OpenPGP's nonces of 15 octets can be compared: the RFC's own vectors have nonces of 12.
class PlainOcb {
public:
    using Block = std::array<unsigned char, 16>;

    explicit PlainOcb(std::string_view key) : context_(EVP_CIPHER_CTX_new(), EVP_CIPHER_CTX_free) {
        const EVP_CIPHER* const cipher = key.size() == 16   ? EVP_aes_128_ecb()
                                         : key.size() == 24 ? EVP_aes_192_ecb()
                                                            : EVP_aes_256_ecb();
        EVP_EncryptInit_ex(context_.get(),
                           cipher,
                           nullptr,
                           reinterpret_cast<const unsigned char*>(key.data()),
                           nullptr);
        star_ = enciphered(Block{});
        dollar_ = doubled(star_);
        table_[0] = doubled(dollar_);
        for (std::size_t i = 1; i < table_.size(); ++i)
            table_[i] = doubled(table_[i - 1]);
    }

    std::string seal(std::string_view nonce, std::string_view associated, std::string_view clear) {
        Block top{};
        std::copy(nonce.rbegin(), nonce.rend(), top.rbegin());
        top[15 - nonce.size()] |= 1;
        const unsigned bottom = top[15] & 63U;
        top[15] &= 0xc0;
        const Block ktop = enciphered(top);
        std::array<unsigned char, 24> stretch{};
        std::copy(ktop.begin(), ktop.end(), stretch.begin());
        for (std::size_t i = 0; i < 8; ++i)
            stretch[16 + i] = static_cast<unsigned char>(ktop[i] ^ ktop[i + 1]);
        Block offset{};
        for (std::size_t i = 0; i < 16; ++i) {
            const unsigned two = stretch[i + bottom / 8] * 256U + stretch[i + bottom / 8 + 1];
            offset[i] = static_cast<unsigned char>(two >> (8 - bottom % 8));
        }
        Block sum{};
        std::string out;
        std::size_t i = 1;
        for (; clear.size() >= 16; clear.remove_prefix(16), ++i) {
            const Block block = take(clear);
            offset = both(offset, table_.at(static_cast<std::size_t>(std::countr_zero(i))));
            append(out, both(offset, enciphered(both(block, offset))), 16);
            sum = both(sum, block);
        }
        if (!clear.empty()) {
            offset = both(offset, star_);
            append(out, both(take(clear), enciphered(offset)), clear.size());
            Block last = take(clear);
            last.at(clear.size()) = 0x80;
            sum = both(sum, last);
        }
        append(out, both(enciphered(both(both(sum, offset), dollar_)), hash(associated)), 16);
        return out;
    }

private:
    static Block take(std::string_view text) {
        Block block{};
        std::copy_n(text.begin(), std::min<std::size_t>(16, text.size()), block.begin());
        return block;
    }
    static void append(std::string& out, const Block& block, std::size_t size) {
        out.append(reinterpret_cast<const char*>(block.data()), size);
    }
    static Block both(const Block& a, const Block& b) {
        Block out{};
        for (std::size_t i = 0; i < 16; ++i)
            out[i] = static_cast<unsigned char>(a[i] ^ b[i]);
        return out;
    }
    static Block doubled(const Block& a) {
        Block out{};
        for (std::size_t i = 0; i < 16; ++i)
            out[i] = static_cast<unsigned char>(a[i] << 1U | (i < 15 ? a[i + 1] >> 7U : 0));
        if ((a[0] & 0x80U) != 0) out[15] ^= 0x87;
        return out;
    }
    Block enciphered(const Block& block) {
        Block out{};
        int size = 0;
        EVP_EncryptUpdate(context_.get(), out.data(), &size, block.data(), 16);
        return out;
    }
    Block hash(std::string_view text) {
        Block sum{};
        Block offset{};
        std::size_t i = 1;
        for (; text.size() >= 16; text.remove_prefix(16), ++i) {
            offset = both(offset, table_.at(static_cast<std::size_t>(std::countr_zero(i))));
            sum = both(sum, enciphered(both(take(text), offset)));
        }
        if (!text.empty()) {
            Block last = take(text);
            last.at(text.size()) = 0x80;
            sum = both(sum, enciphered(both(last, both(offset, star_))));
        }
        return sum;
    }

    std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)> context_;
    Block star_{};
    Block dollar_{};
    std::array<Block, 20> table_{};
};

constexpr std::string_view kOcbKey = "000102030405060708090a0b0c0d0e0f";

TEST(AeadMode, TheComparedOcbMatchesRfc7253) {
    PlainOcb plain(hex(kOcbKey));
    EXPECT_EQ(to_hex(plain.seal(hex("bbaa99887766554433221100"), "", "")),
              "785407bfffc8ad9edcc5520ac9111ee6");
    EXPECT_EQ(
        to_hex(plain.seal(
            hex("bbaa99887766554433221101"), hex("0001020304050607"), hex("0001020304050607"))),
        "6820b3657b6f615a5725bda0d3b4eb3a257c9af1f8f03009");
    EXPECT_EQ(
        to_hex(plain.seal(hex("bbaa9988776655443322110d"),
                          hex("000102030405060708090a0b0c0d0e0f1011121314151617"
                              "18191a1b1c1d1e1f2021222324252627"),
                          hex("000102030405060708090a0b0c0d0e0f1011121314151617"
                              "18191a1b1c1d1e1f2021222324252627"))),
        "d5ca91748410c1751ff8a2f618255b68a0a12e093ff454606e59f9c1d0ddc54b65e8628e568bad7aed07ba06"
        "a4a69483a7035490c5769e60");
}

TEST(AeadMode, OcbWithNoncesOf15OctetsIsThatOfRfc7253) {
    for (const BlockCipher cipher :
         {BlockCipher::aes128, BlockCipher::aes192, BlockCipher::aes256}) {
        const std::string key = (hex(kOcbKey) + hex(kOcbKey)).substr(0, key_size(cipher));
        PlainOcb plain(key);
        auto aead = AeadCipher::create(AeadMode::ocb, cipher, key).value();
        std::string text;
        std::string nonce = hex("0102030405060708090a0b0c0d0e0f");
        for (std::size_t size = 0; size < 150; ++size) {
            nonce.back() = static_cast<char>(size);
            const std::string associated = text.substr(0, size % 41);
            std::string sealed;
            aead.seal(nonce, associated, text, sealed);
            EXPECT_EQ(to_hex(sealed), to_hex(plain.seal(nonce, associated, text)));
            std::string clear;
            EXPECT_TRUE(aead.open(nonce, associated, sealed, clear));
            EXPECT_EQ(clear, text);
            text += static_cast<char>(size * 7);
        }
    }
}

TEST(AeadMode, GcmIsThatOfAead) {
    const std::string key(32, 'k');
    auto ours = AeadCipher::create(AeadMode::gcm, BlockCipher::aes256, key).value();
    auto other = Aead::create(key).value();
    const Nonce nonce = counter_nonce(5);
    const std::string_view octets(reinterpret_cast<const char*>(nonce.data()), nonce.size());
    std::string a;
    std::string b;
    ours.seal(octets, "about", "a text of more than one block", a);
    other.seal(nonce, "about", "a text of more than one block", b);
    EXPECT_EQ(a, b);
}

struct Pair {
    AeadMode mode;
    BlockCipher cipher;
};
constexpr Pair kPairs[] = {
    {AeadMode::eax, BlockCipher::aes128},
    {AeadMode::eax, BlockCipher::aes192},
    {AeadMode::eax, BlockCipher::aes256},
    {AeadMode::eax, BlockCipher::camellia128},
    {AeadMode::eax, BlockCipher::camellia192},
    {AeadMode::eax, BlockCipher::camellia256},
    {AeadMode::ocb, BlockCipher::aes128},
    {AeadMode::ocb, BlockCipher::aes192},
    {AeadMode::ocb, BlockCipher::aes256},
    {AeadMode::gcm, BlockCipher::aes128},
    {AeadMode::gcm, BlockCipher::aes192},
    {AeadMode::gcm, BlockCipher::aes256},
};

TEST(AeadMode, OpensWhatItSealedChunkAfterChunk) {
    for (const auto& [mode, cipher] : kPairs) {
        const std::string key(key_size(cipher), 'k');
        auto sealing = AeadCipher::create(mode, cipher, key).value();
        auto opening = AeadCipher::create(mode, cipher, key).value();
        std::string nonce(nonce_size(mode), 'n');
        std::string clear;
        std::string expected;
        for (const std::size_t size : {0U, 1U, 16U, 17U, 4096U, 70'001U, 5U}) {
            nonce.back() = static_cast<char>(nonce.back() + 1);
            const std::string text(size, static_cast<char>('a' + size % 26));
            std::string sealed;
            sealing.seal(nonce, "about", text, sealed);
            EXPECT_EQ(sealed.size(), size + kAeadModeTagSize);
            EXPECT_TRUE(opening.open(nonce, "about", sealed, clear)) << to_string(mode);
            expected += text;
        }
        EXPECT_EQ(clear, expected);
    }
}

TEST(AeadMode, RefusesEveryFlippedBitAndWrongContext) {
    for (const auto& [mode, cipher] : kPairs) {
        auto aead = AeadCipher::create(mode, cipher, std::string(key_size(cipher), 'k')).value();
        const std::string nonce(nonce_size(mode), 'n');
        std::string sealed;
        aead.seal(nonce, "about", "a text of two blocks", sealed);
        std::string out = "before";
        const auto refused = [&](std::string_view n, std::string_view about, std::string_view bad) {
            const Status opened = aead.open(n, about, bad, out);
            return !opened && opened.error().kind() == ErrorKind::malformed && out == "before" &&
                   ERR_peek_error() == 0;
        };
        for (std::size_t i = 0; i < sealed.size() * 8; ++i) {
            std::string bad = sealed;
            bad[i / 8] = static_cast<char>(bad[i / 8] ^ (1 << (i % 8)));
            EXPECT_TRUE(refused(nonce, "about", bad)) << to_string(mode) << i;
        }
        for (std::size_t size = 0; size < sealed.size(); ++size)
            EXPECT_TRUE(refused(nonce, "about", sealed.substr(0, size)));
        EXPECT_TRUE(refused(nonce, "about", sealed + "x"));
        EXPECT_TRUE(refused(nonce, "abouT", sealed));
        EXPECT_TRUE(refused(nonce, "", sealed));
        EXPECT_TRUE(refused(std::string(nonce.size(), 'm'), "about", sealed));
        EXPECT_TRUE(refused(nonce.substr(1), "about", sealed));
        EXPECT_TRUE(refused(nonce + "n", "about", sealed));
        EXPECT_TRUE(aead.open(nonce, "about", sealed, out)) << "a refusal changes nothing";
        EXPECT_EQ(out, "beforea text of two blocks");
    }
}

TEST(AeadMode, LeavesNoUnprovenTextBehindItsEnd) {
    for (const auto& [mode, cipher] : kPairs) {
        auto aead = AeadCipher::create(mode, cipher, std::string(key_size(cipher), 'k')).value();
        const std::string nonce(nonce_size(mode), 'n');
        std::string sealed;
        aead.seal(nonce, "", std::string(4000, 'x'), sealed);
        sealed.back() = static_cast<char>(sealed.back() ^ 1);
        std::string out;
        out.reserve(8000);
        EXPECT_FALSE(aead.open(nonce, "", sealed, out));
        out.resize_and_overwrite(4000, [](char*, std::size_t) { return 4000; });
        EXPECT_EQ(out.find('x', 1), std::string::npos) << to_string(mode);
    }
}

TEST(AeadMode, SaysWhatItCannotDo) {
    const std::string key(16, 'k');
    for (const AeadMode mode : {AeadMode::ocb, AeadMode::gcm}) {
        EXPECT_EQ(AeadCipher::create(mode, BlockCipher::camellia128, key).error().kind(),
                  ErrorKind::not_found);
    }
    for (const AeadMode mode : {AeadMode::eax, AeadMode::ocb, AeadMode::gcm}) {
        EXPECT_EQ(AeadCipher::create(mode, BlockCipher::cast5, key).error().kind(),
                  ErrorKind::not_found);
        EXPECT_EQ(AeadCipher::create(mode, BlockCipher::idea, key).error().kind(),
                  ErrorKind::not_found);
        EXPECT_EQ(AeadCipher::create(mode, BlockCipher::twofish, key + key).error().kind(),
                  ErrorKind::not_found);
        for (const std::size_t size : {0U, 15U, 17U, 24U, 32U}) {
            EXPECT_EQ(AeadCipher::create(mode, BlockCipher::aes128, std::string(size, 'k'))
                          .error()
                          .kind(),
                      ErrorKind::malformed);
        }
    }
    EXPECT_EQ(ERR_peek_error(), 0U);
}

}  // namespace
}  // namespace sealgate::crypto
