// SPDX-License-Identifier: Apache-2.0
#include "openpgp/certificate_bounds.h"

#include <algorithm>
#include <set>
#include <span>
#include <unordered_map>

namespace sealgate::openpgp {
namespace {

void append(std::vector<SignaturePtr>& to, const std::vector<SignaturePtr>& from) {
    to.insert(to.end(), from.begin(), from.end());
}

// The signatures of one component, and how they are verified.
struct Component {
    std::vector<SignaturePtr>* signatures;
    SignatureCheck check;
    SignatureCheck check_back;  // of what a subkey binding carries; empty: nothing is carried
    std::vector<SignaturePtr> revocations = {};  // perhaps by the primary key
    std::vector<SignaturePtr> appointed = {};    // by a key that it may have appointed
    std::vector<SignaturePtr> own = {};
    std::vector<SignaturePtr> foreign = {};
};

// Which revocations matter most: the hard ones; of a key's soft ones the oldest, since none after
// it adds anything; of a user ID's the newest, since an older one may have been overtaken.
bool matters_more(const SignaturePtr& a, const SignaturePtr& b) {
    const auto is_of_user_id = [](const SignaturePtr& one) {
        return one->type() == SignatureType::certification_revocation;
    };
    if (a->is_hard_revocation() != b->is_hard_revocation()) return a->is_hard_revocation();
    if (is_of_user_id(a) != is_of_user_id(b)) return is_of_user_id(b);
    return is_of_user_id(a) ? a->is_before(*b) : b->is_before(*a);
}

bool is_newer(const SignaturePtr& a, const SignaturePtr& b) {
    return a->is_before(*b);
}

class Bounds {
public:
    Bounds(Certificate& certificate, const CertificateLimits& limits)
        : certificate_(certificate),
          limits_(limits) {
        collect_appointed();
    }

    Status run() {
        for (Component& one : components_)
            sort_out(one);
        std::size_t appointed = 0;
        for (Component& one : components_) {
            std::ranges::sort(one.revocations, matters_more);
            if (!cut_revocations(one)) return too_many();
            appointed += one.appointed.size();
        }
        // Whether these are genuine is not known here, so none of them can be chosen.
        if (appointed > limits_.signatures) return too_many();
        for (Component& one : components_) {
            std::ranges::sort(one.own, is_newer);
            std::ranges::sort(one.foreign, is_newer);
            // What could not be verified may have been what takes the key its validity.
            if (!cut(one.own, one.check)) return too_many();
            if (one.foreign.size() > limits_.signatures) one.foreign.resize(limits_.signatures);
            *one.signatures = std::move(one.revocations);
            append(*one.signatures, one.appointed);
            append(*one.signatures, one.own);
            append(*one.signatures, one.foreign);
        }
        return {};
    }

private:
    // Who may have been appointed is read from all signatures, verified or not.
    void collect_appointed() {
        const Key& primary = *certificate_.primary;
        components_.push_back(
            {&certificate_.signatures,
             [&primary](const Signature& one) { return check_over_key(one, primary, primary); },
             {}});
        for (Subkey& subkey : certificate_.subkeys) {
            const Key& key = *subkey.key;
            components_.push_back({&subkey.signatures,
                                   [&primary, &key](const Signature& one) {
                                       return check_over_subkey(one, primary, primary, key);
                                   },
                                   [&primary, &key](const Signature& one) {
                                       return check_over_subkey(one, key, primary, key);
                                   }});
        }
        for (UserId& user_id : certificate_.user_ids) {
            components_.push_back({&user_id.signatures,
                                   [&primary, &user_id](const Signature& one) {
                                       return check_over_user_id(
                                           one, primary, primary, user_id.value, user_id.attribute);
                                   },
                                   {}});
        }
        for (const Component& one : components_) {
            for (const SignaturePtr& signature : *one.signatures) {
                for (const RevocationKey& key : signature->revocation_keys()) {
                    appointed_.insert(key.fingerprint);
                    appointed_ids_.insert(key_id_of(key.fingerprint));
                }
            }
        }
    }

    [[nodiscard]] bool may_be_appointed(const Signature& revocation) const {
        if (appointed_.empty()) return false;
        if (!revocation.has_issuer()) return true;
        return std::ranges::any_of(
                   revocation.issuer_fingerprints(),
                   [&](const Fingerprint& print) { return appointed_.contains(print); }) ||
               std::ranges::any_of(revocation.issuer_ids(),
                                   [&](KeyId id) { return appointed_ids_.contains(id); });
    }

    // Into the four kinds, each signature once. Of copies that differ in their unhashed areas,
    // which anybody may have written, all are kept that could make a difference for a revocation;
    // for the others, the one whose back-signature is good.
    void sort_out(Component& component) {
        std::unordered_map<std::string, SignaturePtr*> seen;
        std::set<const SignaturePtr*> proven;
        // The places must not move while they are pointed to.
        for (auto* const kind :
             {&component.revocations, &component.appointed, &component.own, &component.foreign}) {
            kind->clear();
            kind->reserve(component.signatures->size());
        }
        for (SignaturePtr& one : *component.signatures) {
            const bool mine = one->may_be_from(*certificate_.primary);
            const bool revokes = is_revocation(one->type());
            const bool appointed = revokes && may_be_appointed(*one);
            std::vector<SignaturePtr>* const kind = revokes && mine       ? &component.revocations
                                                    : appointed           ? &component.appointed
                                                    : mine                ? &component.own
                                                    : limits_.third_party ? &component.foreign
                                                                          : nullptr;
            if (kind == nullptr) continue;
            std::string name = one->identity();
            name += mine ? 'm' : 'f';
            name += appointed ? 'a' : 'n';
            const auto [at, fresh] = seen.try_emplace(std::move(name), nullptr);
            if (fresh) {
                kind->push_back(std::move(one));
                at->second = &kind->back();
            } else {
                choose_copy(component, *at->second, one, proven);
            }
        }
    }

    void choose_copy(const Component& component,
                     SignaturePtr& kept,
                     SignaturePtr& other,
                     std::set<const SignaturePtr*>& proven) {
        if (!other->embedded() || proven.contains(&kept)) return;
        if (!kept->embedded()) {
            kept = std::move(other);
            return;
        }
        if (!component.check_back ||
            kept->embedded()->identity() == other->embedded()->identity()) {
            return;
        }
        const auto is_good = [&](const SignaturePtr& one) {
            return check_within_budget(certificate_, *one->embedded(), component.check_back) ==
                   CheckResult::good;
        };
        if (is_good(kept)) {
            proven.insert(&kept);
        } else if (is_good(other)) {
            kept = std::move(other);
            proven.insert(&kept);
        }
    }

    // False: some were not verified, for want of budget; they are gone.
    [[nodiscard]] bool cut(std::vector<SignaturePtr>& signatures, const SignatureCheck& check) {
        if (signatures.size() <= limits_.signatures) return true;
        bool all = true;
        std::erase_if(signatures, [&](const SignaturePtr& one) {
            const CheckResult result = checked(*one, check, all);
            return result != CheckResult::good;
        });
        if (signatures.size() > limits_.signatures) signatures.resize(limits_.signatures);
        return all;
    }

    [[nodiscard]] bool cut_revocations(Component& component) {
        if (component.revocations.size() <= limits_.signatures) return true;
        bool all = true;
        std::vector<SignaturePtr> good;
        for (SignaturePtr& one : component.revocations) {
            if (checked(*one, component.check, all) == CheckResult::good) {
                if (good.size() < limits_.signatures) good.push_back(std::move(one));
            } else if (may_be_appointed(*one)) {
                component.appointed.push_back(std::move(one));
            }
        }
        component.revocations = std::move(good);
        return all;
    }

    CheckResult checked(const Signature& signature, const SignatureCheck& check, bool& all) {
        if (certificate_.checks == kMaxReadingChecks) all = false;
        return check_within_budget(certificate_, signature, check);
    }

    [[nodiscard]] static std::unexpected<Error> too_many() {
        return fail(
            ErrorKind::exhausted, "openpgp.certificate", "more signatures than can be looked at");
    }

    Certificate& certificate_;
    const CertificateLimits& limits_;
    std::vector<Component> components_;
    std::set<Fingerprint, std::less<>> appointed_;
    std::set<KeyId> appointed_ids_;
};

// At most `most`: first those that are revoked, so that a bound does not bring a key back to life
// when it is met again; then those that are bound. False: the budget is spent.
template <class Part, class CheckOf>
bool cut_parts(Certificate& certificate,
               std::vector<Part>& parts,
               std::size_t most,
               const CheckOf& check_of) {
    if (parts.size() <= most) return true;
    std::vector<Part> ranked[3];
    for (Part& part : parts) {
        std::vector<SignaturePtr> revocations;
        std::vector<SignaturePtr> others;
        for (const SignaturePtr& one : part.signatures)
            (is_revocation(one->type()) ? revocations : others).push_back(one);
        const auto revoked = is_self_signed(certificate, revocations, check_of(part));
        if (!revoked) return false;
        const auto bound = *revoked ? revoked : is_self_signed(certificate, others, check_of(part));
        if (!bound) return false;
        ranked[*revoked ? 0 : *bound ? 1 : 2].push_back(std::move(part));
    }
    parts.clear();
    for (std::vector<Part>& rank : ranked) {
        for (Part& part : rank) {
            if (parts.size() < most) parts.push_back(std::move(part));
        }
    }
    return true;
}

bool cut_parts(Certificate& certificate, const CertificateLimits& limits) {
    const Key& primary = *certificate.primary;
    const auto over_subkey = [&primary](const Subkey& subkey) -> SignatureCheck {
        return [&primary, &key = *subkey.key](const Signature& one) {
            return check_over_subkey(one, primary, primary, key);
        };
    };
    const auto over_user_id = [&primary](const UserId& user_id) -> SignatureCheck {
        return [&primary, &user_id](const Signature& one) {
            return check_over_user_id(one, primary, primary, user_id.value, user_id.attribute);
        };
    };
    if (!cut_parts(certificate, certificate.subkeys, limits.subkeys, over_subkey)) return false;
    std::vector<UserId> attributes;
    std::vector<UserId> user_ids;
    const auto count = static_cast<std::size_t>(
        std::ranges::count(certificate.user_ids, true, &UserId::attribute));
    if (count <= limits.user_ids && certificate.user_ids.size() - count <= limits.user_ids) {
        return true;
    }
    for (UserId& one : certificate.user_ids)
        (one.attribute ? attributes : user_ids).push_back(std::move(one));
    if (!cut_parts(certificate, user_ids, limits.user_ids, over_user_id)) return false;
    if (!cut_parts(certificate, attributes, limits.user_ids, over_user_id)) return false;
    certificate.user_ids = std::move(user_ids);
    std::ranges::move(attributes, std::back_inserter(certificate.user_ids));
    return true;
}

}  // namespace

CheckResult check_within_budget(Certificate& certificate,
                                const Signature& signature,
                                const SignatureCheck& check) {
    if (certificate.checks == kMaxReadingChecks) return CheckResult::unsupported;
    const CheckResult result = check(signature);
    if (result == CheckResult::good || result == CheckResult::bad) ++certificate.checks;
    return result;
}

std::optional<bool> is_self_signed(Certificate& certificate,
                                   const std::vector<SignaturePtr>& signatures,
                                   const SignatureCheck& check) {
    for (const SignaturePtr& one : signatures) {
        if (!one->may_be_from(*certificate.primary)) continue;
        if (certificate.checks == kMaxReadingChecks) return std::nullopt;
        if (check_within_budget(certificate, *one, check) == CheckResult::good) return true;
    }
    return false;
}

Status keep_within(Certificate& certificate, const CertificateLimits& limits) {
    SG_TRYV(Bounds(certificate, limits).run());
    if (!cut_parts(certificate, limits)) {
        return fail(ErrorKind::exhausted,
                    "openpgp.certificate",
                    "more subkeys or user IDs than can be looked at");
    }
    return {};
}

}  // namespace sealgate::openpgp
