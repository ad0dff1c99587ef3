#pragma once
// SPDX-License-Identifier: Apache-2.0
// What is kept of a certificate to which anybody may have added anything. What speaks against a key
// is kept before what speaks for it, and what is forged never takes the place of what is genuine:
// where there is more than a limit allows, signatures are verified, within a budget.

#include "openpgp/certificate.h"
#include "openpgp/signature_check.h"

#include <functional>
#include <vector>

namespace sealgate::openpgp {

// Public key operations for one certificate, all told.
inline constexpr std::size_t kMaxReadingChecks = 500;

using SignatureCheck = std::function<CheckResult(const Signature&)>;

// Checks at the expense of certificate.checks; unsupported when the budget is spent.
[[nodiscard]] CheckResult check_within_budget(Certificate& certificate,
                                              const Signature& signature,
                                              const SignatureCheck& check);

// Whether a signature by the primary key stands behind a component, for or against it. `check`:
// that one is over this component. nullopt: the budget is spent.
[[nodiscard]] std::optional<bool> is_self_signed(Certificate& certificate,
                                                 const std::vector<SignaturePtr>& signatures,
                                                 const SignatureCheck& check);

// Each signature once, and no more signatures and components than the limits say. exhausted: there
// are so many revocations that one would have to be left out unread.
[[nodiscard]] Status keep_within(Certificate& certificate, const CertificateLimits& limits);

}  // namespace sealgate::openpgp
