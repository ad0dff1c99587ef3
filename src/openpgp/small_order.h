#pragma once
// SPDX-License-Identifier: Apache-2.0
// Public keys that are points of small order: whatever the other side does, the shared secret is
// zero, and a signature by such a key can be made by anybody.

#include "crypto/public_key.h"

#include <string_view>

namespace sealgate::openpgp {

// `key`: crypto::raw_key_size(kind) octets. True as well for another spelling of such a point.
[[nodiscard]] bool has_small_order(crypto::RawKind kind, std::string_view key);

}  // namespace sealgate::openpgp
