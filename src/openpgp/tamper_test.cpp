// SPDX-License-Identifier: Apache-2.0
// Messages, signatures and certificates in which something was changed: each octet, each length,
// each place, each order. What comes of it is an error or what would have come anyway: never other
// text, never a signature that is good for something else, never a look at what is not proven.
#include "openpgp/message.h"
#include "openpgp/test_messages.h"
#include "openpgp/validity.h"
#include "openpgp/verify.h"

#include <gtest/gtest.h>

#include <functional>
#include <set>

namespace sealgate::openpgp {
namespace {

using namespace test;

const std::string kText = "CANARY-4bdc1ba49e9d\r\n";
constexpr Timestamp kNow = kT0 + kDay;

std::vector<std::string> packets_of(const std::string& octets) {
    std::vector<std::string> out;
    PacketWalker walker(octets);
    std::uint64_t from = 0;
    for (;;) {
        const auto packet = walker.next();
        if (!packet || !*packet) break;
        out.push_back(octets.substr(from, walker.offset() - from));
        from = walker.offset();
    }
    return out;
}

std::string joined(const std::vector<std::string>& parts) {
    std::string out;
    for (const std::string& one : parts)
        out += one;
    return out;
}

using Check = std::function<void(const std::string& changed, const std::string& how)>;

// `bits`: how many of each octet are flipped.
void each_octet(const std::string& octets, unsigned bits, const Check& check) {
    for (std::size_t at = 0; at < octets.size(); ++at) {
        for (unsigned i = 0; i < bits; ++i) {
            const unsigned bit = (static_cast<unsigned>(at) + i) % 8;
            check(flipped(octets, at, 1U << bit), "flipped " + std::to_string(at));
        }
    }
}
void each_length(const std::string& octets, const Check& check) {
    for (std::size_t size = 0; size < octets.size(); ++size)
        check(octets.substr(0, size), "cut at " + std::to_string(size));
    for (std::size_t size = 1; size < octets.size(); ++size)
        check(octets.substr(size), "begins at " + std::to_string(size));
}
void each_place(const std::string& octets, const Check& check) {
    for (std::size_t at = 0; at <= octets.size(); ++at) {
        for (const char c : {'\0', '\xFF', at < octets.size() ? octets[at] : '\1'}) {
            std::string changed = octets;
            changed.insert(at, 1, c);
            check(changed, "inserted at " + std::to_string(at));
        }
        if (at < octets.size()) {
            std::string changed = octets;
            changed.erase(at, 1);
            check(changed, "dropped at " + std::to_string(at));
        }
    }
}
void each_order(const std::string& octets, const Check& check) {
    const std::vector<std::string> parts = packets_of(octets);
    for (std::size_t i = 0; i < parts.size(); ++i) {
        std::vector<std::string> changed = parts;
        changed.erase(changed.begin() + static_cast<std::ptrdiff_t>(i));
        check(joined(changed), "packet dropped " + std::to_string(i));
        for (std::size_t j = 0; j <= parts.size(); ++j) {
            changed = parts;
            changed.insert(changed.begin() + static_cast<std::ptrdiff_t>(j), parts[i]);
            check(joined(changed), "packet repeated " + std::to_string(i));
        }
        for (std::size_t j = i + 1; j < parts.size(); ++j) {
            changed = parts;
            std::swap(changed[i], changed[j]);
            check(joined(changed), "packets swapped " + std::to_string(i));
        }
    }
}
void each_change(const std::string& octets, unsigned bits, const Check& check) {
    each_octet(octets, bits, check);
    each_length(octets, check);
    each_place(octets, check);
    each_order(octets, check);
}

// ---- messages ----

struct World {
    CertificateForge alice = ordinary_v4("alice", "Alice <alice@example.org>");
    CertificateForge bob = ordinary_v6("bob", "Bob <bob@example.org>");
    std::vector<CertificatePtr> certificates{alice.checked(), bob.checked()};
    TestKey ecdh = TestKey::curve25519_v4("ecdh");
    TestKey x25519 = TestKey::x25519_v6("x25519");
    KeyPtr ecdh_key = ecdh.parsed(true);
    KeyPtr x25519_key = x25519.parsed(true);
    SessionKey key = session_key(kAes128, "session");
};
World& world() {
    static World made;
    return made;
}

// Who signed a text well, each with what the signature says of itself.
std::set<std::string> good_signers(const OpenedMessage& message) {
    const Policy policy;
    std::set<std::string> out;
    for (const SignatureVerdict& one :
         judge_signatures(message, world().certificates, {.policy = policy, .now = kNow})) {
        if (one.good()) {
            out.insert(to_hex_upper(one.signing_key) + " " + to_string(one.type) + " " +
                       std::to_string(one.created.value_or(0)));
        }
    }
    return out;
}

struct Expectation {
    std::string text;
    std::set<std::string> signers;
    std::size_t good = 0;  // how many changed ones opened
    std::size_t all = 0;
};

// An encrypted message, all of it. `bits`: see above.
void expect_sealed(Opener& opener, const std::string& message, unsigned bits) {
    Expectation expected;
    const Opened first = opener.open(message);
    ASSERT_TRUE(first.ok()) << first.error();
    expected.text = first.text();
    expected.signers = good_signers(*first.result);
    ASSERT_EQ(expected.text, kText);
    each_change(message, bits, [&](const std::string& changed, const std::string& how) {
        if (changed == message || testing::Test::HasFatalFailure()) return;
        ++expected.all;
        const Opened opened = opener.open(changed);
        if (!opened.ok()) {
            ASSERT_EQ(opened.counts.looks, 0U) << how;
            ASSERT_NE(opened.kind(), ErrorKind::internal) << how << opened.error();
            return;
        }
        if (!opened.result->encrypted) {
            // Ciphertext that by chance looks like a message in clear.
            ASSERT_NE(changed.find(opened.text()), std::string::npos) << how;
            ASSERT_TRUE(good_signers(*opened.result).empty());
            return;
        }
        ++expected.good;
        ASSERT_EQ(opened.text(), expected.text) << how;
        ASSERT_EQ(good_signers(*opened.result), expected.signers) << how;
    });
    EXPECT_GT(expected.all, message.size() * 6);
    // Only what is not covered by integrity may be changed: encrypted session keys.
    EXPECT_LT(expected.good, expected.all / 10) << "of " << expected.all;
}

TEST(Tamper, Seipd1) {
    Opener opener;
    opener.with(world().key);
    expect_sealed(opener, seipd1(world().key, literal(kText)), 8);
    expect_sealed(opener, seipd1(world().key, compressed(kZip, literal(kText))), 8);
    expect_sealed(opener, seipd1(world().key, signed_message(world().alice.primary(), kText)), 2);
    expect_sealed(opener, seipd1(world().key, marker() + literal(kText) + marker()), 2);
}

TEST(Tamper, Seipd2) {
    Opener opener;
    opener.with(world().key);
    for (const std::uint8_t aead : {kEax, kOcb, kGcm}) {
        expect_sealed(opener, seipd2(world().key, literal(kText), aead, 0), 8);
        expect_sealed(
            opener, seipd2(world().key, signed_message(world().bob.primary(), kText), aead, 0), 1);
    }
    expect_sealed(opener, seipd2(world().key, compressed(kZlib, literal(kText))), 2);
}

TEST(Tamper, OcbPacket) {
    Opener opener;
    opener.with(world().key);
    for (const std::uint8_t aead : {kEax, kOcb}) {
        const std::string inner = literal(kText) + packet(Tag::padding, noise(100));
        expect_sealed(opener, ocb_packet(world().key, inner, aead, 0), 2);
    }
}

TEST(Tamper, InParts) {
    Opener opener;
    opener.with(world().key);
    const std::string inner = literal(kText) + packet(Tag::padding, noise(600));
    const std::string v1 = seipd1_body(world().key, inner);
    const std::string v2 = chunked_body(Tag::integrity_protected_data, world().key, inner, kOcb, 1);
    for (const std::string& body : {v1, v2}) {
        expect_sealed(opener, in_parts(Tag::integrity_protected_data, body, 9, 4), 1);
    }
}

TEST(Tamper, ToKeysAndPassphrases) {
    const World& all = world();
    Opener by_key;
    by_key.with(all.ecdh).with(all.x25519);
    const std::string inner = literal(kText);
    expect_sealed(by_key, pkesk(*all.ecdh_key, all.key) + seipd1(all.key, inner), 1);
    expect_sealed(by_key, pkesk(*all.x25519_key, all.key, 6) + seipd2(all.key, inner), 1);
    expect_sealed(by_key,
                  pkesk(*all.x25519_key, all.key, 3, true) + pkesk(*all.ecdh_key, all.key) +
                      seipd1(all.key, inner),
                  1);
    Opener by_passphrase;
    by_passphrase.with_passphrase("sesame");
    expect_sealed(by_passphrase, skesk4("sesame", &all.key) + seipd1(all.key, inner), 1);
    expect_sealed(by_passphrase, skesk_aead(6, "sesame", all.key) + seipd2(all.key, inner), 1);
    expect_sealed(by_passphrase, skesk_aead(5, "sesame", all.key) + ocb_packet(all.key, inner), 1);
}

TEST(Tamper, ToRsa) {
    const TestKey rsa = TestKey::rsa(1024);
    Opener opener;
    opener.with(rsa);
    const KeyPtr key = rsa.parsed(true);
    expect_sealed(opener, pkesk(*key, world().key) + seipd1(world().key, literal(kText)), 1);
}

// Signed, not encrypted: the text may be changed by anybody, but then nobody has signed it.
TEST(Tamper, InlineSigned) {
    const TestKey& alice = world().alice.primary();
    const TestKey& bob = world().bob.primary();
    Opener opener;
    for (const std::string& message :
         {signed_message(alice, kText),
          signed_message(bob, kText),
          signature_over(alice, kText) + literal(kText),
          one_pass(alice) + one_pass(bob) + literal(kText) + signature_over(bob, kText) +
              signature_over(alice, kText),
          one_pass(alice, SignatureType::text) + literal(kText) +
              signature_over(alice, kText, SignatureType::text),
          compressed(kZip, signed_message(alice, kText))}) {
        const Opened first = opener.open(message);
        ASSERT_TRUE(first.ok());
        const auto signers = good_signers(*first.result);
        ASSERT_FALSE(signers.empty());
        each_change(message, 8, [&](const std::string& changed, const std::string& how) {
            if (changed == message || testing::Test::HasFatalFailure()) return;
            const Opened opened = opener.open(changed);
            if (!opened.ok()) return;
            const auto now = good_signers(*opened.result);
            if (now.empty()) return;
            ASSERT_EQ(opened.text(), kText) << how;
            ASSERT_TRUE(std::ranges::includes(signers, now)) << how;
        });
    }
}

// ---- detached signatures ----

TEST(Tamper, DetachedSignatures) {
    const Policy policy;
    const VerifyOptions options{.policy = policy, .now = kNow};
    for (const TestKey* const signer : {&world().alice.primary(), &world().bob.primary()}) {
        for (const SignatureType type : {SignatureType::binary, SignatureType::text}) {
            const std::string octets =
                packet(Tag::signature,
                       Sign(type)
                           .hashed(SubpacketType::intended_recipient,
                                   fingerprint_body(world().alice.primary().fingerprint()))
                           .expires(kDay * 30)
                           .by(*signer, kText));
            const auto first = verify_detached(octets, kText, world().certificates, options);
            ASSERT_TRUE(first && first->at(0).good());
            each_change(octets, 8, [&](const std::string& changed, const std::string& how) {
                if (changed == octets || testing::Test::HasFatalFailure()) return;
                const auto verdicts =
                    verify_detached(changed, kText, world().certificates, options);
                if (!verdicts) return;
                for (const SignatureVerdict& one : *verdicts) {
                    if (!one.good()) continue;
                    ASSERT_EQ(one.signing_key, signer->fingerprint()) << how;
                    ASSERT_EQ(one.created, kT0) << how;
                    ASSERT_EQ(one.type, type) << how;
                }
            });
            // Another document: never.
            each_change(kText, 8, [&](const std::string& changed, const std::string& how) {
                std::string canonical;
                std::string signed_text;
                CanonicalText().convert(changed, canonical);
                CanonicalText().convert(kText, signed_text);
                const bool same_text =
                    type == SignatureType::text ? canonical == signed_text : changed == kText;
                const auto verdicts =
                    verify_detached(octets, changed, world().certificates, options);
                ASSERT_TRUE(verdicts) << how;
                ASSERT_EQ(verdicts->at(0).good(), same_text) << how;
            });
        }
    }
}

// ---- certificates ----

// What a certificate that counts says: of whom it is, and for what.
std::set<std::string> words_of(const std::string& octets, std::size_t& good) {
    std::set<std::string> out;
    auto certificate = read_certificate(octets);
    if (!certificate) return out;
    const CheckedCertificate checked(*std::move(certificate));
    const Policy policy;
    const Question question{policy, kNow, {}};
    const auto say = [&](const KeyState& state, const std::string& what) {
        if (!state.valid()) return;
        out.insert(what + to_hex_upper(state.key->fingerprint()) + " for " +
                   std::to_string(state.flags.first) + " until " +
                   std::to_string(state.expires.value_or(0)));
    };
    say(judge_primary(checked, question), "primary ");
    for (std::size_t i = 0; i < checked.subkeys().size(); ++i)
        say(judge_subkey(checked, i, question), "subkey ");
    for (std::size_t i = 0; i < checked.user_ids().size(); ++i) {
        const UserIdState state = judge_user_id(checked, i, question);
        if (state.valid()) out.insert("user ID " + std::string(state.value));
    }
    good += out.empty() ? 0U : 1U;
    return out;
}

TEST(Tamper, Certificates) {
    // A signing subkey, and an end.
    CertificateForge more = world().alice;
    const TestKey subkey = TestKey::ed25519_v4("signing");
    more.subkey(subkey).sign(Sign(SignatureType::subkey_binding)
                                 .flags(KeyFlags::kSign)
                                 .key_expires(kYear)
                                 .embed(back_signature(more.primary(), subkey)));
    for (const std::string& octets :
         {world().alice.octets(), world().bob.octets(), more.octets()}) {
        std::size_t good = 0;
        const auto words = words_of(octets, good);
        ASSERT_GE(words.size(), 3U);
        good = 0;
        std::size_t all = 0;
        each_change(octets, 1, [&](const std::string& changed, const std::string& how) {
            if (changed == octets || testing::Test::HasFatalFailure()) return;
            ++all;
            for (const std::string& word : words_of(changed, good))
                ASSERT_TRUE(words.contains(word)) << how << ": " << word;
        });
        EXPECT_GT(good, 0U);
        EXPECT_LT(good, all);
    }
}

}  // namespace
}  // namespace sealgate::openpgp
