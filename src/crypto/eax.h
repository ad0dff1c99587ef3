#pragma once
// SPDX-License-Identifier: Apache-2.0
// EAX (Bellare, Rogaway and Wagner, "The EAX Mode of Operation") of OpenSSL's CTR and CMAC, with
// tags of a whole block. Only for aead_mode.cpp.

#include "crypto/block_cipher.h"
#include "crypto/openssl.h"

#include <array>
#include <optional>

namespace sealgate::crypto {

class Eax {
public:
    using Block = std::array<unsigned char, 16>;

    // Nothing when OpenSSL lacks CTR or CBC of the cipher. The key's length is right.
    [[nodiscard]] static std::optional<Eax> create(BlockCipher cipher, std::string_view key);

    // `ciphertext` and the like are octets of any length; `out` has room for as many, and may be
    // where `in` lies.
    [[nodiscard]] Block tag(std::string_view nonce,
                            std::string_view associated,
                            std::string_view ciphertext);
    // CTR, which is the same both ways.
    void apply(std::string_view nonce, std::string_view in, unsigned char* out);

private:
    Eax(MacContext mac, CipherContext counter)
        : mac_(std::move(mac)),
          counter_(std::move(counter)) {}
    [[nodiscard]] Block omac(unsigned char kind, std::string_view bytes);

    MacContext mac_;
    CipherContext counter_;
};

}  // namespace sealgate::crypto
