#pragma once
// SPDX-License-Identifier: Apache-2.0
// A certificate whose self-signatures have been verified, once: that costs a public key operation
// each and depends on nothing but the octets. Everything that depends on a time or on a policy is
// asked afterwards (validity.h) and costs next to nothing.

#include "openpgp/certificate.h"
#include "openpgp/signature_check.h"

#include <memory>
#include <span>
#include <vector>

namespace sealgate::openpgp {

struct CheckedSignature {
    SignaturePtr signature;
    CheckResult result = CheckResult::bad;
    // Of a subkey binding: the 0x19 by the subkey that it carries, when that one verifies.
    SignaturePtr back_signature;
};

// A revocation by a key that the certificate appoints (section 5.2.3.23).
struct AppointedRevocation {
    SignaturePtr signature;
    Fingerprint revoker;
};

// The self-signatures of one component, the newest first, good and bad ones.
struct CheckedComponent {
    std::vector<CheckedSignature> bindings;     // 0x1F; 0x10 to 0x13; 0x18
    std::vector<CheckedSignature> revocations;  // 0x20; 0x30; 0x28
    // Of the primary key: 0x30 over it, which take back direct key signatures (section 5.2.1.13).
    std::vector<CheckedSignature> cancellations;
    std::vector<AppointedRevocation> appointed;  // not verified: the revoker's key is not here
};

struct CheckLimits {
    // Public key operations; what is beyond counts as unsupported. Of each component the
    // revocations are checked first: a binding that was checked has no unchecked revocation beside
    // it.
    std::size_t checks = 500;
};

class CheckedCertificate {
public:
    explicit CheckedCertificate(Certificate certificate, const CheckLimits& limits = {});

    [[nodiscard]] const Certificate& certificate() const { return certificate_; }
    [[nodiscard]] const Fingerprint& fingerprint() const { return certificate_.fingerprint(); }
    [[nodiscard]] const CheckedComponent& primary() const { return primary_; }
    // In the order of certificate().user_ids and certificate().subkeys.
    [[nodiscard]] const std::vector<CheckedComponent>& user_ids() const { return user_ids_; }
    [[nodiscard]] const std::vector<CheckedComponent>& subkeys() const { return subkeys_; }
    // Keys that may revoke this certificate, by its own verified word; at most 4.
    [[nodiscard]] const std::vector<Fingerprint>& revokers() const { return revokers_; }
    [[nodiscard]] bool over_budget() const { return over_budget_; }
    [[nodiscard]] std::size_t checks() const { return checks_; }  // that were made

private:
    Certificate certificate_;
    CheckedComponent primary_;
    std::vector<CheckedComponent> user_ids_;
    std::vector<CheckedComponent> subkeys_;
    std::vector<Fingerprint> revokers_;
    bool over_budget_ = false;
    std::size_t checks_ = 0;
};

using CertificatePtr = std::shared_ptr<const CheckedCertificate>;

}  // namespace sealgate::openpgp
