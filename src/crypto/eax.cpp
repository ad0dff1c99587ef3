// SPDX-License-Identifier: Apache-2.0
#include "crypto/eax.h"

#include "base/result.h"

#include <openssl/core_names.h>
#include <openssl/params.h>

namespace sealgate::crypto {
namespace {

struct Modes {
    const char* counter = nullptr;
    const char* chain = nullptr;
};

Modes modes(BlockCipher cipher) {
    switch (cipher) {
        case BlockCipher::aes128:
            return {"AES-128-CTR", "AES-128-CBC"};
        case BlockCipher::aes192:
            return {"AES-192-CTR", "AES-192-CBC"};
        case BlockCipher::aes256:
            return {"AES-256-CTR", "AES-256-CBC"};
        case BlockCipher::camellia128:
            return {"CAMELLIA-128-CTR", "CAMELLIA-128-CBC"};
        case BlockCipher::camellia192:
            return {"CAMELLIA-192-CTR", "CAMELLIA-192-CBC"};
        case BlockCipher::camellia256:
            return {"CAMELLIA-256-CTR", "CAMELLIA-256-CBC"};
        default:
            return {};
    }
}

}  // namespace

std::optional<Eax> Eax::create(BlockCipher cipher, std::string_view key) {
    const Modes names = modes(cipher);
    if (names.counter == nullptr) return std::nullopt;
    const ErrorsForgotten forgotten;
    static EVP_MAC* const cmac = EVP_MAC_fetch(nullptr, "CMAC", nullptr);
    // Looked up each time: only a stranger's old messages are in EAX.
    const std::unique_ptr<EVP_CIPHER, ReleasedBy<EVP_CIPHER_free>> algorithm(
        EVP_CIPHER_fetch(nullptr, names.counter, nullptr));
    if (cmac == nullptr || algorithm == nullptr) return std::nullopt;
    MacContext mac(EVP_MAC_CTX_new(cmac));
    CipherContext counter(EVP_CIPHER_CTX_new());
    SG_CHECK(mac != nullptr && counter != nullptr);
    const OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_CIPHER, const_cast<char*>(names.chain), 0),
        OSSL_PARAM_construct_end(),
    };
    if (EVP_MAC_init(mac.get(), octets(key), key.size(), params) != 1 ||
        EVP_EncryptInit_ex2(counter.get(), algorithm.get(), octets(key), nullptr, nullptr) != 1) {
        return std::nullopt;
    }
    return Eax(std::move(mac), std::move(counter));
}

// The CMAC of a block that says what follows, and what follows.
Eax::Block Eax::omac(unsigned char kind, std::string_view bytes) {
    Block block{};
    block.back() = kind;
    std::size_t size = 0;
    SG_CHECK(EVP_MAC_init(mac_.get(), nullptr, 0, nullptr) == 1);
    SG_CHECK(EVP_MAC_update(mac_.get(), block.data(), block.size()) == 1);
    SG_CHECK(EVP_MAC_update(mac_.get(), octets(bytes), bytes.size()) == 1);
    SG_CHECK(EVP_MAC_final(mac_.get(), block.data(), &size, block.size()) == 1 &&
             size == block.size());
    return block;
}

Eax::Block Eax::tag(std::string_view nonce,
                    std::string_view associated,
                    std::string_view ciphertext) {
    Block tag = omac(0, nonce);
    const Block header = omac(1, associated);
    const Block body = omac(2, ciphertext);
    for (std::size_t i = 0; i < tag.size(); ++i)
        tag[i] = static_cast<unsigned char>(tag[i] ^ header[i] ^ body[i]);
    return tag;
}

void Eax::apply(std::string_view nonce, std::string_view in, unsigned char* out) {
    const Block start = omac(0, nonce);
    SG_CHECK(EVP_EncryptInit_ex2(counter_.get(), nullptr, nullptr, start.data(), nullptr) == 1 &&
             cipher_update(counter_.get(), out, in) == std::ssize(in));
}

}  // namespace sealgate::crypto
