#pragma once
// SPDX-License-Identifier: Apache-2.0
// Public keys that verify, and private keys that decrypt or agree, on OpenSSL's EVP. Making a key
// object costs more than using it once (Montgomery values, blinding, tables), so an object lives as
// long as its key. All methods may be called from several threads at once.
//
// Numbers are big endian octets of any length (leading zeroes do not count), as in an MPI. Results
// of a verification are a plain bool: every way to be wrong is the same "no".

#include "base/result.h"
#include "base/secret.h"
#include "crypto/hash.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace sealgate::crypto {

enum class Curve : std::uint8_t {
    p256,
    p384,
    p521,
    secp256k1,
    brainpool256,
    brainpool384,
    brainpool512,
};

[[nodiscard]] std::size_t field_size(Curve curve);  // octets: 32, 48, 66, 32, 32, 48, 64
[[nodiscard]] std::size_t bits(Curve curve);        // 256, 384, 521, ...

enum class RawKind : std::uint8_t { ed25519, ed448, x25519, x448 };
[[nodiscard]] std::size_t raw_key_size(RawKind kind);        // octets: 32, 57, 32, 56
[[nodiscard]] std::size_t raw_signature_size(RawKind kind);  // octets: 64, 114; 0 for X25519, X448

class PublicKey {
public:
    // malformed: a modulus that is even, below 512 or above 16384 bits; e even, 1, or beyond 32
    // bits. What is too weak to trust is for policy; what would cost too much is refused here.
    [[nodiscard]] static Result<PublicKey> rsa(std::string_view n, std::string_view e);
    // malformed: p beyond 512 to 4096 bits, q beyond 160 to 512, p or q even, g or y not in 2..p-2.
    // With a q of other than 160, 224 or 256 bits OpenSSL finds no signature good.
    [[nodiscard]] static Result<PublicKey> dsa(std::string_view p,
                                               std::string_view q,
                                               std::string_view g,
                                               std::string_view y);
    // `point`: 04 || X || Y, each of field_size(). malformed: not that, not on the curve, or the
    // point at infinity.
    [[nodiscard]] static Result<PublicKey> ec(Curve curve, std::string_view point);
    // `key`: raw_key_size() octets as RFC 7748 and RFC 8032 write them. malformed: another length.
    [[nodiscard]] static Result<PublicKey> raw(RawKind kind, std::string_view key);

    [[nodiscard]] std::size_t bits() const;  // of the modulus, of p, or of the curve (255, 448)

    // PKCS #1 v1.5 over a digest (RFC 8017 section 8.2.2). `signature` may have lost its leading
    // zeroes, as MPIs do: it is padded to the modulus.
    [[nodiscard]] bool verify_rsa(HashAlgorithm hash,
                                  std::string_view digest,
                                  std::string_view signature) const;
    // DSA and ECDSA: r and s as numbers; a digest longer than the order is cut as FIPS 186 says.
    [[nodiscard]] bool verify_dsa(std::string_view digest,
                                  std::string_view r,
                                  std::string_view s) const;
    // Ed25519 and Ed448, pure; `signature` has raw_signature_size() octets, or it is not good.
    [[nodiscard]] bool verify_eddsa(std::string_view message, std::string_view signature) const;

    struct Impl;
    [[nodiscard]] const Impl& impl() const { return *impl_; }

private:
    explicit PublicKey(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}
    std::shared_ptr<const Impl> impl_;
    friend class PrivateKey;
};

// Copies what it is given into memory that OpenSSL zeroises.
class PrivateKey {
public:
    // The parts of RFC 9580 section 5.5.5.1: u = p^-1 mod q. malformed: n is not p*q, or d and e do
    // not belong together (checked by one private and one public operation, not by primality).
    [[nodiscard]] static Result<PrivateKey> rsa(std::string_view n,
                                                std::string_view e,
                                                std::string_view d,
                                                std::string_view p,
                                                std::string_view q,
                                                std::string_view u);
    // malformed: the scalar is not in 1..order-1, or the point is not scalar * generator.
    [[nodiscard]] static Result<PrivateKey> ec(Curve curve,
                                               std::string_view point,
                                               std::string_view scalar);
    // `secret`: raw_key_size() octets (Ed25519 and Ed448: the seed). malformed: the public half
    // that follows from it is not `key`.
    [[nodiscard]] static Result<PrivateKey> raw(RawKind kind,
                                                std::string_view key,
                                                std::string_view secret);

    // PKCS #1 v1.5 (RFC 8017 section 7.2.2). malformed: wrong padding, or a number that is not
    // below n (which its sender knows). Up to its last step, which makes this result or that, a
    // wrong padding takes the time of a good one, in each version of OpenSSL: the decryption itself
    // is without padding, and the padding is checked in constant time afterwards. Whoever lets a
    // stranger see the difference, by words or by what is done next, hands him an oracle all the
    // same: go on with a random key instead.
    [[nodiscard]] Result<SecretBytes> decrypt_rsa(std::string_view ciphertext) const;
    // The shared secret: the X coordinate, field_size() octets, or RFC 7748's octets. malformed:
    // keys of different curves, or a result of zeroes only (a point of low order).
    [[nodiscard]] Result<SecretBytes> agree(const PublicKey& peer) const;
    // Ed25519, Ed448: for proofs that public and private half belong together.
    [[nodiscard]] std::string sign_eddsa(std::string_view message) const;

    struct Impl;

private:
    explicit PrivateKey(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}
    std::shared_ptr<const Impl> impl_;
};

}  // namespace sealgate::crypto
