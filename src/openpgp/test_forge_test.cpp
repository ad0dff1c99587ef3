// SPDX-License-Identifier: Apache-2.0
// What the forge makes by default is good: a test that sees something refused then knows that what
// it changed was the reason.
#include "openpgp/test_forge.h"

#include "openpgp/validity.h"
#include "openpgp/verify.h"

#include <gtest/gtest.h>

namespace sealgate::openpgp::test {
namespace {

const Policy policy;

void expect_good(const CertificateForge& forge) {
    const CertificatePtr made = forge.checked();
    const Question question{policy, kT0 + kDay, {}};
    EXPECT_EQ(to_string(judge_primary(*made, question).findings), "");
    for (std::size_t i = 0; i < made->user_ids().size(); ++i)
        EXPECT_EQ(to_string(judge_user_id(*made, i, question).findings), "");
    for (std::size_t i = 0; i < made->subkeys().size(); ++i)
        EXPECT_EQ(to_string(judge_subkey(*made, i, question).findings), "");
    EXPECT_EQ(made->fingerprint(), forge.primary().fingerprint());
}

TEST(Forge, OrdinaryCertificatesAreGood) {
    expect_good(ordinary_v4("alice", "Alice <alice@example.org>"));
    expect_good(ordinary_v6("alice", "Alice <alice@example.org>"));
    expect_good(ordinary_v4("alice", "Alice <alice@example.org>", kT0, true));
    expect_good(ordinary_v6("alice", "Alice <alice@example.org>", kT0, true));
}

TEST(Forge, SigningSubkeysAreGood) {
    for (const TestKey& subkey : {TestKey::ed25519_v4("s"), TestKey::p256(), TestKey::rsa(2048)}) {
        CertificateForge forge = ordinary_v4("alice", "Alice <alice@example.org>");
        forge.subkey(subkey).sign(Sign(SignatureType::subkey_binding)
                                      .flags(KeyFlags::kSign)
                                      .embed(back_signature(forge.primary(), subkey)));
        expect_good(forge);
    }
}

TEST(Forge, SignaturesOverDocumentsAreGood) {
    const CertificateForge forges[] = {ordinary_v4("alice", "Alice <alice@example.org>"),
                                       ordinary_v6("alice", "Alice <alice@example.org>")};
    for (const CertificateForge& forge : forges) {
        const std::vector<CertificatePtr> certificates{forge.checked()};
        const std::string signature =
            packet(Tag::signature,
                   Sign(SignatureType::binary, kT0 + kHour).by(forge.primary(), "a document"));
        const VerifyOptions options{.policy = policy, .now = kT0 + kDay};
        const auto good = verify_detached(signature, "a document", certificates, options);
        ASSERT_TRUE(good);
        EXPECT_EQ(to_string(good->at(0).findings), "");
        const auto bad = verify_detached(signature, "another document", certificates, options);
        EXPECT_TRUE(has(bad->at(0).findings, Reason::bad_signature));
        const auto spoilt_one =
            verify_detached(spoilt(signature), "a document", certificates, options);
        EXPECT_TRUE(has(spoilt_one->at(0).findings, Reason::bad_signature));
    }
}

TEST(Forge, Version3SignaturesAreGoodWithRsaOnly) {
    const VerifyOptions options{.policy = policy, .now = kT0 + kDay};
    for (const TestKey& key : {TestKey::rsa(2048), TestKey::p256(), TestKey::ed25519_v4("a")}) {
        const std::vector<CertificatePtr> certificates{
            CertificateForge(key)
                .user_id("Alice <alice@example.org>")
                .sign(Sign(SignatureType::positive_certification).flags(kCertifySign))
                .checked()};
        const std::string old =
            packet(Tag::signature,
                   Sign(SignatureType::binary, kT0 + kHour).version(3).by(key, "a document"));
        const auto verdicts = verify_detached(old, "a document", certificates, options);
        ASSERT_TRUE(verdicts);
        EXPECT_EQ(verdicts->at(0).good(), key.algorithm == PublicKeyAlgorithm::rsa)
            << to_string(verdicts->at(0).findings);
    }
}

}  // namespace
}  // namespace sealgate::openpgp::test
