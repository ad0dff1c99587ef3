#pragma once
// SPDX-License-Identifier: Apache-2.0
// What the files of this folder share about OpenSSL. Other folders never include this.

#include "crypto/hash.h"

#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/evp.h>

#include <memory>
#include <string_view>

namespace sealgate::crypto {

template <auto Release>
struct ReleasedBy {
    template <class T>
    void operator()(T* object) const {
        Release(object);
    }
};

using Number = std::unique_ptr<BIGNUM, ReleasedBy<BN_clear_free>>;
using NumberContext = std::unique_ptr<BN_CTX, ReleasedBy<BN_CTX_free>>;
using Key = std::unique_ptr<EVP_PKEY, ReleasedBy<EVP_PKEY_free>>;
using KeyContext = std::unique_ptr<EVP_PKEY_CTX, ReleasedBy<EVP_PKEY_CTX_free>>;
using DigestContext = std::unique_ptr<EVP_MD_CTX, ReleasedBy<EVP_MD_CTX_free>>;
using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, ReleasedBy<EVP_CIPHER_CTX_free>>;
using MacContext = std::unique_ptr<EVP_MAC_CTX, ReleasedBy<EVP_MAC_CTX_free>>;

[[nodiscard]] inline const unsigned char* octets(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}
[[nodiscard]] inline unsigned char* octets(char* text) {
    return reinterpret_cast<unsigned char*>(text);
}

// Whoever looks into the queue next (TLS does) must not find our failures there. Used on the way
// out of every failure.
struct ErrorsForgotten {
    ErrorsForgotten() = default;
    ErrorsForgotten(const ErrorsForgotten&) = delete;
    ErrorsForgotten& operator=(const ErrorsForgotten&) = delete;
    ErrorsForgotten(ErrorsForgotten&&) = delete;
    ErrorsForgotten& operator=(ErrorsForgotten&&) = delete;
    ~ErrorsForgotten() { ERR_clear_error(); }
};

// A library context of its own with the default and the legacy provider, made at first use: what is
// fetched from it does not depend on the machine's openssl.cnf, and CAST5 and Blowfish stay out of
// sight of everybody else (TLS, for one). Null when there is no memory.
[[nodiscard]] OSSL_LIB_CTX* old_algorithms();

// Fetched once: looking a name up costs more than hashing a short text.
[[nodiscard]] const EVP_MD* openssl_hash(HashAlgorithm algorithm);

// EVP's update for both directions and any length (EVP counts in int). With `out` null, `in` is
// associated data. Gives the octets written, or -1.
[[nodiscard]] std::ptrdiff_t cipher_update(EVP_CIPHER_CTX* context,
                                           unsigned char* out,
                                           std::string_view in);

}  // namespace sealgate::crypto
