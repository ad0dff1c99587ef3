// SPDX-License-Identifier: Apache-2.0
// Encrypted containers under attack: nothing comes out of one that was changed.
#include "openpgp/container.h"

#include "openpgp/test_messages.h"

#include <gtest/gtest.h>

namespace sealgate::openpgp {
namespace {

using namespace test;

const std::string kCannot = "refused openpgp.container: the message cannot be decrypted";
const SessionKey kKey = session_key(kAes256, "session");

// Nobody may look at what was decrypted before its integrity is proven.
void expect_closed(Opener& opener, const std::string& message, const std::string& what) {
    const Opened opened = opener.open(message);
    ASSERT_FALSE(opened.ok()) << what;
    EXPECT_EQ(opened.kind(), ErrorKind::refused) << what << ": " << opened.error();
    EXPECT_EQ(opened.counts.looks, 0U) << what;
}

TEST(Container, A2_CfbGadgets) {
    Opener opener;
    opener.with(kKey);
    const std::string body = seipd1_body(kKey, literal(noise(200)));
    const auto with = [](const std::string& changed) {
        return packet(Tag::integrity_protected_data, changed);
    };
    ASSERT_TRUE(opener.open(with(body)).ok());
    const std::size_t blocks = (body.size() - 1) / 16;
    // Every bit of one block after the other.
    for (std::size_t at = 1; at < body.size(); ++at) {
        const bool all = at >= 33 && at < 49;
        for (unsigned bit = 0; bit < (all ? 8U : 1U); ++bit)
            expect_closed(opener, with(flipped(body, at, 1U << bit)), std::to_string(at));
    }
    for (std::size_t i = 0; i < blocks; ++i) {
        for (std::size_t j = i + 1; j < blocks; ++j) {
            std::string swapped = body;
            std::swap_ranges(swapped.begin() + 1 + static_cast<std::ptrdiff_t>(i * 16),
                             swapped.begin() + 17 + static_cast<std::ptrdiff_t>(i * 16),
                             swapped.begin() + 1 + static_cast<std::ptrdiff_t>(j * 16));
            expect_closed(opener, with(swapped), "swapped");
        }
        std::string repeated = body;
        repeated.insert(1 + i * 16, body.substr(1 + i * 16, 16));
        expect_closed(opener, with(repeated), "repeated");
        std::string dropped = body;
        dropped.erase(1 + i * 16, 16);
        expect_closed(opener, with(dropped), "dropped");
    }
    expect_closed(opener, with(body.substr(0, body.size() - 22)), "without its digest");
    // A digest packet written behind it, or in front of it, is none of ours.
    const std::string digest = packet(Tag::modification_detection_code, noise(20));
    const Opened behind = opener.open(with(body.substr(0, body.size() - 22)) + digest);
    ASSERT_FALSE(behind.ok());
    EXPECT_EQ(behind.kind(), ErrorKind::malformed);
}

// Everything that is too short for a prefix and a digest is malformed, whoever has which key.
TEST(Container, A2_TooShort) {
    Opener opener;
    opener.with(kKey);
    for (std::size_t size = 0; size < 1 + 18 + 22; ++size) {
        const Opened opened =
            opener.open(packet(Tag::integrity_protected_data, octet(1) + std::string(size, 'x')));
        ASSERT_FALSE(opened.ok()) << size;
        const bool whole = size >= 18 + 22;
        EXPECT_EQ(opened.kind(), whole ? ErrorKind::refused : ErrorKind::malformed) << size;
    }
}

// A source of session keys that says whether it was asked.
class Asked final : public SessionKeySource {
public:
    std::vector<SessionKey> find(const EncryptedSessionKeys& /*wrapped*/,
                                 std::size_t /*most*/) override {
        asked = true;
        std::vector<SessionKey> out;
        out.push_back(same(kKey));
        return out;
    }
    bool asked = false;
};

Opened refused_unasked(const std::string& message, bool ocb_packets = true) {
    static Policy policy;
    static CountingHoldings holdings;
    holdings.counts = {};
    Asked secrets;
    auto result = open_message(
        message, secrets, {.policy = policy, .holdings = holdings, .ocb_packets = ocb_packets});
    EXPECT_FALSE(result);
    EXPECT_FALSE(secrets.asked);
    EXPECT_EQ(holdings.counts.made, 0U);
    return {std::move(result), holdings.counts};
}

TEST(Container, A3_WithoutIntegrityNothingIsOpened) {
    const std::string body = seipd1_body(kKey, literal("text"));
    const KeyPtr key = TestKey::curve25519_v4("ecdh").parsed(true);
    const std::string start = pkesk(*key, kKey);
    std::string resynchronised = body.substr(1, 16) + body.substr(3);
    for (const std::string& container : {packet(Tag::encrypted_data, body.substr(1)),
                                         packet(Tag::encrypted_data, body),
                                         packet(Tag::encrypted_data, resynchronised),
                                         legacy(Tag::encrypted_data, body.substr(1), 2),
                                         endless(Tag::encrypted_data, body.substr(1)),
                                         without_integrity(kKey, literal("text")),
                                         packet(Tag::encrypted_data, "")}) {
        for (const std::string& message : {container, start + container}) {
            const Opened opened = refused_unasked(message);
            EXPECT_EQ(opened.kind(), ErrorKind::refused) << opened.error();
        }
    }
    // Nor does the function that decrypts.
    MemorySource source(body);
    CountingHoldings holdings;
    const auto out = holdings.make(0);
    for (const ContainerKind kind : {ContainerKind::without_integrity, ContainerKind::unknown}) {
        const auto opened = decrypt({.kind = kind}, source, kKey, *out);
        ASSERT_FALSE(opened);
        EXPECT_EQ(opened.error().kind(), ErrorKind::refused);
    }
    EXPECT_EQ(holdings.counts.octets, 0U);
}

TEST(Container, A4_SessionKeysAndContainersOfOtherVersions) {
    const KeyPtr key = TestKey::x25519_v6("x25519").parsed(true);
    const std::string inner = literal("text");
    const std::string v1 = seipd1(kKey, inner);
    const std::string v2 = seipd2(kKey, inner);
    const std::string ocb = ocb_packet(kKey, inner);
    const std::string pkesk3 = pkesk(*key, kKey, 3);
    const std::string pkesk6 = pkesk(*key, kKey, 6);
    const std::string skesk_v4 = skesk4("sesame", &kKey);
    const std::string skesk_v5 = skesk_aead(5, "sesame", kKey);
    const std::string skesk_v6 = skesk_aead(6, "sesame", kKey);
    for (const std::string& message : {pkesk3 + v2,
                                       pkesk6 + v1,
                                       pkesk6 + ocb,
                                       skesk_v4 + v2,
                                       skesk_v5 + v1,
                                       skesk_v5 + v2,
                                       skesk_v6 + v1,
                                       skesk_v6 + ocb,
                                       // One of the right version does not help one of the wrong.
                                       pkesk6 + pkesk3 + v2,
                                       pkesk3 + pkesk6 + v1,
                                       skesk_v6 + pkesk3 + v2}) {
        const Opened opened = refused_unasked(message);
        EXPECT_EQ(opened.kind(), ErrorKind::refused) << opened.error();
    }
    // The OCB ciphertext in another coat, with the key that it came with.
    const std::string body = chunked_body(Tag::ocb_encrypted_data, kKey, inner);
    Opener opener;
    opener.with(TestKey::x25519_v6("x25519"));
    ASSERT_TRUE(opener.open(pkesk3 + packet(Tag::ocb_encrypted_data, body)).ok());
    for (const std::string& container :
         {packet(Tag::encrypted_data, body.substr(19)),
          packet(Tag::integrity_protected_data, octet(1) + body.substr(19)),
          packet(Tag::integrity_protected_data, body),
          packet(Tag::integrity_protected_data, octet(2) + body.substr(1))}) {
        const Opened opened = opener.open(pkesk3 + container);
        ASSERT_FALSE(opened.ok());
        EXPECT_EQ(opened.kind(), ErrorKind::refused) << opened.error();
        EXPECT_EQ(opened.counts.looks, 0U);
    }
    // Tag 20 only for those who ask for it.
    EXPECT_EQ(refused_unasked(pkesk3 + ocb, false).kind(), ErrorKind::refused);
}

TEST(Container, A4_FieldsOfAeadContainersAreBound) {
    Opener opener;
    opener.with(kKey);
    const std::string body =
        chunked_body(Tag::integrity_protected_data, kKey, literal(noise(300)), kOcb, 1);
    ASSERT_TRUE(opener.open(packet(Tag::integrity_protected_data, body)).ok());
    for (std::size_t at = 1; at < 36; ++at) {
        for (unsigned value = 0; value < 256; ++value) {
            std::string changed = body;
            changed[at] = static_cast<char>(value);
            if (changed == body) continue;
            const Opened opened = opener.open(packet(Tag::integrity_protected_data, changed));
            ASSERT_FALSE(opened.ok()) << at << " " << value;
            EXPECT_EQ(opened.counts.looks, 0U);
        }
    }
    for (unsigned value = 17; value < 256; ++value) {  // chunks beyond 4 MiB
        std::string changed = body;
        changed[3] = static_cast<char>(value);
        EXPECT_EQ(opener.open(packet(Tag::integrity_protected_data, changed)).kind(),
                  ErrorKind::malformed);
    }
    // Chunks of 4 MiB are taken, and cost what is there.
    EXPECT_TRUE(opener.open(seipd2(kKey, literal(noise(300)), kOcb, 16)).ok());
}

// The body of a SEIPD of version 1 behind its version octet, made on the way.
class Generated final : public Source {
public:
    Generated(std::uint64_t size, bool spoilt)
        : left_(size),
          spoilt_(spoilt),
          encryptor_(*crypto::CfbEncryptor::create(
              crypto::BlockCipher::aes256, kKey.key.view(), std::string(16, '\0'))),
          piece_(16384, 'g') {}

    Result<std::size_t> read(char* out, std::size_t size) override {
        std::string_view clear;
        if (!prefix_given_) {
            prefix_given_ = true;
            clear = "0123456789abcdefef";
            SG_CHECK(size >= clear.size());
        } else if (left_ > 0) {
            clear = std::string_view(piece_).substr(
                0, static_cast<std::size_t>(std::min<std::uint64_t>({size, left_, piece_.size()})));
            left_ -= clear.size();
        } else if (!end_given_) {
            end_given_ = true;
            hash_.update("\xD3\x14");
            end_ = "\xD3\x14" + hash_.finish();
            if (spoilt_) end_ = flipped(end_, end_.size() - 1);
            SG_CHECK(size >= end_.size());
            encryptor_.update(end_, out);
            return end_.size();
        } else {
            return 0;
        }
        hash_.update(clear);
        encryptor_.update(clear, out);
        return clear.size();
    }

private:
    std::uint64_t left_;
    bool spoilt_;
    bool prefix_given_ = false;
    bool end_given_ = false;
    crypto::CfbEncryptor encryptor_;
    crypto::Hash hash_{crypto::HashAlgorithm::sha1};
    std::string piece_;
    std::string end_;
};

TEST(Container, A5_LargeWithASpoiltDigest) {
    for (const bool spoilt : {false, true}) {
        const std::uint64_t size = spoilt ? 100'000'000 : 1'000'000;
        Generated source(size, spoilt);
        CountingHoldings holdings(false);
        const auto out = holdings.make(0);
        const auto opened = decrypt({.kind = ContainerKind::mdc}, source, kKey, *out);
        EXPECT_EQ(opened.has_value(), !spoilt);
        if (spoilt) {
            EXPECT_EQ(opened.error().kind(), ErrorKind::refused);
        }
        EXPECT_EQ(holdings.counts.octets, size);
        EXPECT_EQ(holdings.counts.looks, 0U);
        EXPECT_LE(holdings.counts.appends, size / 8192);
    }
}

TEST(Container, A5_ThousandChunks) {
    Opener opener;
    opener.with(kKey);
    // 64 octets a chunk, with a tag of 16 behind each.
    const std::string inner = packet(Tag::literal_data, literal_body(noise(64'000 - 2 - 6 - 4)));
    ASSERT_EQ(inner.size(), 64'000U);
    for (const Tag tag : {Tag::integrity_protected_data, Tag::ocb_encrypted_data}) {
        for (const std::uint8_t aead : {kEax, kOcb, kGcm}) {
            const std::string body = chunked_body(tag, kKey, inner, aead, 0);
            const std::size_t start = body.size() - 16 - std::size_t{1000} * 80;
            ASSERT_TRUE(opener.open(packet(tag, body)).ok());
            const auto chunk = [&](std::size_t index) { return start + index * 80; };
            const auto change = [&](const std::string& changed, const std::string& what) {
                expect_closed(opener, packet(tag, changed), what);
            };
            change(flipped(body, chunk(999)), "chunk 1,000");
            change(flipped(body, chunk(999) + 79), "its tag");
            change(body.substr(0, body.size() - 16), "no final tag");
            change(body.substr(0, chunk(999)), "no last chunk");
            change(body.substr(0, chunk(999)) + body.substr(chunk(1000)), "last chunk dropped");
            change(flipped(body, body.size() - 1), "final tag");
            change(body + std::string(1, 'x'), "an octet behind");
            change(body + body.substr(body.size() - 16), "final tag twice");
            change(body.substr(0, chunk(1000)) + body.substr(chunk(998)), "chunks repeated");
            std::string swapped = body;
            swapped.replace(chunk(500), 80, body, chunk(501), 80);
            swapped.replace(chunk(501), 80, body, chunk(500), 80);
            change(swapped, "two chunks swapped");
            change(body.substr(0, chunk(3)) + body.substr(chunk(5)), "chunks dropped");
        }
    }
}

// A6: where chunks or parts end, no message does.
TEST(Container, A6_CutAtBorders) {
    Opener opener;
    opener.with(kKey);
    const std::string inner = literal(noise(2000));
    for (const std::string& body :
         {seipd1_body(kKey, inner),
          chunked_body(Tag::integrity_protected_data, kKey, inner, kOcb, 0),
          chunked_body(Tag::integrity_protected_data, kKey, inner, kGcm, 3)}) {
        const std::string whole = in_parts(Tag::integrity_protected_data, body, 9, 9);
        ASSERT_TRUE(opener.open(whole).ok());
        for (std::size_t size = 0; size < whole.size(); ++size) {
            const Opened cut = opener.open(whole.substr(0, size));
            ASSERT_FALSE(cut.ok()) << size;
            EXPECT_EQ(cut.counts.looks, 0U);
        }
        // Cut, but the packet says so itself.
        for (std::size_t size = 0; size < body.size(); ++size) {
            const Opened cut =
                opener.open(in_parts(Tag::integrity_protected_data, body.substr(0, size), 9, 9));
            ASSERT_FALSE(cut.ok()) << size;
            EXPECT_EQ(cut.counts.looks, 0U);
        }
    }
}

// A7: the repeated octets say nothing, neither with a right digest nor with a wrong one.
TEST(Container, A7_RepeatedOctetsAreNoOracle) {
    for (int i = 0; i < 1000; ++i) {
        const std::string label = std::to_string(i);
        const SessionKey key = session_key(kAes128, label);
        const std::string inner = literal(noise(100, static_cast<std::uint32_t>(i)));
        Opener opener;
        opener.with(key);
        std::array<std::string, 2> errors;
        for (const bool wrong : {false, true}) {
            const Opened bad = opener.open(
                packet(Tag::integrity_protected_data,
                       seipd1_body(key, inner, {.wrong_repetition = wrong, .wrong_digest = true})));
            EXPECT_EQ(bad.error(), kCannot);
            EXPECT_EQ(bad.counts.octets, inner.size());
            EXPECT_EQ(bad.counts.looks, 0U);
            const Opened good =
                opener.open(packet(Tag::integrity_protected_data,
                                   seipd1_body(key, inner, {.wrong_repetition = wrong})));
            EXPECT_TRUE(good.ok()) << good.error();
        }
    }
}

TEST(Container, ErrorsOfTheHoldingGoThrough) {
    Policy policy;
    MemoryHoldings holdings(1000);
    LocalSecrets secrets;
    secrets.add_session_key(same(kKey));
    for (const std::string& message :
         {seipd1(kKey, literal(noise(2000))), seipd2(kKey, literal(noise(2000)))}) {
        const auto opened =
            open_message(message, secrets, {.policy = policy, .holdings = holdings});
        ASSERT_FALSE(opened);
        EXPECT_EQ(opened.error().kind(), ErrorKind::exhausted) << opened.error().detail();
    }
}

TEST(Container, UnknownVersionsAndAlgorithms) {
    Opener opener;
    opener.with(kKey);
    const auto kind = [&](const std::string& message) {
        const Opened opened = opener.open(message);
        EXPECT_FALSE(opened.ok());
        return opened.ok() ? ErrorKind::internal : opened.kind();
    };
    const std::string body = chunked_body(Tag::integrity_protected_data, kKey, literal("t"));
    const auto with = [&](std::size_t at, unsigned value) {
        std::string changed = body;
        changed[at] = static_cast<char>(value);
        return packet(Tag::integrity_protected_data, changed);
    };
    EXPECT_EQ(kind(with(0, 3)), ErrorKind::not_found);
    EXPECT_EQ(kind(with(0, 0)), ErrorKind::not_found);
    EXPECT_EQ(kind(with(1, 99)), ErrorKind::refused);
    EXPECT_EQ(kind(with(1, 0)), ErrorKind::refused);
    EXPECT_EQ(kind(with(1, kTripleDes)), ErrorKind::refused);
    EXPECT_EQ(kind(with(2, 0)), ErrorKind::not_found);
    EXPECT_EQ(kind(with(2, 4)), ErrorKind::not_found);
    EXPECT_EQ(kind(packet(Tag::ocb_encrypted_data, octet(2) + body.substr(1))),
              ErrorKind::not_found);
}

}  // namespace
}  // namespace sealgate::openpgp
