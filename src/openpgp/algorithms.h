#pragma once
// SPDX-License-Identifier: Apache-2.0
// The numbers of RFC 9580 section 9 by name. An enumeration may hold a number that has no name
// here: such an algorithm is unknown, which is for each user of it to judge.

#include "crypto/aead_mode.h"
#include "crypto/block_cipher.h"
#include "crypto/hash.h"
#include "crypto/public_key.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sealgate::openpgp {

enum class PublicKeyAlgorithm : std::uint8_t {  // section 9.1
    rsa = 1,
    rsa_encrypt_only = 2,
    rsa_sign_only = 3,
    elgamal = 16,
    dsa = 17,
    ecdh = 18,
    ecdsa = 19,
    eddsa_legacy = 22,
    x25519 = 25,
    x448 = 26,
    ed25519 = 27,
    ed448 = 28,
};

// The curves of ECDSA, ECDH and EdDSALegacy (section 9.2).
enum class CurveName : std::uint8_t {
    none,  // the algorithm has no curve parameter
    p256,
    p384,
    p521,
    brainpool256,
    brainpool384,
    brainpool512,
    secp256k1,
    ed25519_legacy,
    curve25519_legacy,
    unknown,
};

[[nodiscard]] CurveName curve_of_oid(std::string_view oid);  // without its length octet
// The curve with a point 04 || X || Y; nullopt for the others.
[[nodiscard]] std::optional<crypto::Curve> weierstrass(CurveName curve);

// By number: nullopt for what is not known.
[[nodiscard]] std::optional<crypto::HashAlgorithm> hash_of(std::uint8_t id);
[[nodiscard]] std::optional<crypto::BlockCipher> cipher_of(std::uint8_t id);
[[nodiscard]] std::optional<crypto::AeadMode> aead_of(std::uint8_t id);

// Octets of the salt that a version 6 signature must have; nullopt: the hash is not for those.
[[nodiscard]] std::optional<std::size_t> salt_size_of_hash(std::uint8_t hash);

[[nodiscard]] std::string to_string(PublicKeyAlgorithm algorithm);  // "Ed25519", "algorithm 99"
[[nodiscard]] std::string_view to_string(CurveName curve);
[[nodiscard]] std::string hash_name(std::uint8_t id);
[[nodiscard]] std::string cipher_name(std::uint8_t id);
[[nodiscard]] std::string aead_name(std::uint8_t id);
[[nodiscard]] std::string compression_name(std::uint8_t id);

[[nodiscard]] bool can_sign(PublicKeyAlgorithm algorithm);
[[nodiscard]] bool can_encrypt(PublicKeyAlgorithm algorithm);

}  // namespace sealgate::openpgp
