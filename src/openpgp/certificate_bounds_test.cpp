// SPDX-License-Identifier: Apache-2.0
// Certificates in which somebody else has put something: it must neither do harm nor take away.
#include "openpgp/test_forge.h"
#include "openpgp/validity.h"
#include "openpgp/verify.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace sealgate::openpgp::test {
namespace {

const Policy policy;
constexpr Timestamp kLater = kT0 + 100 * kDay;

KeyState state_of(const std::string& octets, std::span<const CertificatePtr> revokers = {}) {
    auto read = read_certificate(octets);
    EXPECT_TRUE(read) << read.error().detail();
    if (!read) return {};
    return judge_primary(CheckedCertificate(*std::move(read)), {policy, kLater, revokers});
}

// An order of revocations that contradicts itself makes std::sort read beyond its end.
TEST(CertificateBounds, ManyRevocationsOfDifferentTypesHaveAnOrder) {
    for (std::size_t odd = 0; odd < 40; ++odd) {
        CertificateForge forge(TestKey::ed25519_v4("alice"));
        for (Timestamp i = 0; i < 40; ++i) {
            const bool is_odd = i == odd;
            const Sign junk(
                is_odd ? SignatureType::key_revocation : SignatureType::certification_revocation,
                is_odd ? kT0 : kT0 + kDay + i);
            forge.signature(spoilt(junk.by(forge.primary(), forge.signed_octets())));
        }
        forge.user_id("Alice <alice@example.org>")
            .sign(Sign(SignatureType::positive_certification).flags(KeyFlags::kSign));
        const auto read = read_certificate(forge.octets());
        if (!read) EXPECT_EQ(read.error().kind(), ErrorKind::exhausted);
    }
}

TEST(CertificateBounds, ARevocationCountsWhereverItStands) {
    const CertificateForge alone(TestKey::ed25519_v4("alice"));
    const std::string revocation = packet(
        Tag::signature,
        Sign(SignatureType::key_revocation, kT0 + kDay).by(alone.primary(), alone.signed_octets()));
    const std::string whole = ordinary_v4("alice", "Alice <alice@example.org>").octets();
    EXPECT_TRUE(state_of(whole).valid());
    PacketWalker walker(whole);
    for (auto one = walker.next(); one && *one; one = walker.next()) {
        const std::string octets = whole.substr(0, walker.offset()) + revocation +
                                   whole.substr(static_cast<std::size_t>(walker.offset()));
        EXPECT_TRUE(has(state_of(octets).findings, Reason::revoked_hard)) << walker.offset();
    }
}

TEST(CertificateBounds, AForeignHintDoesNotHideWhoRevoked) {
    const CertificateForge bob = ordinary_v4("bob", "Bob <bob@example.org>");
    CertificateForge alice(TestKey::ed25519_v4("alice"));
    alice.sign(Sign(SignatureType::direct_key).revoker(bob.primary()));
    const std::string head = alice.octets();
    const Sign revocation = Sign(SignatureType::key_revocation, kT0 + kDay)
                                .issuer_id(key_id_of(bob.primary().fingerprint()));
    const Sign misled =
        Sign(revocation).unhashed(SubpacketType::issuer_fingerprint, "\x04" + std::string(20, 'x'));
    const std::vector<CertificatePtr> revokers{bob.checked()};
    const std::string good =
        head + packet(Tag::signature, revocation.by(bob.primary(), alice.signed_octets()));
    const std::string tampered =
        head + packet(Tag::signature, misled.by(bob.primary(), alice.signed_octets()));
    for (const std::string& octets : {good, tampered})
        EXPECT_TRUE(has(state_of(octets, revokers).findings, Reason::revoked_hard));
    const auto merged = merge(*read_certificate(tampered), *read_certificate(good));
    ASSERT_TRUE(merged);
    EXPECT_TRUE(has(judge_primary(CheckedCertificate(*merged), {policy, kLater, revokers}).findings,
                    Reason::revoked_hard));
}

// A25: those who adopt a signing key of somebody else stand before its owner.
TEST(CertificateBounds, HoweverManyAdoptAKeyItsOwnerIsFound) {
    const TestKey shared = TestKey::ed25519_v4("signing");
    std::vector<CertificatePtr> certificates;
    for (int i = 0; i < 20; ++i) {
        CertificateForge thief = ordinary_v4("thief " + std::to_string(i), "T <t@example.org>");
        thief.subkey(shared).sign(Sign(SignatureType::subkey_binding).flags(KeyFlags::kSign));
        certificates.push_back(thief.checked());
    }
    CertificateForge owner = ordinary_v4("owner", "Owner <owner@example.org>");
    owner.subkey(shared).sign(Sign(SignatureType::subkey_binding)
                                  .flags(KeyFlags::kSign)
                                  .embed(back_signature(owner.primary(), shared)));
    certificates.push_back(owner.checked());
    const std::string text = "a text";
    const auto verdicts = verify_detached(
        packet(Tag::signature, Sign(SignatureType::binary, kT0 + kDay).by(shared, text)),
        text,
        certificates,
        {.policy = policy, .now = kLater});
    ASSERT_TRUE(verdicts);
    ASSERT_EQ(verdicts->size(), 1U);
    EXPECT_EQ(to_string(verdicts->front().findings), "");
    EXPECT_EQ(verdicts->front().certificate, owner.primary().fingerprint());
}

}  // namespace
}  // namespace sealgate::openpgp::test
