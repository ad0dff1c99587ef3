#pragma once
// SPDX-License-Identifier: Apache-2.0
// Whether a signature was made by a key over certain octets (RFC 9580 section 5.2.4): cryptography
// alone. Times, policy and trust are judged elsewhere.

#include "crypto/hash.h"
#include "openpgp/key.h"
#include "openpgp/signature.h"

#include <cstdint>
#include <optional>
#include <string_view>

namespace sealgate::openpgp {

enum class CheckResult : std::uint8_t {
    good,
    bad,           // made by another key, or over other octets
    bad_digest,    // already the first two octets of the digest differ: no key was asked
    wrong_type,    // a type that is not made over such things
    not_this_key,  // key and signature of different versions or algorithms
    unsupported,   // a hash, algorithm or curve that is not known here
};

// The hash that a signature asks for, begun with its salt; nullopt: not known here.
[[nodiscard]] std::optional<crypto::Hash> begin_hash(const Signature& signature);

// `hash` has the signed octets, but not yet what the signature itself adds.
[[nodiscard]] CheckResult check_digest(const Signature& signature,
                                       const Key& signer,
                                       crypto::Hash hash);

// 0x1F, 0x20, and 0x30 when it takes back a 0x1F: over a primary key.
[[nodiscard]] CheckResult check_over_key(const Signature& signature,
                                         const Key& signer,
                                         const Key& primary);
// 0x18, 0x19 and 0x28: over a primary key and its subkey.
[[nodiscard]] CheckResult check_over_subkey(const Signature& signature,
                                            const Key& signer,
                                            const Key& primary,
                                            const Key& subkey);
// 0x10 to 0x13 and 0x30: over a primary key and a user ID, or a user attribute.
[[nodiscard]] CheckResult check_over_user_id(const Signature& signature,
                                             const Key& signer,
                                             const Key& primary,
                                             std::string_view user_id,
                                             bool is_attribute);

}  // namespace sealgate::openpgp
