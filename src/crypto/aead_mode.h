#pragma once
// SPDX-License-Identifier: Apache-2.0
// The AEAD modes that OpenPGP names (RFC 9580 section 9.6) with the ciphers of 128-bit blocks. The
// tag is always 16 octets. EAX (which OpenSSL lacks) is made of its CTR and CMAC.

#include "base/result.h"
#include "crypto/block_cipher.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace sealgate::crypto {

enum class AeadMode : std::uint8_t { eax, ocb, gcm };

inline constexpr std::size_t kAeadModeTagSize = 16;
[[nodiscard]] std::size_t nonce_size(AeadMode mode);      // octets: 16, 15, 12
[[nodiscard]] std::string_view to_string(AeadMode mode);  // "OCB"

// One key, expanded once, for the chunks of one message. Not for two threads at a time.
class AeadCipher {
public:
    // malformed: the key's length; not_found: no library has the pair (Camellia in OCB or GCM).
    [[nodiscard]] static Result<AeadCipher> create(AeadMode mode,
                                                   BlockCipher cipher,
                                                   std::string_view key);

    // Appends the clear text of `sealed` (ciphertext, then tag) to `out`. malformed: anything
    // differs; then `out` is as it was, and what had been written beyond its end is zeroised.
    [[nodiscard]] Status open(std::string_view nonce,
                              std::string_view associated,
                              std::string_view sealed,
                              std::string& out);
    // Appends ciphertext and tag. A nonce must never be used for two texts under one key.
    void seal(std::string_view nonce,
              std::string_view associated,
              std::string_view clear,
              std::string& out);

private:
    struct State;
    struct Free {
        void operator()(State* state) const;
    };
    explicit AeadCipher(std::unique_ptr<State, Free> state) : state_(std::move(state)) {}
    std::unique_ptr<State, Free> state_;
};

}  // namespace sealgate::crypto
