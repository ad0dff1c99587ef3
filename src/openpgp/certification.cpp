// SPDX-License-Identifier: Apache-2.0
#include "openpgp/certification.h"

#include "base/clock.h"
#include "openpgp/signature_check.h"

#include <algorithm>
#include <chrono>
#include <functional>
#include <iterator>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace sealgate::openpgp {
namespace {

// Public key operations for one user ID and one authority.
constexpr std::size_t kMaxChecks = 16;

std::string date(std::uint64_t time) {
    return to_rfc3339(WallTime(std::chrono::seconds(time)));
}

// What keeps a verified certification from counting.
std::optional<Finding> why_not(const Signature& signature,
                               Timestamp oldest,
                               const Question& question) {
    const Timestamp created = signature.created().value_or(0);
    if (created < oldest) return Finding{Reason::before_key, date(created)};
    const auto after = signature.expires_after().value_or(0);
    if (after != 0 && std::uint64_t{created} + after <= question.at) {
        return Finding{Reason::expired, date(std::uint64_t{created} + after)};
    }
    if (auto critical = question.policy.judge_critical(signature)) return critical;
    return question.policy.judge_hash(signature.hash_id(), HashUse::data, created);
}

// The certifications and revocations by the authority that verify and existed at that time, the
// newest first.
std::vector<SignaturePtr> verified(const CheckedCertificate& certificate,
                                   const UserId& user_id,
                                   const Key& authority,
                                   const Question& question) {
    const Key& primary = *certificate.certificate().primary;
    std::vector<SignaturePtr> out;
    for (const SignaturePtr& one : user_id.signatures) {
        if (!is_certification(one->type()) &&
            one->type() != SignatureType::certification_revocation) {
            continue;
        }
        if (!one->has_issuer() || !one->may_be_from(authority) || !one->created()) continue;
        const bool for_all_times = is_revocation(one->type()) && one->is_hard_revocation();
        if (*one->created() > question.at && !for_all_times) continue;
        out.push_back(one);
    }
    // Of the same second, the revocation is the newer.
    const auto order = [](const SignaturePtr& one) {
        return std::pair(*one->created(), is_revocation(one->type()));
    };
    std::ranges::sort(out, std::greater(), order);
    if (out.size() > kMaxChecks) out.resize(kMaxChecks);
    std::erase_if(out, [&](const SignaturePtr& one) {
        return check_over_user_id(*one, authority, primary, user_id.value, user_id.attribute) !=
               CheckResult::good;
    });
    return out;
}

}  // namespace

Findings judge_certification(const CheckedCertificate& certificate,
                             std::size_t user_id,
                             const CheckedCertificate& authority,
                             const Question& question) {
    Findings findings = judge_primary(certificate, question).findings;
    Findings own = judge_user_id(certificate, user_id, question).findings;
    if (certificate.fingerprint() == authority.fingerprint()) {
        std::ranges::move(own, std::back_inserter(findings));
        return findings;
    }
    for (Finding& one : own) {
        if (one.reason == Reason::revoked_hard || one.reason == Reason::revoked_soft ||
            one.reason == Reason::revocation_unclear) {
            findings.push_back(std::move(one));
        }
    }
    const Key& signer = *authority.certificate().primary;
    const UserId& named = certificate.certificate().user_ids[user_id];
    const auto signatures = verified(certificate, named, signer, question);
    const auto may_certify = judge_key(authority, signer.fingerprint(), KeyUse::certify, question);
    if (may_certify) std::ranges::copy(may_certify->findings, std::back_inserter(findings));

    const Timestamp oldest =
        std::max(signer.created(), certificate.certificate().primary->created());
    const auto revoked = [&findings](Reason reason, const Signature& signature) {
        findings.push_back({reason, "the certification, " + date(*signature.created())});
    };
    for (const SignaturePtr& one : signatures) {
        if (is_revocation(one->type()) && one->is_hard_revocation()) {
            revoked(Reason::revoked_hard, *one);
            return findings;
        }
    }
    Findings passed_over;
    for (const SignaturePtr& one : signatures) {
        if (is_revocation(one->type())) {
            revoked(Reason::revoked_soft, *one);
            return findings;
        }
        auto reason = why_not(*one, oldest, question);
        if (!reason) return findings;
        passed_over.push_back(*std::move(reason));
    }
    findings.push_back({Reason::unknown_key, "no certification by this authority"});
    std::ranges::move(passed_over, std::back_inserter(findings));
    return findings;
}

}  // namespace sealgate::openpgp
