// SPDX-License-Identifier: Apache-2.0
#include "openpgp/signature_check.h"

#include "openpgp/octet_writer.h"

#include <string>

namespace sealgate::openpgp {
namespace {

constexpr std::size_t kEd25519Half = 32;

bool is_rsa(PublicKeyAlgorithm algorithm) {
    return algorithm == PublicKeyAlgorithm::rsa || algorithm == PublicKeyAlgorithm::rsa_sign_only;
}

// Section 5.2.3: version 3 is older than the other algorithms, and must not be used with them.
bool may_be_version3(PublicKeyAlgorithm algorithm) {
    return is_rsa(algorithm) || algorithm == PublicKeyAlgorithm::dsa;
}

bool fits(const Signature& signature, const Key& key) {
    if (signature.version() == 3 && !may_be_version3(key.algorithm())) return false;
    if ((signature.version() == 6) != (key.version() == 6)) return false;
    return signature.algorithm() == key.algorithm() ||
           (is_rsa(signature.algorithm()) && is_rsa(key.algorithm()));
}

// R || S of 32 octets each from two numbers that may have lost leading zeroes (section 5.2.3.3.1);
// "" when one is too long.
std::string eddsa_legacy_signature(std::string_view r, std::string_view s) {
    if (r.size() > kEd25519Half || s.size() > kEd25519Half) return {};
    std::string out(kEd25519Half - r.size(), '\0');
    out += r;
    out.append(kEd25519Half - s.size(), '\0');
    out += s;
    return out;
}

bool verify(const Signature& signature,
            const crypto::PublicKey& key,
            crypto::HashAlgorithm hash,
            std::string_view digest) {
    const auto& numbers = signature.numbers();
    switch (signature.algorithm()) {
        case PublicKeyAlgorithm::rsa:
        case PublicKeyAlgorithm::rsa_sign_only:
            return key.verify_rsa(hash, digest, numbers[0]);
        case PublicKeyAlgorithm::dsa:
        case PublicKeyAlgorithm::ecdsa:
            return key.verify_dsa(digest, numbers[0], numbers[1]);
        case PublicKeyAlgorithm::eddsa_legacy:
            return key.verify_eddsa(digest, eddsa_legacy_signature(numbers[0], numbers[1]));
        case PublicKeyAlgorithm::ed25519:
        case PublicKeyAlgorithm::ed448:
            return key.verify_eddsa(digest, numbers[0]);
        default:
            return false;
    }
}

}  // namespace

std::optional<crypto::Hash> begin_hash(const Signature& signature) {
    const auto algorithm = hash_of(signature.hash_id());
    if (!algorithm) return std::nullopt;
    crypto::Hash hash(*algorithm);
    signature.hash_begin(hash);
    return hash;
}

CheckResult check_digest(const Signature& signature, const Key& signer, crypto::Hash hash) {
    if (!fits(signature, signer)) return CheckResult::not_this_key;
    signature.hash_end(hash);
    const crypto::HashAlgorithm algorithm = hash.algorithm();
    const std::string digest = hash.finish();
    if (!digest.starts_with(signature.left16())) return CheckResult::bad_digest;
    const crypto::PublicKey* const key = signer.crypto_key();
    if (key == nullptr) return CheckResult::unsupported;
    return verify(signature, *key, algorithm, digest) ? CheckResult::good : CheckResult::bad;
}

CheckResult check_over_key(const Signature& signature, const Key& signer, const Key& primary) {
    if (signature.type() != SignatureType::direct_key &&
        signature.type() != SignatureType::key_revocation &&
        signature.type() != SignatureType::certification_revocation) {
        return CheckResult::wrong_type;
    }
    auto hash = begin_hash(signature);
    if (!hash) return CheckResult::unsupported;
    primary.hash_into(*hash);
    return check_digest(signature, signer, *std::move(hash));
}

CheckResult check_over_subkey(const Signature& signature,
                              const Key& signer,
                              const Key& primary,
                              const Key& subkey) {
    if (signature.type() != SignatureType::subkey_binding &&
        signature.type() != SignatureType::primary_key_binding &&
        signature.type() != SignatureType::subkey_revocation) {
        return CheckResult::wrong_type;
    }
    auto hash = begin_hash(signature);
    if (!hash) return CheckResult::unsupported;
    primary.hash_into(*hash);
    subkey.hash_into(*hash);
    return check_digest(signature, signer, *std::move(hash));
}

CheckResult check_over_user_id(const Signature& signature,
                               const Key& signer,
                               const Key& primary,
                               std::string_view user_id,
                               bool is_attribute) {
    if (!is_certification(signature.type()) &&
        signature.type() != SignatureType::certification_revocation) {
        return CheckResult::wrong_type;
    }
    auto hash = begin_hash(signature);
    if (!hash) return CheckResult::unsupported;
    primary.hash_into(*hash);
    if (signature.version() != 3) {
        std::string prefix;
        put_u8(prefix, is_attribute ? 0xD1 : 0xB4);
        put_u32(prefix, static_cast<std::uint32_t>(user_id.size()));
        hash->update(prefix);
    }
    hash->update(user_id);
    return check_digest(signature, signer, *std::move(hash));
}

}  // namespace sealgate::openpgp
