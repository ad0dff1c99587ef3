#pragma once
// SPDX-License-Identifier: Apache-2.0
// A certificate (transferable public or secret key, RFC 9580 section 10.1 and 10.2) as the sequence
// of its components, each with the signatures that stand behind it. Nothing is verified here; what
// is kept is bounded, and what is left out is said.

#include "base/result.h"
#include "openpgp/key.h"
#include "openpgp/signature.h"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace sealgate::openpgp {

struct CertificateLimits {
    std::size_t octets = 1U << 20U;   // of one certificate, without what is left out
    std::size_t packets = 1'000'000;  // of the whole input
    std::size_t certificates = 10'000;
    std::size_t user_ids = 64;  // user attributes as well, counted apart
    std::size_t subkeys = 64;
    std::size_t signatures =
        32;  // self-signatures of one component, the newest; and as many revocations
    std::size_t user_id_octets = 2048;
    bool third_party = false;  // keep certifications by other keys
    SignatureLimits signature = {};
};

struct UserId {
    std::string value;  // any octets: by convention UTF-8 (section 5.11)
    bool attribute = false;
    std::vector<SignaturePtr> signatures;
};

struct Subkey {
    KeyPtr key;
    std::vector<SignaturePtr> signatures;
};

struct Certificate {
    KeyPtr primary;
    std::vector<SignaturePtr> signatures;  // direct key signatures and revocations of the primary
    std::vector<UserId> user_ids;
    std::vector<Subkey> subkeys;
    // What was passed over or left out, a sentence each, with offsets.
    std::vector<std::string> notes;
    // Public key operations that it took to choose what is kept, where there was too much: 500 at
    // most.
    std::size_t checks = 0;

    [[nodiscard]] const Fingerprint& fingerprint() const { return primary->fingerprint(); }
    [[nodiscard]] bool is_secret() const;
};

// All certificates of a keyring, or of one file. Those that cannot be used (version 3, unknown
// versions, over a limit of their own) are left out, with a sentence in `notes`. malformed: the
// sequence breaks the grammar (text that is not packets, a component before any key, an unknown
// critical packet in between); exhausted: more packets or certificates than the limits say.
struct Keyring {
    std::vector<Certificate> certificates;
    std::vector<std::string> notes;
};
[[nodiscard]] Result<Keyring> read_certificates(std::string_view octets,
                                                const CertificateLimits& limits = {});

// Exactly one. malformed also: none, or several. refused, not_found: as Key::parse says; exhausted
// also: it is over a limit, or has more revocations than can be looked at.
[[nodiscard]] Result<Certificate> read_certificate(std::string_view octets,
                                                   const CertificateLimits& limits = {});

// All that either has, each signature once, the newest within the limits; no revocation of either
// is ever left out in favour of something else. refused: not the same primary key; exhausted: more
// revocations, or more components, than can be looked at. A secret part stays.
[[nodiscard]] Result<Certificate> merge(const Certificate& a,
                                        const Certificate& b,
                                        const CertificateLimits& limits = {});

enum class SecretParts : std::uint8_t { leave_out, keep };
// As packets, in the order of section 10.1. Signatures marked not exportable are left out of public
// ones, revocations aside.
[[nodiscard]] std::string write_certificate(const Certificate& certificate,
                                            SecretParts secrets = SecretParts::leave_out);

}  // namespace sealgate::openpgp
