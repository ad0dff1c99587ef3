// SPDX-License-Identifier: Apache-2.0
#include "openpgp/message.h"

#include "openpgp/test_messages.h"

#include <gtest/gtest.h>

namespace sealgate::openpgp {
namespace {

using namespace test;

const std::string kText = "Attack at dawn.\r\n";

TEST(OpenMessage, OpensEachContainerWithItsSessionKey) {
    for (const std::uint8_t cipher : {kAes128, kAes192, kAes256, std::uint8_t{13}}) {
        const SessionKey key = session_key(cipher, "session");
        Opener opener;
        opener.with(key);
        const Opened opened = opener.open(seipd1(key, literal(kText)));
        EXPECT_EQ(opened.text(), kText) << int{cipher} << opened.error();
        EXPECT_EQ(opened.result->container, ContainerKind::mdc);
        EXPECT_TRUE(opened.result->encrypted);
        EXPECT_EQ(opened.result->session_key.key.view(), key.key.view());
        EXPECT_EQ(opened.result->session_key.cipher, cipher);
    }
    for (const std::uint8_t aead : {kEax, kOcb, kGcm}) {
        for (const std::size_t size : {0U, 1U, 46U, 47U, 48U, 100U, 1000U}) {
            const std::string text = noise(size);
            const SessionKey key = session_key(kAes256, "session");
            Opener opener;
            opener.with(key);
            const Opened v2 = opener.open(seipd2(key, literal(text), aead, 0));
            EXPECT_EQ(v2.text(), text) << int{aead} << v2.error();
            EXPECT_EQ(v2.result->container, ContainerKind::aead);
            opener.with(key);
            const Opened ocb = opener.open(ocb_packet(key, literal(text), aead, 0));
            EXPECT_EQ(ocb.text(), text) << int{aead} << ocb.error();
            EXPECT_EQ(ocb.result->container, ContainerKind::ocb);
        }
    }
}

TEST(OpenMessage, OpensWithEachKindOfKey) {
    const TestKey rsa = TestKey::rsa(2048);
    const TestKey ecdh = TestKey::curve25519_v4("ecdh");
    const TestKey x25519 = TestKey::x25519_v6("x25519");
    for (const TestKey* const one : {&rsa, &ecdh, &x25519}) {
        for (const bool anonymous : {false, true}) {
            const SessionKey key = session_key(kAes128, "session");
            Opener opener;
            opener.with(*one);
            const KeyPtr parsed = one->parsed(true);
            const Opened v1 =
                opener.open(pkesk(*parsed, key, 3, anonymous) + seipd1(key, literal(kText)));
            EXPECT_EQ(v1.text(), kText) << v1.error();
            const Opened v2 =
                opener.open(pkesk(*parsed, key, 6, anonymous) + seipd2(key, literal(kText)));
            EXPECT_EQ(v2.text(), kText) << v2.error();
            const Opened ocb =
                opener.open(pkesk(*parsed, key, 3, anonymous) + ocb_packet(key, literal(kText)));
            EXPECT_EQ(ocb.text(), kText) << ocb.error();
        }
    }
}

TEST(OpenMessage, OpensWithAPassphrase) {
    const SessionKey key = session_key(kAes256, "session");
    Opener opener;
    opener.with_passphrase("not this").with_passphrase("sesame");
    for (const std::string& message :
         {skesk4("sesame", &key) + seipd1(key, literal(kText)),
          skesk_aead(6, "sesame", key) + seipd2(key, literal(kText)),
          skesk_aead(6, "sesame", key, kAes128, kEax) + seipd2(key, literal(kText), kGcm),
          skesk_aead(5, "sesame", key) + ocb_packet(key, literal(kText)),
          skesk4("sesame", &key) + ocb_packet(key, literal(kText))}) {
        const Opened opened = opener.open(message);
        EXPECT_EQ(opened.text(), kText) << opened.error();
    }
    const SessionKey direct{kAes256, derived(iterated_s2k(), "sesame", 32)};
    const Opened opened = opener.open(skesk4("sesame", nullptr) + seipd1(direct, literal(kText)));
    EXPECT_EQ(opened.text(), kText) << opened.error();
}

TEST(OpenMessage, TakesEachFormOfLengthAndCompression) {
    const std::string text = noise(3000);
    const std::string body = literal_body(text);
    const SessionKey key = session_key(kAes256, "session");
    Opener opener;
    opener.with(key);
    std::vector<std::string> messages{literal(text),
                                      in_parts(Tag::literal_data, body, 9, 0),
                                      in_parts(Tag::literal_data, body, 10, 9),
                                      endless(Tag::literal_data, body),
                                      legacy(Tag::literal_data, body, 2),
                                      legacy(Tag::literal_data, body, 4)};
    const auto inner = messages;
    for (const std::string& one : inner) {
        for (const std::uint8_t algorithm : {std::uint8_t{0}, kZip, kZlib, kBzip2}) {
            messages.push_back(compressed(algorithm, one));
            const std::string packed = compressed_body(algorithm, one);
            messages.push_back(in_parts(Tag::compressed_data, packed, 9, 0));
            messages.push_back(endless(Tag::compressed_data, packed));
        }
    }
    for (const std::string& message : messages) {
        const Opened clear = opener.open(message);
        EXPECT_EQ(clear.text(), text) << clear.error();
        opener.with(key);
        const Opened v1 =
            opener.open(in_parts(Tag::integrity_protected_data, seipd1_body(key, message), 9, 4));
        EXPECT_EQ(v1.text(), text) << v1.error();
        const Opened v2 =
            opener.open(in_parts(Tag::integrity_protected_data,
                                 chunked_body(Tag::integrity_protected_data, key, message),
                                 9,
                                 3));
        EXPECT_EQ(v2.text(), text) << v2.error();
    }
}

// A text stays where it was decrypted, unless it came in parts too small for that, or compressed.
TEST(OpenMessage, TextStaysInPlace) {
    const TestKey alice = TestKey::ed25519_v4("alice");
    const SessionKey key = session_key(kAes256, "session");
    Opener opener;
    opener.with(key);
    for (const std::size_t size : {0U, 1U, 511U, 512U, 5000U, 100'000U}) {
        const std::string text = noise(size);
        const std::string body = literal_body(text);
        const std::string start = marker() + one_pass(alice);
        const std::string end = signature_over(alice, text) + packet(Tag::padding, "pad");
        for (const std::string& inner : {literal(text),
                                         start + literal(text) + end,
                                         start + in_parts(Tag::literal_data, body, 9, 9) + end,
                                         start + in_parts(Tag::literal_data, body, 13, 13) + end,
                                         in_parts(Tag::literal_data, body, 12, 10)}) {
            const Opened opened = opener.open(seipd1(key, inner));
            ASSERT_EQ(opened.text(), text) << opened.error();
            EXPECT_EQ(opened.result->text->size(), size);
            EXPECT_EQ(opened.counts.octets, inner.size()) << "no copy";
            std::string read(size + 1, '\0');
            EXPECT_EQ(*opened.result->text->read()->read(read.data(), read.size()), size);
            EXPECT_EQ(read.substr(0, size), text);
        }
        const std::string small = in_parts(Tag::literal_data, body, 9, 1);
        const Opened opened = opener.open(seipd1(key, small));
        ASSERT_EQ(opened.text(), text) << opened.error();
        EXPECT_EQ(opened.counts.made, size > 512 + 64 * 2 ? 2U : 1U);
        EXPECT_EQ(opener.open(seipd1(key, compressed(kZip, small))).text(), text);
    }
}

TEST(OpenMessage, FindsAllSignatures) {
    const auto alice = ordinary_v4("alice", "Alice <alice@example.org>");
    const auto bob = ordinary_v6("bob", "Bob <bob@example.org>");
    const std::vector<CertificatePtr> certificates{alice.checked(), bob.checked()};
    const TestKey& a = alice.primary();
    const TestKey& b = bob.primary();
    const std::string both = one_pass(a, SignatureType::binary, kSha256, false) + one_pass(b) +
                             literal(kText) + signature_over(b, kText) + signature_over(a, kText);
    const std::string mixed =
        signature_over(b, kText) + one_pass(a) + literal(kText) + signature_over(a, kText);
    Opener opener;
    for (const std::string& message : {both, mixed, compressed(kZlib, both)}) {
        const Opened opened = opener.open(message);
        ASSERT_TRUE(opened.ok()) << opened.error();
        EXPECT_EQ(opened.text(), kText);
        const auto verdicts = judge_signatures(
            *opened.result, certificates, {.policy = opener.policy, .now = kT0 + kDay});
        ASSERT_EQ(verdicts.size(), 2U);
        for (const SignatureVerdict& verdict : verdicts)
            EXPECT_TRUE(verdict.good()) << to_string(verdict.findings);
        EXPECT_NE(verdicts[0].certificate, verdicts[1].certificate);
    }
}

// Where a signature stands is for the log; an offset before its packet would lead nowhere.
TEST(OpenMessage, SaysWhereABadSignatureIs) {
    const TestKey alice = TestKey::ed25519_v4("alice");
    const std::string body =
        Sign(SignatureType::binary).hashed_octets(octet(9) + octet(2)).by(alice, kText);
    const std::string start = one_pass(alice) + literal(kText);
    Opener opener;
    const Opened opened = opener.open(start + packet(Tag::signature, body));
    ASSERT_TRUE(opened.ok()) << opened.error();
    ASSERT_EQ(opened.result->unreadable.size(), 1U);
    const SignatureVerdict& verdict = opened.result->unreadable[0];
    EXPECT_EQ(verdict.offset, start.size());
    // Behind packet header, fixed fields, time and issuer.
    const std::size_t at = start.size() + 2 + 6 + 6 + 23;
    EXPECT_NE(verdict.findings[0].detail.find("subpacket at octet " + std::to_string(at)),
              std::string::npos)
        << verdict.findings[0].detail;
}

}  // namespace
}  // namespace sealgate::openpgp
