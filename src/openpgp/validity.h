#pragma once
// SPDX-License-Identifier: Apache-2.0
// What a certificate is worth at a given time under a given policy (RFC 9580 sections 5.2.3 and
// 10.1). Pure: the clock, the policy and the certificates of appointed revokers are arguments.
//
// The rules, where the RFC leaves a choice:
// - Of the self-signatures that were made before the time of the question, the newest that counts
//   decides. One whose hash is weak, or which says something critical that nobody understands, does
//   not count; SHA-1 counts only if nothing newer exists.
// - A hard revocation is for all times. A soft one is from its date on. Neither is taken back for a
//   key; a user ID may be certified anew after a soft one.
// - A revocation counts whatever its own hash: an attacker gains nothing by forging one that only
//   stops the use of a key, and ignoring one would be worse.
// - A version 6 primary key needs a direct key signature; a version 4 one that or a user ID's. What
//   that one does not say of the primary key (its expiry, its flags) the other may.

#include "mime/address.h"
#include "openpgp/checked_certificate.h"
#include "openpgp/finding.h"
#include "openpgp/policy.h"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace sealgate::openpgp {

// The circumstances of a question.
struct Question {
    const Policy& policy;
    // The time it is about: when a message was signed, or now.
    Timestamp at = 0;
    // Certificates that may have been appointed to revoke others.
    std::span<const CertificatePtr> revokers = {};
};

struct KeyState {
    KeyPtr key;
    Findings findings;  // empty: it is valid at that time
    KeyFlags flags;
    bool has_flags = false;  // the binding says what it is for
    std::optional<Timestamp> expires;
    SignaturePtr binding;  // the self-signature that decided; null: none did

    [[nodiscard]] bool valid() const { return findings.empty(); }
};

struct UserIdState {
    std::string_view value;  // borrowed from the certificate
    bool attribute = false;
    bool primary = false;
    Findings findings;
    SignaturePtr binding;

    [[nodiscard]] bool valid() const { return findings.empty(); }
};

// The primary key: self-signed, not revoked, not expired, strong enough.
[[nodiscard]] KeyState judge_primary(const CheckedCertificate& certificate,
                                     const Question& question);
// A subkey of it: bound, and everything that holds against the primary key holds against it.
[[nodiscard]] KeyState judge_subkey(const CheckedCertificate& certificate,
                                    std::size_t index,
                                    const Question& question);
[[nodiscard]] UserIdState judge_user_id(const CheckedCertificate& certificate,
                                        std::size_t index,
                                        const Question& question);

enum class KeyUse : std::uint8_t { sign, encrypt, certify };

// The state of the key with this fingerprint for a use: what judge_primary or judge_subkey say, and
// whether its flags and its algorithm allow it. nullopt: the certificate has no such key.
[[nodiscard]] std::optional<KeyState> judge_key(const CheckedCertificate& certificate,
                                                std::string_view fingerprint,
                                                KeyUse use,
                                                const Question& question);
// All keys of the certificate for a use, valid or not; primary key first.
[[nodiscard]] std::vector<KeyState> judge_keys(const CheckedCertificate& certificate,
                                               KeyUse use,
                                               const Question& question);

// The mailbox that a user ID names: "Name <address>" or an address alone. nullopt: none, or more
// than one could be read from it.
[[nodiscard]] std::optional<mime::Address> mailbox_of(std::string_view user_id);

// Whether the primary key is valid and a user ID that is valid names this mailbox.
[[nodiscard]] bool names_mailbox(const CheckedCertificate& certificate,
                                 const mime::Address& address,
                                 const Question& question);

}  // namespace sealgate::openpgp
