#pragma once
// SPDX-License-Identifier: Apache-2.0
// What PublicKey and PrivateKey hold. Only for this folder.

#include "crypto/openssl.h"
#include "crypto/public_key.h"

#include <openssl/param_build.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <optional>

namespace sealgate::crypto {

enum class KeyKind : std::uint8_t { rsa, dsa, ec, raw };

// Contexts that were made ready for the one operation a key is used for, and wait for their next
// use: making one costs as much as several per cent of a verification. A context has one user at a
// time; with more users than places here, some make their own.
template <class Context, auto Release>
class Spares {
public:
    Spares() = default;
    Spares(const Spares&) = delete;
    Spares& operator=(const Spares&) = delete;
    Spares(Spares&&) = delete;
    Spares& operator=(Spares&&) = delete;
    ~Spares() {
        for (auto& place : places_)
            Release(place.load(std::memory_order_acquire));
    }
    // Null when there is none.
    [[nodiscard]] std::unique_ptr<Context, ReleasedBy<Release>> take() {
        for (auto& place : places_) {
            if (place.load(std::memory_order_relaxed) == nullptr) continue;
            Context* const context = place.exchange(nullptr, std::memory_order_acquire);
            if (context != nullptr) return std::unique_ptr<Context, ReleasedBy<Release>>(context);
        }
        return nullptr;
    }
    void give(std::unique_ptr<Context, ReleasedBy<Release>> context) {
        for (auto& place : places_) {
            Context* none = nullptr;
            if (place.compare_exchange_strong(none, context.get(), std::memory_order_release)) {
                // NOLINTNEXTLINE(bugprone-unused-return-value): the place owns it now
                (void)context.release();
                return;
            }
        }
    }

private:
    std::array<std::atomic<Context*>, 4> places_{};
};

struct KeyParts {
    KeyKind kind = KeyKind::rsa;
    Curve curve = Curve::p256;       // of KeyKind::ec
    RawKind raw = RawKind::ed25519;  // of KeyKind::raw
    std::size_t bits = 0;
    Key key;

    // Octets of the modulus.
    [[nodiscard]] std::size_t size() const { return (bits + 7) / 8; }
};

struct PublicKey::Impl : KeyParts {
    mutable Spares<EVP_PKEY_CTX, EVP_PKEY_CTX_free> spares;  // verify, or RSA's public operation
    mutable Spares<EVP_MD_CTX, EVP_MD_CTX_free> message_spares;  // EdDSA
};

struct PrivateKey::Impl : KeyParts {
    mutable Spares<EVP_PKEY_CTX, EVP_PKEY_CTX_free> spares;  // decrypt, or derive
};

[[nodiscard]] std::string_view without_zeroes(std::string_view number);
[[nodiscard]] std::size_t bit_length(std::string_view number);
// Copies `number` to the end of `size` octets, zeroes before it; false when it does not fit.
[[nodiscard]] bool pad_left(std::string_view number, unsigned char* out, std::size_t size);
[[nodiscard]] Number to_number(std::string_view octets);
[[nodiscard]] Number to_secret_number(std::string_view octets);

[[nodiscard]] const char* openssl_name(Curve curve);
[[nodiscard]] const char* openssl_name(RawKind kind);
// The RSA modulus and exponent within the limits of PublicKey::rsa().
[[nodiscard]] Status check_rsa(std::string_view n, std::string_view e);
// 04 || X || Y of the right length.
[[nodiscard]] bool is_point(Curve curve, std::string_view point);

// Collects the parts of a key for OpenSSL and makes it.
class KeyBuilder {
public:
    // The number is read by make(), and must live until then.
    void add(const char* name, const Number& number);
    void add(const char* name, const char* text);
    void add(const char* name, std::string_view bytes);
    // `algorithm`: "RSA", "DSA", "EC". Null when OpenSSL finds the parts wrong.
    [[nodiscard]] Key make(const char* algorithm, bool with_private);

private:
    std::unique_ptr<OSSL_PARAM_BLD, ReleasedBy<OSSL_PARAM_BLD_free>> parts_{OSSL_PARAM_BLD_new()};
};

// A context of this key, made ready by `init`; null on failure.
[[nodiscard]] KeyContext ready_context(const Key& key, int (*init)(EVP_PKEY_CTX*));
// s^e mod n or c^d mod n without any padding: `in` and `out` have size() octets. False when the
// number is not below n.
[[nodiscard]] bool rsa_operation(EVP_PKEY_CTX* context,
                                 int (*operation)(EVP_PKEY_CTX*,
                                                  unsigned char*,
                                                  std::size_t*,
                                                  const unsigned char*,
                                                  std::size_t),
                                 const unsigned char* in,
                                 unsigned char* out,
                                 std::size_t size);
// Ready for rsa_operation with EVP_PKEY_encrypt or EVP_PKEY_decrypt.
[[nodiscard]] KeyContext rsa_context(const Key& key, int (*init)(EVP_PKEY_CTX*));

inline constexpr std::size_t kMostRsaOctets = 2048;

}  // namespace sealgate::crypto
