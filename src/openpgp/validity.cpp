// SPDX-License-Identifier: Apache-2.0
#include "openpgp/validity.h"

#include "base/clock.h"

#include <algorithm>
#include <chrono>

namespace sealgate::openpgp {
namespace {

constexpr std::size_t kMaxUserId = 2048;

std::string date(Timestamp time) {
    return to_rfc3339(WallTime(std::chrono::seconds(time)));
}

void add(Findings& findings, Reason reason, std::string detail = {}) {
    findings.push_back({reason, std::move(detail)});
}
void add(Findings& findings, std::optional<Finding> finding) {
    if (finding) findings.push_back(*std::move(finding));
}

// The end of a period that begins at `start`; nullopt: it has none (a length of 0 or absent).
std::optional<std::uint64_t> end_of(Timestamp start, std::optional<Timestamp> length) {
    if (!length || *length == 0) return std::nullopt;
    return std::uint64_t{start} + *length;
}

// What keeps a verified self-signature from counting at that time. `oldest`: when the youngest key
// it is about was made.
std::optional<Finding> why_not(const Signature& signature,
                               Timestamp oldest,
                               const Question& question) {
    if (!signature.created()) return Finding{Reason::no_creation_time, {}};
    const Timestamp created = *signature.created();
    if (created < oldest) return Finding{Reason::before_key, date(created)};
    if (created > question.at) return Finding{Reason::from_the_future, date(created)};
    if (const auto end = end_of(created, signature.expires_after()); end && *end <= question.at) {
        return Finding{Reason::expired, date(static_cast<Timestamp>(*end))};
    }
    if (auto critical = question.policy.judge_critical(signature)) return critical;
    return question.policy.judge_hash(signature.hash_id(), HashUse::self_signature, created);
}

bool is_sha1(const Signature& signature) {
    return hash_of(signature.hash_id()) == crypto::HashAlgorithm::sha1;
}

struct Choice {
    SignaturePtr binding;
    SignaturePtr back_signature;
    Findings passed_over;  // why others do not count
};

// The newest that counts. The list is in that order already. `cancelled`: why one that is otherwise
// good was taken back.
template <class Cancelled>
Choice choose(const std::vector<CheckedSignature>& bindings,
              Timestamp oldest,
              const Question& question,
              const Cancelled& cancelled) {
    Choice out;
    bool newer = false;  // something newer than what is looked at does not count
    for (const CheckedSignature& checked : bindings) {
        const Signature& signature = *checked.signature;
        if (signature.created().value_or(0) > question.at) continue;  // not made yet
        if (checked.result != CheckResult::good) {
            add(out.passed_over,
                checked.result == CheckResult::unsupported ? Reason::unsupported
                                                           : Reason::bad_signature);
            continue;
        }
        auto reason = why_not(signature, oldest, question);
        if (!reason) reason = cancelled(signature);
        if (!reason && newer && is_sha1(signature)) {
            reason = Finding{Reason::weak_hash, "SHA-1, and there is a newer one"};
        }
        if (!reason) {
            out.binding = checked.signature;
            out.back_signature = checked.back_signature;
            return out;
        }
        newer = true;
        add(out.passed_over, std::move(reason));
    }
    return out;
}

Choice choose(const std::vector<CheckedSignature>& bindings,
              Timestamp oldest,
              const Question& question) {
    return choose(
        bindings, oldest, question, [](const Signature&) { return std::optional<Finding>(); });
}

const CheckedCertificate* find_revoker(const Question& question, std::string_view fingerprint) {
    for (const CertificatePtr& one : question.revokers) {
        if (one->fingerprint() == fingerprint) return one.get();
    }
    return nullptr;
}

// What a revocation means at that time; nullopt: nothing yet.
std::optional<Finding> meaning_of(const Signature& revocation, const Question& question) {
    const Timestamp created = revocation.created().value_or(0);
    const auto& reason = revocation.revocation_reason();
    std::string detail = date(created);
    if (reason) detail += ", code " + std::to_string(reason->code);
    if (revocation.is_hard_revocation()) return Finding{Reason::revoked_hard, std::move(detail)};
    if (created <= question.at) return Finding{Reason::revoked_soft, std::move(detail)};
    return std::nullopt;
}

// Revocations of a component. `check`: whether one by somebody else's key is genuine. `renewed`:
// until when soft ones were overtaken by a new self-signature; not those of that second.
template <class Check>
void add_revocations(Findings& findings,
                     const CheckedComponent& component,
                     const Question& question,
                     const Check& check,
                     Timestamp renewed = 0) {
    const auto take = [&](const Signature& one) {
        if (!one.is_hard_revocation() && one.created().value_or(0) < renewed) return;
        add(findings, meaning_of(one, question));
    };
    for (const CheckedSignature& one : component.revocations) {
        if (one.result == CheckResult::good) take(*one.signature);
    }
    for (const AppointedRevocation& one : component.appointed) {
        const CheckedCertificate* const revoker = find_revoker(question, one.revoker);
        if (revoker == nullptr) {
            add(findings, Reason::revocation_unclear, "by " + to_hex_upper(one.revoker));
        } else if (check(*one.signature, *revoker->certificate().primary) == CheckResult::good) {
            take(*one.signature);
        }
    }
}

// The user ID whose self-signature speaks for a version 4 primary key: one that is marked primary
// before one that is not, then the newest.
SignaturePtr primary_user_id_binding(const CheckedCertificate& certificate,
                                     const Question& question) {
    SignaturePtr best;
    for (std::size_t i = 0; i < certificate.user_ids().size(); ++i) {
        const UserIdState state = judge_user_id(certificate, i, question);
        if (!state.valid() || state.attribute) continue;
        const auto rank = [](const Signature& one) {
            return std::pair(one.primary_user_id(), one.created().value_or(0));
        };
        if (!best || rank(*state.binding) > rank(*best)) best = state.binding;
    }
    return best;
}

// Section 5.2.1.13: a certification revocation over the primary key alone takes back the direct key
// signatures made before it.
Choice choose_direct(const CheckedCertificate& certificate, const Question& question) {
    const CheckedComponent& component = certificate.primary();
    return choose(component.bindings,
                  certificate.certificate().primary->created(),
                  question,
                  [&](const Signature& binding) -> std::optional<Finding> {
                      for (const CheckedSignature& one : component.cancellations) {
                          const bool renewed =
                              !one.signature->is_hard_revocation() &&
                              binding.created() > one.signature->created().value_or(0);
                          if (renewed) continue;
                          if (auto finding = meaning_of(*one.signature, question)) return finding;
                      }
                      return std::nullopt;
                  });
}

void judge_lifetime(KeyState& state, std::optional<Timestamp> length, const Question& question) {
    const Timestamp created = state.key->created();
    if (created > question.at) add(state.findings, Reason::from_the_future, date(created));
    const auto end = end_of(created, length);
    if (!end) return;
    state.expires = static_cast<Timestamp>(std::min<std::uint64_t>(*end, UINT32_MAX));
    if (*end <= question.at) add(state.findings, Reason::key_expired, date(*state.expires));
}

bool allows(const KeyState& state, KeyUse use) {
    switch (use) {
        case KeyUse::sign:
            return state.flags.sign() && can_sign(state.key->algorithm());
        case KeyUse::encrypt:
            return state.flags.encrypt() && can_encrypt(state.key->algorithm());
        case KeyUse::certify:
            return state.flags.certify() && can_sign(state.key->algorithm());
    }
    return false;
}

// `state` for a use: adds what speaks against that.
KeyState for_use(KeyState state, KeyUse use) {
    if (!allows(state, use)) {
        constexpr std::string_view kWords[] = {"signing", "encryption", "certification"};
        add(state.findings,
            Reason::not_for_this_use,
            std::string(kWords[static_cast<std::size_t>(use)]));
    }
    return state;
}

}  // namespace

KeyState judge_primary(const CheckedCertificate& certificate, const Question& question) {
    KeyState state;
    const Key& key = *certificate.certificate().primary;
    state.key = certificate.certificate().primary;
    Choice direct = choose_direct(certificate, question);
    // The signature that decides, and the one asked where that one is silent.
    SignaturePtr second;
    if (key.version() == 6) {
        state.binding = direct.binding;
        second = primary_user_id_binding(certificate, question);
    } else {
        state.binding = primary_user_id_binding(certificate, question);
        second = direct.binding;
        if (!state.binding) std::swap(state.binding, second);
    }
    add(state.findings, question.policy.judge_key(key));
    if (!state.binding) {
        add(state.findings, Reason::not_bound);
        std::ranges::move(direct.passed_over, std::back_inserter(state.findings));
    }
    const auto from_either = [&](auto get) {
        using Value = std::invoke_result_t<decltype(get), const Signature&>;
        Value value = state.binding ? get(*state.binding) : Value();
        if (!value && second) value = get(*second);
        return value;
    };
    const auto flags = from_either([](const Signature& one) { return one.key_flags(); });
    state.has_flags = flags.has_value();
    // Before key flags existed, a primary key was for certifying and signing.
    constexpr KeyFlags kOld{KeyFlags::kCertify | KeyFlags::kSign};
    constexpr KeyFlags kNew{KeyFlags::kCertify};
    state.flags = flags.value_or(key.version() == 6 ? kNew : kOld);
    // "Never" in one of them does not overrule a date in the other.
    const auto lifetime = from_either([](const Signature& one) {
        return one.key_expires_after() == Timestamp{0} ? std::nullopt : one.key_expires_after();
    });
    judge_lifetime(state, lifetime, question);
    add_revocations(state.findings,
                    certificate.primary(),
                    question,
                    [&](const Signature& signature, const Key& revoker) {
                        return check_over_key(signature, revoker, key);
                    });
    return state;
}

namespace {

// `state`: that of the primary key.
KeyState judge_subkey_of(KeyState state,
                         const CheckedCertificate& certificate,
                         std::size_t index,
                         const Question& question) {
    for (Finding& finding : state.findings)
        finding.detail.insert(0, finding.detail.empty() ? "primary key" : "primary key: ");
    const Key& primary = *certificate.certificate().primary;
    const CheckedComponent& component = certificate.subkeys()[index];
    state.key = certificate.certificate().subkeys[index].key;
    const Timestamp oldest = std::max(primary.created(), state.key->created());
    Choice choice = choose(component.bindings, oldest, question);
    state.binding = choice.binding;
    state.expires.reset();
    add(state.findings, question.policy.judge_key(*state.key));
    if (!state.binding) {
        add(state.findings, Reason::not_bound);
        std::ranges::move(choice.passed_over, std::back_inserter(state.findings));
    }
    const auto flags = state.binding ? state.binding->key_flags() : std::nullopt;
    state.has_flags = flags.has_value();
    state.flags = flags.value_or(KeyFlags{});
    if (state.flags.sign() || state.flags.certify()) {
        // Without it, anybody could adopt a foreign signing key as his own.
        if (!choice.back_signature) {
            add(state.findings, Reason::no_back_signature);
        } else if (auto reason = why_not(*choice.back_signature, state.key->created(), question)) {
            add(state.findings, Reason::no_back_signature, std::string(to_string(reason->reason)));
        }
    }
    judge_lifetime(
        state, state.binding ? state.binding->key_expires_after() : std::nullopt, question);
    add_revocations(
        state.findings, component, question, [&](const Signature& signature, const Key& revoker) {
            return check_over_subkey(signature, revoker, primary, *state.key);
        });
    return state;
}

}  // namespace

KeyState judge_subkey(const CheckedCertificate& certificate,
                      std::size_t index,
                      const Question& question) {
    return judge_subkey_of(judge_primary(certificate, question), certificate, index, question);
}

UserIdState judge_user_id(const CheckedCertificate& certificate,
                          std::size_t index,
                          const Question& question) {
    UserIdState state;
    const UserId& user_id = certificate.certificate().user_ids[index];
    const CheckedComponent& component = certificate.user_ids()[index];
    state.value = user_id.value;
    state.attribute = user_id.attribute;
    const Timestamp oldest = certificate.certificate().primary->created();
    Choice choice = choose(component.bindings, oldest, question);
    state.binding = choice.binding;
    if (!state.binding) {
        add(state.findings, Reason::not_bound);
        std::ranges::move(choice.passed_over, std::back_inserter(state.findings));
    } else {
        state.primary = state.binding->primary_user_id();
    }
    // It may be certified anew after a soft revocation.
    const Timestamp renewed = state.binding ? state.binding->created().value_or(0) : 0;
    add_revocations(
        state.findings,
        component,
        question,
        [&](const Signature& signature, const Key& revoker) {
            return check_over_user_id(signature,
                                      revoker,
                                      *certificate.certificate().primary,
                                      state.value,
                                      state.attribute);
        },
        renewed);
    return state;
}

std::optional<KeyState> judge_key(const CheckedCertificate& certificate,
                                  std::string_view fingerprint,
                                  KeyUse use,
                                  const Question& question) {
    const Certificate& all = certificate.certificate();
    if (all.primary->fingerprint() == fingerprint) {
        return for_use(judge_primary(certificate, question), use);
    }
    for (std::size_t i = 0; i < all.subkeys.size(); ++i) {
        if (all.subkeys[i].key->fingerprint() == fingerprint) {
            return for_use(judge_subkey(certificate, i, question), use);
        }
    }
    return std::nullopt;
}

std::vector<KeyState> judge_keys(const CheckedCertificate& certificate,
                                 KeyUse use,
                                 const Question& question) {
    std::vector<KeyState> out;
    const KeyState primary = judge_primary(certificate, question);
    out.push_back(for_use(primary, use));
    for (std::size_t i = 0; i < certificate.subkeys().size(); ++i)
        out.push_back(for_use(judge_subkey_of(primary, certificate, i, question), use));
    return out;
}

std::optional<mime::Address> mailbox_of(std::string_view user_id) {
    if (user_id.size() > kMaxUserId) return std::nullopt;
    const auto is_control = [](char c) {
        return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
    };
    if (std::ranges::any_of(user_id, is_control)) return std::nullopt;
    std::string_view address = user_id;
    if (const std::size_t open = user_id.find('<'); open != std::string_view::npos) {
        // Exactly one pair of brackets, at the very end, and no second address in the name.
        if (!user_id.ends_with('>')) return std::nullopt;
        const std::string_view name = user_id.substr(0, open);
        if (name.find('@') != std::string_view::npos) return std::nullopt;
        address = user_id.substr(open + 1, user_id.size() - open - 2);
        if (address.find_first_of("<>") != std::string_view::npos) return std::nullopt;
    }
    // A quoted local part may look like another address to whoever reads it.
    if (address.starts_with('"')) return std::nullopt;
    auto parsed = mime::Address::parse(address);
    if (!parsed) return std::nullopt;
    return *std::move(parsed);
}

bool names_mailbox(const CheckedCertificate& certificate,
                   const mime::Address& address,
                   const Question& question) {
    if (!judge_primary(certificate, question).valid()) return false;
    for (std::size_t i = 0; i < certificate.user_ids().size(); ++i) {
        const UserIdState state = judge_user_id(certificate, i, question);
        if (!state.valid() || state.attribute) continue;
        if (const auto named = mailbox_of(state.value); named && *named == address) return true;
    }
    return false;
}

}  // namespace sealgate::openpgp
