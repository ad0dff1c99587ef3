#pragma once
// SPDX-License-Identifier: Apache-2.0
// What is strong enough, and since when not any more. One object, an argument of every question, so
// that no parser hides a judgement. Made by default, it is the policy of the mail path.

#include "openpgp/finding.h"
#include "openpgp/key.h"
#include "openpgp/signature.h"

#include <optional>
#include <set>
#include <string>

namespace sealgate::openpgp {

// What a signature is used for, as far as its hash matters.
enum class HashUse : std::uint8_t {
    data,            // a stranger may have chosen the octets
    self_signature,  // the owner of the key chose them
};

struct Policy {
    // 2019-01-19: SHA-1 in self-signatures made before counts, if there is no newer one. By then
    // the known software had stopped making them; chosen-prefix collisions came later.
    Timestamp sha1_self_signatures_until = 1547856000;
    std::size_t rsa_bits_least = 2048;
    std::size_t rsa_bits_most = 8192;
    // DSA and Elgamal of 2048 bits and more, 3DES, CAST5 and Blowfish: for opening old mail when
    // one asks for it, never on the mail path.
    bool legacy_algorithms = false;
    // How far another clock may be ahead of ours, in seconds.
    Timestamp skew = 3600;
    // Critical notations with these names are understood.
    std::set<std::string, std::less<>> known_notations = {};

    [[nodiscard]] std::optional<Finding> judge_hash(std::uint8_t hash,
                                                    HashUse use,
                                                    Timestamp created) const;
    [[nodiscard]] std::optional<Finding> judge_key(const Key& key) const;
    // Critical subpackets and notations that nobody here understands.
    [[nodiscard]] std::optional<Finding> judge_critical(const Signature& signature) const;
    // Whether messages under this cipher may be opened.
    [[nodiscard]] std::optional<Finding> judge_cipher(std::uint8_t cipher) const;
};

}  // namespace sealgate::openpgp
