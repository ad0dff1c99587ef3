#pragma once
// SPDX-License-Identifier: Apache-2.0
// One row of the table of what a certificate is worth (docs/openpgp-validity.md). For tests only.

#include "openpgp/test_forge.h"
#include "openpgp/validity.h"

#include <functional>
#include <initializer_list>
#include <map>
#include <ostream>
#include <set>
#include <string>
#include <vector>

namespace sealgate::openpgp::test {

using R = Reason;

// Times in the table are days since kT0, which is day 0.
constexpr Timestamp day(int days) {
    return static_cast<Timestamp>(static_cast<std::int64_t>(kT0) +
                                  std::int64_t{days} * std::int64_t{kDay});
}

// A question and its exact answers. What is not said is expected to be good, and to be for its
// ordinary use: the primary key for signing and certifying, a subkey for encryption. Whatever is
// against the primary key is against its subkeys too, and is not repeated.
struct Asked {
    Timestamp time = 0;
    std::vector<Reason> on_primary = {};
    std::map<std::size_t, std::vector<Reason>> on_user_ids = {};
    std::map<std::size_t, std::vector<Reason>> on_subkeys = {};
    // By key, the primary key first, where it is not the ordinary.
    std::map<std::size_t, std::string> allowed = {};

    Asked& primary(std::initializer_list<Reason> reasons) {
        on_primary = reasons;
        return *this;
    }
    Asked& user_id(std::initializer_list<Reason> reasons, std::size_t index = 0) {
        on_user_ids[index] = reasons;
        return *this;
    }
    Asked& subkey(std::initializer_list<Reason> reasons, std::size_t index = 0) {
        on_subkeys[index] = reasons;
        return *this;
    }
    // "sign certify encrypt", "nothing"
    Asked& primary_may(std::string uses) {
        allowed[0] = std::move(uses);
        return *this;
    }
    Asked& subkey_may(std::string uses, std::size_t index = 0) {
        allowed[index + 1] = std::move(uses);
        return *this;
    }
};

inline Asked at(int days) {
    return Asked{.time = day(days)};
}
inline Asked at_second(Timestamp time) {
    return Asked{.time = time};
}

struct Case {
    std::string name;
    std::string holds;    // what the certificate has
    std::string section;  // of RFC 9580; "" where it is our own policy
    std::function<CertificateForge()> make;
    std::vector<Asked> asked;
    std::function<std::vector<CertificatePtr>()> revokers = {};  // certificates at hand
    Policy policy = {};
};

inline void PrintTo(const Case& row, std::ostream* out) {  // NOLINT(readability-identifier-naming)
    *out << row.holds;
}

struct Group {
    std::string title;
    std::vector<Case> cases;
};

// ---- what most rows are made of ----

inline TestKey alice() {
    return TestKey::ed25519_v4("alice");
}
inline TestKey alice_v6() {
    return TestKey::ed25519_v6("alice");
}
inline TestKey box() {  // for encryption
    return TestKey::curve25519_v4("box");
}
inline TestKey box_v6() {
    return TestKey::x25519_v6("box");
}
inline TestKey pen() {  // a signing subkey
    return TestKey::ed25519_v4("pen");
}
inline TestKey mallory() {
    return TestKey::ed25519_v4("mallory");
}

inline constexpr std::string_view kAlice = "Alice <alice@example.org>";

inline Sign certify(int days = 0) {
    return Sign(SignatureType::positive_certification, day(days)).flags(kCertifySign);
}
inline Sign direct(int days = 0) {
    return Sign(SignatureType::direct_key, day(days)).flags(kCertifySign);
}
inline Sign bind(int days = 0) {
    return Sign(SignatureType::subkey_binding, day(days)).flags(kEncrypt);
}
inline Sign revoke_key(int days) {
    return Sign(SignatureType::key_revocation, day(days));
}
inline Sign revoke_subkey(int days) {
    return Sign(SignatureType::subkey_revocation, day(days));
}
inline Sign revoke_user_id(int days) {
    return Sign(SignatureType::certification_revocation, day(days));
}

// A version 4 certificate with these self-signatures of its user ID and its subkey.
inline CertificateForge with(const std::vector<Sign>& of_user_id,
                             const std::vector<Sign>& of_subkey = {bind()},
                             const std::vector<Sign>& of_primary = {}) {
    CertificateForge forge(alice());
    for (const Sign& one : of_primary)
        forge.sign(one);
    forge.user_id(kAlice);
    for (const Sign& one : of_user_id)
        forge.sign(one);
    forge.subkey(box());
    for (const Sign& one : of_subkey)
        forge.sign(one);
    return forge;
}
inline CertificateForge with_v6(const std::vector<Sign>& of_primary,
                                const std::vector<Sign>& of_user_id = {certify()},
                                const std::vector<Sign>& of_subkey = {bind()}) {
    CertificateForge forge(alice_v6());
    for (const Sign& one : of_primary)
        forge.sign(one);
    forge.user_id(kAlice);
    for (const Sign& one : of_user_id)
        forge.sign(one);
    forge.subkey(box_v6());
    for (const Sign& one : of_subkey)
        forge.sign(one);
    return forge;
}
// The ordinary one with a subkey for signing instead.
inline CertificateForge with_pen(const Sign& binding, const TestKey& subkey = pen()) {
    return CertificateForge(alice()).user_id(kAlice).sign(certify()).subkey(subkey).sign(binding);
}

Group expiry_cases();
Group self_signature_cases();
Group use_cases();
Group back_signature_cases();
Group revocation_cases();
Group appointed_cases();
Group key_cases();

}  // namespace sealgate::openpgp::test
