#pragma once
// SPDX-License-Identifier: Apache-2.0
// Unpredictable bytes from OpenSSL's generators.

#include "base/result.h"
#include "base/secret.h"

#include <cstdint>
#include <string>

namespace sealgate::crypto {

// A new secret of `size` octets, from the generator kept for secrets. transient: no entropy.
[[nodiscard]] Result<SecretBytes> random_key(std::size_t size);
// Bytes that may be seen by others: nonces, names, salts. transient: no entropy.
[[nodiscard]] Result<std::string> random_bytes(std::size_t size);
// The same as one number.
[[nodiscard]] Result<std::uint64_t> random_number();

}  // namespace sealgate::crypto
