// SPDX-License-Identifier: Apache-2.0
#include "openpgp/checked_certificate.h"

#include <algorithm>
#include <functional>

namespace sealgate::openpgp {
namespace {

constexpr std::size_t kMaxRevokers = 4;

class Checker {
public:
    Checker(const Key& primary, std::size_t checks) : primary_(primary), left_(checks) {}

    using Check = std::function<CheckResult(const Signature&)>;

    // `wanted`: the types that bind this kind of component.
    CheckedComponent component(const std::vector<SignaturePtr>& signatures,
                               SignatureType revocation,
                               const std::function<bool(SignatureType)>& wanted,
                               const Check& check) {
        CheckedComponent out;
        for (const SignaturePtr& signature : signatures) {
            const bool revokes = signature->type() == revocation;
            if (!revokes && !wanted(signature->type())) continue;
            if (!signature->may_be_from(primary_)) {
                if (revokes) remember(out, signature);
                continue;
            }
            CheckedSignature checked{signature, spend(*signature, check), nullptr};
            (revokes ? out.revocations : out.bindings).push_back(std::move(checked));
        }
        return out;
    }

    CheckResult spend(const Signature& signature, const Check& check) {
        if (left_ == 0) {
            over_budget_ = true;
            return CheckResult::unsupported;
        }
        const CheckResult result = check(signature);
        if (result == CheckResult::good || result == CheckResult::bad) --left_;
        return result;
    }

    [[nodiscard]] bool over_budget() const { return over_budget_; }

private:
    static void remember(CheckedComponent& out, const SignaturePtr& signature) {
        for (const Fingerprint& print : signature->issuer_fingerprints())
            out.appointed.push_back({signature, print});
        if (!signature->issuer_fingerprints().empty()) return;
        out.appointed.push_back({signature, {}});
    }

    const Key& primary_;
    std::size_t left_;
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

// Only what an appointed key may have made is of interest.
void keep_appointed(CheckedComponent& component, const std::vector<Fingerprint>& revokers) {
    std::vector<AppointedRevocation> kept;
    for (AppointedRevocation& one : component.appointed) {
        for (const Fingerprint& revoker : revokers) {
            const auto& ids = one.signature->issuer_ids();
            const bool by_id =
                one.revoker.empty() && std::ranges::find(ids, key_id_of(revoker)) != ids.end();
            if (one.revoker == revoker || by_id) kept.push_back({one.signature, revoker});
        }
    }
    component.appointed = std::move(kept);
}

}  // namespace

CheckedCertificate::CheckedCertificate(Certificate certificate, const CheckLimits& limits)
    : certificate_(std::move(certificate)) {
    const Key& primary = *certificate_.primary;
    Checker checker(primary, limits.checks);
    primary_ = checker.component(
        certificate_.signatures,
        SignatureType::key_revocation,
        [](SignatureType type) { return type == SignatureType::direct_key; },
        [&](const Signature& one) { return check_over_key(one, primary, primary); });
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
}

}  // namespace sealgate::openpgp
