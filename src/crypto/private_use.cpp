// SPDX-License-Identifier: Apache-2.0
#include "crypto/key_impl.h"
#include "crypto/public_key.h"

#include <openssl/crypto.h>
#include <openssl/rsa.h>

namespace sealgate::crypto {
namespace {

// Octets on the stack that hold a secret.
template <std::size_t size>
struct Secret {
    Secret() = default;
    Secret(const Secret&) = delete;
    Secret& operator=(const Secret&) = delete;
    Secret(Secret&&) = delete;
    Secret& operator=(Secret&&) = delete;
    ~Secret() { OPENSSL_cleanse(bytes.data(), bytes.size()); }
    std::array<unsigned char, size> bytes{};
};

// EVP offers this check only as a part of its decryption, whose path after a failure is another one
// in each version of OpenSSL (since 3.2 there is none). The function itself takes the same time
// whatever it finds.
int remove_padding(const unsigned char* padded, unsigned char* out, std::size_t size) {
    const int all = static_cast<int>(size);
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wdeprecated-declarations"
    // 11 octets are padding, so no message is longer.
    return RSA_padding_check_PKCS1_type_2(out, all - 11, padded, all, all);
#pragma clang diagnostic pop
}

}  // namespace

Result<SecretBytes> PrivateKey::decrypt_rsa(std::string_view ciphertext) const {
    SG_CHECK(impl_->kind == KeyKind::rsa);
    const std::size_t size = impl_->size();
    std::array<unsigned char, kMostRsaOctets> number;  // NOLINT(*-member-init): filled below
    Secret<kMostRsaOctets> padded;
    Secret<kMostRsaOctets> message;
    KeyContext context = impl_->spares.take();
    if (context == nullptr) context = rsa_context(impl_->key, EVP_PKEY_decrypt_init);
    if (context == nullptr || !pad_left(ciphertext, number.data(), size) ||
        !rsa_operation(context.get(), EVP_PKEY_decrypt, number.data(), padded.bytes.data(), size)) {
        // Whoever sent it knows this: the number is not below n.
        const ErrorsForgotten forgotten;
        return fail(ErrorKind::malformed, "crypto.rsa", "no ciphertext of this key");
    }
    impl_->spares.give(std::move(context));
    const int length = remove_padding(padded.bytes.data(), message.bytes.data(), size);
    // From here on the two ways differ by what they give back and by nothing else.
    SecretBytes result(std::string(reinterpret_cast<const char*>(message.bytes.data()),
                                   static_cast<std::size_t>(length < 0 ? 0 : length)));
    const ErrorsForgotten forgotten;
    if (length < 0) return fail(ErrorKind::malformed, "crypto.rsa", "wrong padding");
    return result;
}

Result<SecretBytes> PrivateKey::agree(const PublicKey& peer) const {
    const PublicKey::Impl& other = peer.impl();
    const bool fits =
        impl_->kind == other.kind && ((impl_->kind == KeyKind::ec && impl_->curve == other.curve) ||
                                      (impl_->kind == KeyKind::raw && impl_->raw == other.raw &&
                                       raw_signature_size(impl_->raw) == 0));
    if (!fits) return fail(ErrorKind::malformed, "crypto.agree", "keys of different curves");
    KeyContext context = impl_->spares.take();
    if (context == nullptr) context = ready_context(impl_->key, EVP_PKEY_derive_init);
    Secret<66> secret;  // P-521 has the longest
    std::size_t size = secret.bytes.size();
    // Without OpenSSL's check of the peer: PublicKey has made it, and it costs as much as the rest.
    if (context == nullptr || EVP_PKEY_derive_set_peer_ex(context.get(), other.key.get(), 0) != 1 ||
        EVP_PKEY_derive(context.get(), secret.bytes.data(), &size) != 1) {
        const ErrorsForgotten forgotten;
        return fail(ErrorKind::malformed, "crypto.agree", "the peer's point is of low order");
    }
    impl_->spares.give(std::move(context));
    return SecretBytes(std::string(reinterpret_cast<const char*>(secret.bytes.data()), size));
}

std::string PrivateKey::sign_eddsa(std::string_view message) const {
    SG_CHECK(impl_->kind == KeyKind::raw && raw_signature_size(impl_->raw) != 0);
    const DigestContext context(EVP_MD_CTX_new());
    std::string signature(raw_signature_size(impl_->raw), '\0');
    std::size_t size = signature.size();
    SG_CHECK(
        context != nullptr &&
        EVP_DigestSignInit_ex(
            context.get(), nullptr, nullptr, nullptr, nullptr, impl_->key.get(), nullptr) == 1 &&
        EVP_DigestSign(
            context.get(), octets(signature.data()), &size, octets(message), message.size()) == 1 &&
        size == signature.size());
    return signature;
}

}  // namespace sealgate::crypto
