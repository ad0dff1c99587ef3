#pragma once
// SPDX-License-Identifier: Apache-2.0
// AES-256-GCM: sealed bytes cannot be read or changed without the key.

#include "base/result.h"

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace sealgate::crypto {

inline constexpr std::size_t kAeadKeySize = 32;
inline constexpr std::size_t kAeadTagSize = 16;
using Nonce = std::array<std::uint8_t, 12>;

// The nonce that holds `counter`, big endian, in its last eight octets.
[[nodiscard]] Nonce counter_nonce(std::uint64_t counter);

// One key, expanded once. Not for two threads at a time. Under one key a nonce must never be used
// for two different texts: that gives both away and lets anybody forge.
class Aead {
public:
    // malformed: the key is not 32 octets. Copies the key into OpenSSL's memory, which is cleaned
    // when this object goes.
    [[nodiscard]] static Result<Aead> create(std::string_view key);

    // Appends ciphertext and tag to `out`: clear.size() + kAeadTagSize octets. `associated` is
    // bound to the result, not hidden. `clear` must not lie in `out`.
    void seal(const Nonce& nonce,
              std::string_view associated,
              std::string_view clear,
              std::string& out);

    // The clear text of what seal() made. malformed: anything differs; no octet of an unproven text
    // is ever returned.
    [[nodiscard]] Result<std::string> open(const Nonce& nonce,
                                           std::string_view associated,
                                           std::string_view sealed);

private:
    struct Contexts;
    struct Free {
        void operator()(Contexts* contexts) const;
    };
    explicit Aead(std::unique_ptr<Contexts, Free> contexts) : contexts_(std::move(contexts)) {}
    std::unique_ptr<Contexts, Free> contexts_;
};

}  // namespace sealgate::crypto
