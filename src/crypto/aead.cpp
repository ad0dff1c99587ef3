// SPDX-License-Identifier: Apache-2.0
#include "crypto/aead.h"

#include <openssl/evp.h>

#include <cstring>

namespace sealgate::crypto {
namespace {

// EVP lengths are int; larger texts go in steps.
constexpr std::size_t kStep = 1UL << 30;

// Fetched once: looking an algorithm up by name costs more than sealing a small message.
const EVP_CIPHER* aes_256_gcm() {
    static EVP_CIPHER* const cipher = EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr);
    return cipher;
}

const unsigned char* octets(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

// Encryption and decryption differ in their functions' names only.
bool update(EVP_CIPHER_CTX* context, unsigned char* out, std::string_view in, bool sealing) {
    const auto call = sealing ? EVP_EncryptUpdate : EVP_DecryptUpdate;
    while (!in.empty()) {
        const std::string_view step = in.substr(0, kStep);
        int written = 0;
        if (call(context, out, &written, octets(step), static_cast<int>(step.size())) != 1) {
            return false;
        }
        if (out != nullptr) out += written;
        in.remove_prefix(step.size());
    }
    return true;
}

}  // namespace

struct Aead::Contexts {
    EVP_CIPHER_CTX* sealing = EVP_CIPHER_CTX_new();
    EVP_CIPHER_CTX* opening = EVP_CIPHER_CTX_new();
};

void Aead::Free::operator()(Contexts* contexts) const {
    EVP_CIPHER_CTX_free(contexts->sealing);
    EVP_CIPHER_CTX_free(contexts->opening);
    delete contexts;
}

Nonce counter_nonce(std::uint64_t counter) {
    Nonce nonce{};
    for (std::size_t i = 0; i < 8; ++i) {
        nonce[nonce.size() - 1 - i] = static_cast<std::uint8_t>(counter >> (8 * i));
    }
    return nonce;
}

Result<Aead> Aead::create(std::string_view key) {
    if (key.size() != kAeadKeySize) {
        return fail(ErrorKind::malformed, "crypto.aead", "a key of AES-256 has 32 octets");
    }
    std::unique_ptr<Contexts, Free> made(new Contexts);
    if (made->sealing == nullptr || made->opening == nullptr || aes_256_gcm() == nullptr ||
        EVP_EncryptInit_ex2(made->sealing, aes_256_gcm(), octets(key), nullptr, nullptr) != 1 ||
        EVP_DecryptInit_ex2(made->opening, aes_256_gcm(), octets(key), nullptr, nullptr) != 1) {
        return fail(ErrorKind::internal, "crypto.aead", "OpenSSL offers no AES-256-GCM");
    }
    return Aead(std::move(made));
}

void Aead::seal(const Nonce& nonce,
                std::string_view associated,
                std::string_view clear,
                std::string& out) {
    const std::size_t start = out.size();
    out.resize(start + clear.size() + kAeadTagSize);
    auto* to = reinterpret_cast<unsigned char*>(out.data()) + start;
    auto* tag = to + clear.size();
    EVP_CIPHER_CTX* const context = contexts_->sealing;
    int written = 0;
    // Nothing here depends on the data: a failure means a broken library, and going on would write
    // what cannot be read back.
    SG_CHECK(EVP_EncryptInit_ex2(context, nullptr, nullptr, nonce.data(), nullptr) == 1);
    SG_CHECK(update(context, nullptr, associated, true));
    SG_CHECK(update(context, to, clear, true));
    SG_CHECK(EVP_EncryptFinal_ex(context, tag, &written) == 1 && written == 0);
    SG_CHECK(EVP_CIPHER_CTX_ctrl(
                 context, EVP_CTRL_AEAD_GET_TAG, static_cast<int>(kAeadTagSize), tag) == 1);
}

Result<std::string> Aead::open(const Nonce& nonce,
                               std::string_view associated,
                               std::string_view sealed) {
    if (sealed.size() < kAeadTagSize) {
        return fail(ErrorKind::malformed, "crypto.aead", "shorter than its tag");
    }
    const std::string_view body = sealed.substr(0, sealed.size() - kAeadTagSize);
    std::string tag(sealed.substr(body.size()));
    std::string clear(body.size(), '\0');
    EVP_CIPHER_CTX* const context = contexts_->opening;
    int written = 0;
    unsigned char rest[16];
    const bool good =
        EVP_DecryptInit_ex2(context, nullptr, nullptr, nonce.data(), nullptr) == 1 &&
        update(context, nullptr, associated, false) &&
        update(context, reinterpret_cast<unsigned char*>(clear.data()), body, false) &&
        EVP_CIPHER_CTX_ctrl(
            context, EVP_CTRL_AEAD_SET_TAG, static_cast<int>(kAeadTagSize), tag.data()) == 1 &&
        EVP_DecryptFinal_ex(context, rest, &written) == 1;
    if (!good) {
        explicit_bzero(clear.data(), clear.size());
        return fail(
            ErrorKind::malformed, "crypto.aead", "the tag does not fit: wrong key or damage");
    }
    return clear;
}

}  // namespace sealgate::crypto
