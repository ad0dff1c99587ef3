#pragma once
// SPDX-License-Identifier: Apache-2.0
// String-to-key (RFC 9580 section 3.7): a key from a passphrase, as costly as its maker wished.
// What a stranger wishes is bounded before anything is allocated.

#include "base/result.h"
#include "base/secret.h"
#include "openpgp/octet_reader.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace sealgate::openpgp {

struct S2kLimits {
    std::uint64_t iterated_octets = 65'011'712;   // all that the coded count can say
    std::uint32_t argon2_memory_kib = 1U << 20U;  // 1 GiB
    std::uint8_t argon2_passes = 10;
    std::uint8_t argon2_lanes = 16;
};

enum class S2kKind : std::uint8_t { simple = 0, salted = 1, iterated = 3, argon2 = 4 };

class S2k {
public:
    // Takes the specifier and leaves what follows it. malformed: cut off, or costs that RFC 9106
    // does not allow; exhausted: over a limit; not_found: a type or hash that is not known (among
    // them GnuPG's 101: the secret part is elsewhere).
    [[nodiscard]] static Result<S2k> parse(OctetReader& in, const S2kLimits& limits = {});

    // A key of `size` octets. exhausted: no memory for Argon2.
    [[nodiscard]] Result<SecretBytes> derive(std::string_view passphrase, std::size_t size) const;

    [[nodiscard]] S2kKind kind() const { return kind_; }
    [[nodiscard]] std::uint8_t hash_id() const { return hash_; }
    [[nodiscard]] std::string_view salt() const { return salt_; }
    [[nodiscard]] std::uint64_t iterated_octets() const { return count_; }
    [[nodiscard]] std::uint8_t passes() const { return passes_; }
    [[nodiscard]] std::uint8_t lanes() const { return lanes_; }
    [[nodiscard]] std::uint8_t memory_exponent() const { return memory_exponent_; }  // of 2, in KiB

private:
    [[nodiscard]] SecretBytes derive_hashed(std::string_view passphrase, std::size_t size) const;

    S2kKind kind_ = S2kKind::simple;
    std::uint8_t hash_ = 0;
    std::string salt_;
    std::uint64_t count_ = 0;
    std::uint8_t passes_ = 0;
    std::uint8_t lanes_ = 0;
    std::uint8_t memory_exponent_ = 0;
};

}  // namespace sealgate::openpgp
