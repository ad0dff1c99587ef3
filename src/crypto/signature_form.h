#pragma once
// SPDX-License-Identifier: Apache-2.0
// Signatures in the form that OpenSSL or RFC 8017 compares. Only for this folder.

#include "crypto/hash.h"

#include <string>
#include <string_view>

namespace sealgate::crypto {

// Writes EMSA-PKCS1-v1_5 of a digest (RFC 8017 section 9.2) to `size` octets. False when the digest
// has not its hash's length, or `size` is too small for it.
[[nodiscard]] bool encode_emsa(HashAlgorithm hash,
                               std::string_view digest,
                               unsigned char* out,
                               std::size_t size);

// SEQUENCE { INTEGER r, INTEGER s } in DER; empty when either is 0 or beyond 127 octets.
[[nodiscard]] std::string encode_der(std::string_view r, std::string_view s);

}  // namespace sealgate::crypto
