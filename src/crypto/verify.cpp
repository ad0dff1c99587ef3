// SPDX-License-Identifier: Apache-2.0
#include "crypto/key_impl.h"
#include "crypto/public_key.h"
#include "crypto/signature_form.h"

#include <openssl/crypto.h>

namespace sealgate::crypto {

// As RFC 8017 section 8.2.2 says: the public operation, then the comparison of all octets with what
// ought to be there, so that nothing of an attacker's padding is ever parsed. It also spares
// OpenSSL from preparing a context for each hash.
bool PublicKey::verify_rsa(HashAlgorithm hash,
                           std::string_view digest,
                           std::string_view signature) const {
    if (impl_->kind != KeyKind::rsa) return false;
    std::array<unsigned char, kMostRsaOctets> number;    // NOLINT(*-member-init): filled below
    std::array<unsigned char, kMostRsaOctets> expected;  // NOLINT(*-member-init): filled below
    std::array<unsigned char, kMostRsaOctets> found;     // NOLINT(*-member-init): filled below
    const std::size_t size = impl_->size();
    if (!pad_left(signature, number.data(), size) ||
        !encode_emsa(hash, digest, expected.data(), size)) {
        return false;
    }
    KeyContext context = impl_->spares.take();
    if (context == nullptr) context = rsa_context(impl_->key, EVP_PKEY_encrypt_init);
    if (context == nullptr ||
        !rsa_operation(context.get(), EVP_PKEY_encrypt, number.data(), found.data(), size)) {
        const ErrorsForgotten forgotten;
        return false;
    }
    impl_->spares.give(std::move(context));
    return CRYPTO_memcmp(found.data(), expected.data(), size) == 0;
}

bool PublicKey::verify_dsa(std::string_view digest, std::string_view r, std::string_view s) const {
    if (impl_->kind != KeyKind::dsa && impl_->kind != KeyKind::ec) return false;
    const std::string signature = encode_der(r, s);
    if (signature.empty()) return false;
    KeyContext context = impl_->spares.take();
    if (context == nullptr) context = ready_context(impl_->key, EVP_PKEY_verify_init);
    if (context == nullptr ||
        EVP_PKEY_verify(
            context.get(), octets(signature), signature.size(), octets(digest), digest.size()) !=
            1) {
        const ErrorsForgotten forgotten;
        return false;
    }
    impl_->spares.give(std::move(context));
    return true;
}

bool PublicKey::verify_eddsa(std::string_view message, std::string_view signature) const {
    if (impl_->kind != KeyKind::raw || signature.empty() ||
        signature.size() != raw_signature_size(impl_->raw)) {
        return false;
    }
    DigestContext context = impl_->message_spares.take();
    if (context == nullptr) {
        context.reset(EVP_MD_CTX_new());
        if (context == nullptr ||
            EVP_DigestVerifyInit_ex(
                context.get(), nullptr, nullptr, nullptr, nullptr, impl_->key.get(), nullptr) !=
                1) {
            const ErrorsForgotten forgotten;
            return false;
        }
    }
    if (EVP_DigestVerify(
            context.get(), octets(signature), signature.size(), octets(message), message.size()) !=
        1) {
        const ErrorsForgotten forgotten;
        return false;
    }
    impl_->message_spares.give(std::move(context));
    return true;
}

}  // namespace sealgate::crypto
