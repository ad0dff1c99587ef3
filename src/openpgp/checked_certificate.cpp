// SPDX-License-Identifier: Apache-2.0
#include "openpgp/checked_certificate.h"

#include <algorithm>
#include <functional>

namespace sealgate::openpgp {
namespace {

constexpr std::size_t kMaxRevokers = 4;

class Checker {
public:
    Checker(const Key& primary, std::size_t checks) : primary_(primary), most_(checks) {}

    using Check = std::function<CheckResult(const Signature&)>;

    // `wanted`: the types that bind this kind of component.
    CheckedComponent component(std::vector<SignaturePtr> signatures,
                               SignatureType revocation,
                               const std::function<bool(SignatureType)>& wanted,
                               const Check& check) {
        std::ranges::sort(signatures, [](const SignaturePtr& a, const SignaturePtr& b) {
            return a->is_before(*b);
        });
        CheckedComponent out;
        for (const SignaturePtr& one : signatures) {
            if (one->type() == revocation) take_revocation(out, one, check);
        }
        for (const SignaturePtr& one : signatures) {
            if (!wanted(one->type()) || !one->may_be_from(primary_)) continue;
            out.bindings.push_back({one, spend(*one, check), nullptr});
        }
        return out;
    }

    // Good ones only: what else stands there says nothing.
    std::vector<CheckedSignature> cancellations(const std::vector<SignaturePtr>& signatures,
                                                const Check& check) {
        std::vector<CheckedSignature> out;
        for (const SignaturePtr& one : signatures) {
            if (one->type() != SignatureType::certification_revocation) continue;
            if (!one->may_be_from(primary_)) continue;
            const CheckResult result = spend(*one, check);
            if (result == CheckResult::good) out.push_back({one, result, nullptr});
        }
        return out;
    }

    CheckResult spend(const Signature& signature, const Check& check) {
        if (spent_ == most_) {
            over_budget_ = true;
            return CheckResult::unsupported;
        }
        const CheckResult result = check(signature);
        if (result == CheckResult::good || result == CheckResult::bad) ++spent_;
        return result;
    }

    [[nodiscard]] bool over_budget() const { return over_budget_; }
    [[nodiscard]] std::size_t spent() const { return spent_; }

private:
    void take_revocation(CheckedComponent& out, const SignaturePtr& signature, const Check& check) {
        if (signature->may_be_from(primary_)) {
            const CheckResult result = spend(*signature, check);
            out.revocations.push_back({signature, result, nullptr});
            if (result == CheckResult::good) return;
        }
        // Perhaps of an appointed key. The hints do not rule that out: anybody may have added one
        // in the unhashed area that names the primary key.
        out.appointed.push_back({signature, {}});
    }

    const Key& primary_;
    std::size_t most_;
    std::size_t spent_ = 0;
    bool over_budget_ = false;
};

void collect_revokers(std::vector<Fingerprint>& out, const CheckedComponent& component) {
    for (const CheckedSignature& checked : component.bindings) {
        if (checked.result != CheckResult::good) continue;
        for (const RevocationKey& key : checked.signature->revocation_keys()) {
            if (out.size() == kMaxRevokers) return;
            if (std::ranges::find(out, key.fingerprint) == out.end()) {
                out.push_back(key.fingerprint);
            }
        }
    }
}

// Only what an appointed key may have made is of interest. Any hint that fits is enough: the others
// may have been added by somebody, and the signature itself proves whose it is.
void keep_appointed(CheckedComponent& component, const std::vector<Fingerprint>& revokers) {
    std::vector<AppointedRevocation> kept;
    for (const AppointedRevocation& one : component.appointed) {
        const auto& prints = one.signature->issuer_fingerprints();
        const auto& ids = one.signature->issuer_ids();
        for (const Fingerprint& revoker : revokers) {
            if (!one.signature->has_issuer() ||
                std::ranges::find(prints, revoker) != prints.end() ||
                std::ranges::find(ids, key_id_of(revoker)) != ids.end()) {
                kept.push_back({one.signature, revoker});
            }
        }
    }
    component.appointed = std::move(kept);
}

}  // namespace

CheckedCertificate::CheckedCertificate(Certificate certificate, const CheckLimits& limits)
    : certificate_(std::move(certificate)) {
    const Key& primary = *certificate_.primary;
    Checker checker(primary, limits.checks);
    auto cancellations = checker.cancellations(certificate_.signatures, [&](const Signature& one) {
        return check_over_key(one, primary, primary);
    });
    primary_ = checker.component(
        certificate_.signatures,
        SignatureType::key_revocation,
        [](SignatureType type) { return type == SignatureType::direct_key; },
        [&](const Signature& one) { return check_over_key(one, primary, primary); });
    primary_.cancellations = std::move(cancellations);
    for (const UserId& user_id : certificate_.user_ids) {
        user_ids_.push_back(checker.component(
            user_id.signatures,
            SignatureType::certification_revocation,
            [](SignatureType type) { return is_certification(type); },
            [&](const Signature& one) {
                return check_over_user_id(one, primary, primary, user_id.value, user_id.attribute);
            }));
    }
    for (const Subkey& subkey : certificate_.subkeys) {
        const Key& key = *subkey.key;
        CheckedComponent checked = checker.component(
            subkey.signatures,
            SignatureType::subkey_revocation,
            [](SignatureType type) { return type == SignatureType::subkey_binding; },
            [&](const Signature& one) { return check_over_subkey(one, primary, primary, key); });
        for (CheckedSignature& binding : checked.bindings) {
            const SignaturePtr& back = binding.signature->embedded();
            if (binding.result != CheckResult::good || !back ||
                back->type() != SignatureType::primary_key_binding) {
                continue;
            }
            const CheckResult result = checker.spend(*back, [&](const Signature& one) {
                return check_over_subkey(one, key, primary, key);
            });
            if (result == CheckResult::good) binding.back_signature = back;
        }
        subkeys_.push_back(std::move(checked));
    }
    collect_revokers(revokers_, primary_);
    for (const CheckedComponent& user_id : user_ids_)
        collect_revokers(revokers_, user_id);
    keep_appointed(primary_, revokers_);
    for (CheckedComponent& one : user_ids_)
        keep_appointed(one, revokers_);
    for (CheckedComponent& one : subkeys_)
        keep_appointed(one, revokers_);
    over_budget_ = checker.over_budget();
    checks_ = checker.spent();
}

}  // namespace sealgate::openpgp
