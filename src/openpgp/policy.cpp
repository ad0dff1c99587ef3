// SPDX-License-Identifier: Apache-2.0
#include "openpgp/policy.h"

#include <fmt/format.h>

namespace sealgate::openpgp {
namespace {

constexpr std::size_t kDsaBitsLeast = 2048;

Finding weak_key(std::string detail) {
    return {Reason::weak_key, std::move(detail)};
}

}  // namespace

std::optional<Finding> Policy::judge_hash(std::uint8_t hash, HashUse use, Timestamp created) const {
    const auto known = hash_of(hash);
    if (!known) return Finding{Reason::unsupported, hash_name(hash)};
    switch (*known) {
        case crypto::HashAlgorithm::md5:
        case crypto::HashAlgorithm::ripemd160:
            return Finding{Reason::weak_hash, hash_name(hash)};
        case crypto::HashAlgorithm::sha1:
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
            break;
        case PublicKeyAlgorithm::ecdsa:
        case PublicKeyAlgorithm::ecdh:
        case PublicKeyAlgorithm::eddsa_legacy:
            if (key.curve() == CurveName::unknown) {
                return Finding{Reason::unsupported, "unknown curve"};
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
    return std::nullopt;
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
