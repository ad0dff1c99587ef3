#pragma once
// SPDX-License-Identifier: Apache-2.0
// Keys made from other secrets.

#include "base/result.h"
#include "base/secret.h"
#include "crypto/hash.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace sealgate::crypto {

// RFC 5869, extract and expand; `size` is 1 to 255 digests.
[[nodiscard]] SecretBytes hkdf(HashAlgorithm hash,
                               std::string_view secret,
                               std::string_view salt,
                               std::string_view info,
                               std::size_t size);

struct Argon2Cost {
    std::uint32_t passes = 1;
    std::uint32_t lanes = 1;
    std::uint32_t memory_kib = 8;
};

// Argon2id, version 0x13 (RFC 9106). Takes memory_kib of memory and all of one core, however many
// lanes: the caller has bounded the cost before. `secret` and `associated` are RFC 9106's K and X,
// which OpenPGP leaves empty. exhausted: no memory; malformed: costs that RFC 9106 does not allow,
// a salt below 8 or a size below 4 octets.
[[nodiscard]] Result<SecretBytes> argon2id(std::string_view password,
                                           std::string_view salt,
                                           const Argon2Cost& cost,
                                           std::size_t size,
                                           std::string_view secret = {},
                                           std::string_view associated = {});

// AES key unwrap (RFC 3394 section 2.2.2), `key` of 16, 24 or 32 octets. malformed: a wrapped key
// that is not 8n octets with n >= 3 (or is longer than 64 KiB), or whose integrity check fails.
[[nodiscard]] Result<SecretBytes> aes_key_unwrap(std::string_view key, std::string_view wrapped);
// The same the other way. malformed: not 8n octets with n >= 2 (or longer than 64 KiB).
[[nodiscard]] Result<std::string> aes_key_wrap(std::string_view key, std::string_view secret);

}  // namespace sealgate::crypto
