#pragma once
// SPDX-License-Identifier: Apache-2.0
// Whether another certificate vouches for a user ID (RFC 9580 section 5.2.1.6 and following), step
// by step from one authority: no chains.

#include "openpgp/checked_certificate.h"
#include "openpgp/finding.h"
#include "openpgp/validity.h"

#include <cstddef>

namespace sealgate::openpgp {

// Whether `authority` says at the time of the question that this user ID belongs to this
// certificate; empty: yes. The certificate may be its own authority: then its self-signature is
// asked. For others the user ID need not be self-signed, but must not have been revoked by its
// owner, and the primary key must be valid. `certificate` must have been read with
// CertificateLimits::third_party. unknown_key: there is no certification by that authority.
//
// A certification counts when it verifies, was made by the authority's primary key while that is
// valid for certifying, with a hash that is strong enough for what strangers chose, has not
// expired, and was not revoked by the authority. The newest decides.
[[nodiscard]] Findings judge_certification(const CheckedCertificate& certificate,
                                           std::size_t user_id,
                                           const CheckedCertificate& authority,
                                           const Question& question);

}  // namespace sealgate::openpgp
