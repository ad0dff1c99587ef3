#pragma once
// SPDX-License-Identifier: Apache-2.0
// The secret part of a key (RFC 9580 section 5.5.3), unlocked.

#include "base/result.h"
#include "crypto/public_key.h"
#include "openpgp/key.h"

#include <string_view>

namespace sealgate::openpgp {

struct UnlockedKey {
    KeyPtr key;
    crypto::PrivateKey secret;
};

enum class Protection : std::uint8_t {
    none,  // not encrypted
    passphrase,
    elsewhere,  // the secret part is missing, or on a card: nothing to unlock
    unknown,
};
[[nodiscard]] Protection protection_of(const Key& key);

// Takes the secret part with a passphrase ("" for an unprotected key) and proves that it belongs to
// the public one. refused: a wrong passphrase; malformed: broken octets, or the two halves do not
// belong together; not_found: no secret part, or an algorithm, S2K or protection that is not known.
[[nodiscard]] Result<UnlockedKey> unlock(const KeyPtr& key, std::string_view passphrase);

}  // namespace sealgate::openpgp
