#pragma once
// SPDX-License-Identifier: Apache-2.0
// Who signed a document, and whether that counts. All signatures are judged and all findings
// returned: what a good signature of the wrong person means, or one bad among two, is for the
// caller, who knows the sender.

#include "base/result.h"
#include "openpgp/checked_certificate.h"
#include "openpgp/finding.h"
#include "openpgp/policy.h"
#include "openpgp/signed_octets.h"
#include "openpgp/validity.h"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sealgate::openpgp {

struct VerifyOptions {
    const Policy& policy;
    Timestamp now = 0;
    // SOP's --verify-not-before and --verify-not-after, both included.
    std::optional<Timestamp> not_before = {};
    std::optional<Timestamp> not_after = {};
    // Our own keys: a signature that names intended recipients must name one of them. Empty: not
    // asked.
    std::span<const Fingerprint> recipients = {};
};

struct SignatureVerdict {
    Findings findings;  // empty: good
    SignatureType type{};
    std::optional<Timestamp> created;
    Fingerprint signing_key;   // "": no certificate of the issuer
    Fingerprint certificate;   // of the primary key
    std::uint64_t offset = 0;  // of the signature packet
    std::string issuer;        // the hint, for logs: a fingerprint or key ID

    [[nodiscard]] bool good() const { return findings.empty(); }
};

// The signature packets of a detached signature, and nothing else (markers and padding aside).
// malformed: any other packet, none at all; exhausted: more than `most`. One that cannot be read is
// in the list as a verdict of its own.
struct SignatureList {
    std::vector<SignaturePtr> signatures;
    std::vector<SignatureVerdict> unreadable;
};
[[nodiscard]] Result<SignatureList> read_signatures(std::string_view octets, std::size_t most = 32);

// `document` has seen the octets, and expected the signature before.
[[nodiscard]] SignatureVerdict judge_signature(const Signature& signature,
                                               const SignedOctets& document,
                                               std::span<const CertificatePtr> certificates,
                                               const VerifyOptions& options);

// The whole for octets in memory.
[[nodiscard]] Result<std::vector<SignatureVerdict>> verify_detached(
    std::string_view signatures,
    std::string_view document,
    std::span<const CertificatePtr> certificates,
    const VerifyOptions& options);

}  // namespace sealgate::openpgp
