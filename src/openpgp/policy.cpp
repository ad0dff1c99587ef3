// SPDX-License-Identifier: Apache-2.0
#include "openpgp/policy.h"

#include "openpgp/small_order.h"

#include <fmt/format.h>

#include <utility>

namespace sealgate::openpgp {
namespace {

using crypto::BlockCipher;
using crypto::HashAlgorithm;

constexpr std::size_t kDsaBitsLeast = 2048;

Finding weak_key(std::string detail) {
    return {Reason::weak_key, std::move(detail)};
}

// Section 11.5.1: the parameters that a curve has in version 6.
EcdhParameters parameters_of(CurveName curve) {
    constexpr EcdhParameters kShort{8, 7};
    switch (curve) {
        case CurveName::p384:
        case CurveName::brainpool384:
            return {9, 8};
        case CurveName::p521:
        case CurveName::brainpool512:
            return {10, 9};
        default:
            return kShort;
    }
}

std::optional<Finding> judge_ecdh(const Key& key) {
    const auto [hash, cipher] = key.ecdh();
    if (key.version() == 6) {
        const EcdhParameters wanted = parameters_of(key.curve());
        if (hash == wanted.hash && cipher == wanted.cipher) return std::nullopt;
    } else {
        const auto known_hash = hash_of(hash);
        const auto known_cipher = cipher_of(cipher);
        if ((known_hash == HashAlgorithm::sha256 || known_hash == HashAlgorithm::sha384 ||
             known_hash == HashAlgorithm::sha512) &&
            (known_cipher == BlockCipher::aes128 || known_cipher == BlockCipher::aes192 ||
             known_cipher == BlockCipher::aes256)) {
            return std::nullopt;
        }
    }
    return weak_key(fmt::format(
        "ECDH with {} and {}, which is not allowed", hash_name(hash), cipher_name(cipher)));
}

// The native point of a key on Curve25519 or Curve448; nullopt: it has none.
std::optional<std::pair<crypto::RawKind, std::string_view>> native_point(const Key& key) {
    const auto& numbers = key.numbers();
    switch (key.algorithm()) {
        case PublicKeyAlgorithm::x25519:
            return std::pair(crypto::RawKind::x25519, numbers[0]);
        case PublicKeyAlgorithm::x448:
            return std::pair(crypto::RawKind::x448, numbers[0]);
        case PublicKeyAlgorithm::ed25519:
            return std::pair(crypto::RawKind::ed25519, numbers[0]);
        case PublicKeyAlgorithm::ed448:
            return std::pair(crypto::RawKind::ed448, numbers[0]);
        default:
            break;
    }
    // With the prefix octet 0x40; that it is there was seen when the key object was made.
    if (key.curve() == CurveName::ed25519_legacy) {
        return std::pair(crypto::RawKind::ed25519, numbers[0].substr(1));
    }
    if (key.curve() == CurveName::curve25519_legacy) {
        return std::pair(crypto::RawKind::x25519, numbers[0].substr(1));
    }
    return std::nullopt;
}

// Whether its numbers are a key at all, and not one that gives every secret away.
std::optional<Finding> judge_numbers(const Key& key) {
    if (key.crypto_key() == nullptr) {
        return weak_key("the numbers are no " + to_string(key.algorithm()) + " key");
    }
    if (const auto point = native_point(key);
        point && has_small_order(point->first, point->second)) {
        return weak_key("a point of small order");
    }
    return std::nullopt;
}

}  // namespace

std::optional<Finding> Policy::judge_hash(std::uint8_t hash, HashUse use, Timestamp created) const {
    const auto known = hash_of(hash);
    if (!known) return Finding{Reason::unsupported, hash_name(hash)};
    switch (*known) {
        case HashAlgorithm::md5:
        case HashAlgorithm::ripemd160:
            return Finding{Reason::weak_hash, hash_name(hash)};
        case HashAlgorithm::sha1:
            if (use == HashUse::self_signature && created < sha1_self_signatures_until) {
                return std::nullopt;
            }
            return Finding{Reason::weak_hash, hash_name(hash)};
        default:
            return std::nullopt;
    }
}

std::optional<Finding> Policy::judge_key(const Key& key) const {
    switch (key.algorithm()) {
        case PublicKeyAlgorithm::rsa:
        case PublicKeyAlgorithm::rsa_encrypt_only:
        case PublicKeyAlgorithm::rsa_sign_only:
            if (key.bits() < rsa_bits_least || key.bits() > rsa_bits_most) {
                return weak_key(fmt::format("RSA of {} bits", key.bits()));
            }
            break;
        case PublicKeyAlgorithm::dsa:
        case PublicKeyAlgorithm::elgamal:
            if (!legacy_algorithms) {
                return weak_key(to_string(key.algorithm()) + " is not allowed");
            }
            if (key.bits() < kDsaBitsLeast) {
                return weak_key(
                    fmt::format("{} of {} bits", to_string(key.algorithm()), key.bits()));
            }
            // Nothing here encrypts with Elgamal, so it has no key object.
            if (key.algorithm() == PublicKeyAlgorithm::elgamal) return std::nullopt;
            break;
        case PublicKeyAlgorithm::ecdsa:
        case PublicKeyAlgorithm::ecdh:
        case PublicKeyAlgorithm::eddsa_legacy:
            if (key.curve() == CurveName::unknown) {
                return Finding{Reason::unsupported, "unknown curve"};
            }
            if (key.algorithm() == PublicKeyAlgorithm::ecdh) {
                if (auto weak = judge_ecdh(key)) return weak;
            }
            break;
        case PublicKeyAlgorithm::x25519:
        case PublicKeyAlgorithm::x448:
        case PublicKeyAlgorithm::ed25519:
        case PublicKeyAlgorithm::ed448:
            break;
        default:
            return Finding{Reason::unsupported, to_string(key.algorithm())};
    }
    return judge_numbers(key);
}

std::optional<Finding> Policy::judge_critical(const Signature& signature) const {
    if (!signature.unknown_critical().empty()) {
        return Finding{Reason::unknown_critical, to_string(signature.unknown_critical().front())};
    }
    for (const Notation& notation : signature.notations()) {
        if (notation.critical && !known_notations.contains(notation.name)) {
            return Finding{Reason::unknown_critical, "notation " + notation.name};
        }
    }
    return std::nullopt;
}

std::optional<Finding> Policy::judge_cipher(std::uint8_t cipher) const {
    const auto known = cipher_of(cipher);
    if (!known) return Finding{Reason::unsupported, cipher_name(cipher)};
    switch (*known) {
        case crypto::BlockCipher::aes128:
        case crypto::BlockCipher::aes192:
        case crypto::BlockCipher::aes256:
        case crypto::BlockCipher::camellia128:
        case crypto::BlockCipher::camellia192:
        case crypto::BlockCipher::camellia256:
            return std::nullopt;
        case crypto::BlockCipher::idea:
        case crypto::BlockCipher::twofish:
            return Finding{Reason::unsupported, cipher_name(cipher)};
        default:
            if (legacy_algorithms) return std::nullopt;
            return Finding{Reason::weak_key, cipher_name(cipher) + " is not allowed"};
    }
}

}  // namespace sealgate::openpgp
