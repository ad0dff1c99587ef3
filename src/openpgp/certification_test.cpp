// SPDX-License-Identifier: Apache-2.0
#include "openpgp/certification.h"

#include "openpgp/armor.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

namespace sealgate::openpgp {
namespace {

CertificatePtr read(const std::string& file) {
    std::ifstream stream(SEALGATE_SOURCE_DIR "/tests/data/openpgp/" + file, std::ios::binary);
    const std::string text(std::istreambuf_iterator<char>(stream), {});
    const auto block = dearmor(text);
    EXPECT_TRUE(block) << file;
    CertificateLimits limits;
    limits.third_party = true;
    auto certificate = read_certificate(block ? block->octets : "", limits);
    EXPECT_TRUE(certificate) << file;
    return std::make_shared<const CheckedCertificate>(*std::move(certificate));
}

class CertificationTest : public testing::Test {
protected:
    [[nodiscard]] Findings judge(const CertificatePtr& certificate,
                                 const CertificatePtr& authority,
                                 Timestamp at = 1796000000) const {
        return judge_certification(*certificate, 0, *authority, {.policy = policy_, .at = at});
    }

    Policy policy_;
    CertificatePtr ca_ = read("certified/ca.asc");
    CertificatePtr bob_ = read("certified/bob.asc");
    CertificatePtr certified_ = read("certified/bob_certified.asc");
};

TEST_F(CertificationTest, AnAuthorityVouches) {
    EXPECT_EQ(to_string(judge(certified_, ca_)), "");
    EXPECT_TRUE(has(judge(bob_, ca_), Reason::unknown_key));
    EXPECT_TRUE(has(judge(ca_, certified_), Reason::unknown_key)) << "the other way round";
}

TEST_F(CertificationTest, ACertificateIsItsOwnAuthority) {
    EXPECT_EQ(to_string(judge(bob_, bob_)), "");
    EXPECT_EQ(to_string(judge(bob_, certified_)), "");
}

TEST_F(CertificationTest, ARevokedCertificationIsNone) {
    const CertificatePtr revoked = read("certified/bob_certification_revoked.asc");
    const Findings findings = judge(revoked, ca_);
    EXPECT_TRUE(has(findings, Reason::revoked_hard) || has(findings, Reason::revoked_soft))
        << to_string(findings);
    EXPECT_EQ(to_string(judge(revoked, revoked)), "") << "his own signature stands";
}

TEST_F(CertificationTest, BeforeItWasMadeItDoesNotCount) {
    const Timestamp made = *certified_->certificate().user_ids[0].signatures.back()->created();
    EXPECT_TRUE(judge(certified_, ca_, made).empty());
    EXPECT_TRUE(has(judge(certified_, ca_, made - 1), Reason::unknown_key));
}

TEST_F(CertificationTest, OneThatWasMovedToAnotherUserIdDoesNotVerify) {
    // The certification of Bob's user ID, put behind the authority's own name for Bob's key.
    Certificate moved = certified_->certificate();
    UserId other = moved.user_ids.front();
    other.value = "Mallory <mallory@evil.example>";
    moved.user_ids = {other};
    const auto checked = std::make_shared<const CheckedCertificate>(std::move(moved));
    EXPECT_TRUE(has(judge(checked, ca_), Reason::unknown_key));
}

TEST_F(CertificationTest, ACollisionOfSha1IsNoCertification) {
    // Two keys whose certifications share a SHA-1 digest (eprint.iacr.org/2020/014).
    const CertificatePtr alice = read("sequoia/sha-mbles.alice.asc");
    const CertificatePtr bob = read("sequoia/sha-mbles.bob.asc");
    for (const CertificatePtr& subject : {alice, bob}) {
        for (std::size_t i = 0; i < subject->user_ids().size(); ++i) {
            const Question question{.policy = policy_, .at = 1796000000};
            EXPECT_FALSE(judge_certification(*subject, i, *ca_, question).empty());
            EXPECT_FALSE(
                judge_certification(*subject, i, subject == alice ? *bob : *alice, question)
                    .empty());
        }
    }
}

}  // namespace
}  // namespace sealgate::openpgp
