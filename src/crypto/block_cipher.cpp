// SPDX-License-Identifier: Apache-2.0
#include "crypto/block_cipher.h"

#include "crypto/openssl.h"

#include <array>

namespace sealgate::crypto {
namespace {

struct CipherFacts {
    std::size_t key = 0;
    std::size_t block = 0;
    std::string_view name;
    const char* cfb = nullptr;  // OpenSSL's name, null when it has none
};

constexpr std::array<CipherFacts, 11> kFacts{{
    {16, 8, "IDEA", nullptr},
    {24, 8, "TripleDES", "DES-EDE3-CFB"},
    {16, 8, "CAST5", "CAST5-CFB"},
    {16, 8, "Blowfish", "BF-CFB"},
    {16, 16, "AES-128", "AES-128-CFB"},
    {24, 16, "AES-192", "AES-192-CFB"},
    {32, 16, "AES-256", "AES-256-CFB"},
    {32, 16, "Twofish", nullptr},
    {16, 16, "Camellia-128", "CAMELLIA-128-CFB"},
    {24, 16, "Camellia-192", "CAMELLIA-192-CFB"},
    {32, 16, "Camellia-256", "CAMELLIA-256-CFB"},
}};

const CipherFacts& facts(BlockCipher cipher) {
    return kFacts.at(static_cast<std::size_t>(cipher));
}

const EVP_CIPHER* fetch(BlockCipher cipher) {
    if (facts(cipher).cfb == nullptr) return nullptr;
    const ErrorsForgotten forgotten;
    const bool old = cipher == BlockCipher::cast5 || cipher == BlockCipher::blowfish;
    return EVP_CIPHER_fetch(old ? old_algorithms() : nullptr, facts(cipher).cfb, nullptr);
}

// One at a time, so that nobody loads the legacy provider who has no use for it.
template <BlockCipher cipher>
const EVP_CIPHER* fetched_once() {
    static const EVP_CIPHER* const algorithm = fetch(cipher);
    return algorithm;
}

const EVP_CIPHER* fetched(BlockCipher cipher) {
    switch (cipher) {
        case BlockCipher::idea:
        case BlockCipher::twofish:
            return nullptr;
        case BlockCipher::triple_des:
            return fetched_once<BlockCipher::triple_des>();
        case BlockCipher::cast5:
            return fetched_once<BlockCipher::cast5>();
        case BlockCipher::blowfish:
            return fetched_once<BlockCipher::blowfish>();
        case BlockCipher::aes128:
            return fetched_once<BlockCipher::aes128>();
        case BlockCipher::aes192:
            return fetched_once<BlockCipher::aes192>();
        case BlockCipher::aes256:
            return fetched_once<BlockCipher::aes256>();
        case BlockCipher::camellia128:
            return fetched_once<BlockCipher::camellia128>();
        case BlockCipher::camellia192:
            return fetched_once<BlockCipher::camellia192>();
        case BlockCipher::camellia256:
            return fetched_once<BlockCipher::camellia256>();
    }
    return nullptr;
}

EVP_CIPHER_CTX* of(void* context) {
    return static_cast<EVP_CIPHER_CTX*>(context);
}

Result<CipherContext> begin(BlockCipher cipher,
                            std::string_view key,
                            std::string_view iv,
                            bool encrypt) {
    if (key.size() != key_size(cipher) || iv.size() != block_size(cipher)) {
        return fail(ErrorKind::malformed, "crypto.cfb", "a key or IV of another length");
    }
    const EVP_CIPHER* const algorithm = fetched(cipher);
    if (algorithm == nullptr) {
        return fail(ErrorKind::not_found,
                    "crypto.cfb",
                    std::string("no library has ") + std::string(to_string(cipher)));
    }
    const ErrorsForgotten forgotten;
    CipherContext context(EVP_CIPHER_CTX_new());
    SG_CHECK(context != nullptr);
    SG_CHECK(EVP_CipherInit_ex2(
                 context.get(), algorithm, octets(key), octets(iv), encrypt ? 1 : 0, nullptr) == 1);
    return context;
}

void run(void* context, std::string_view in, char* out) {
    SG_CHECK(cipher_update(of(context), octets(out), in) == std::ssize(in));
}

}  // namespace

std::size_t key_size(BlockCipher cipher) {
    return facts(cipher).key;
}

std::size_t block_size(BlockCipher cipher) {
    return facts(cipher).block;
}

std::string_view to_string(BlockCipher cipher) {
    return facts(cipher).name;
}

void CfbDecryptor::Free::operator()(void* context) const {
    EVP_CIPHER_CTX_free(of(context));
}

Result<CfbDecryptor> CfbDecryptor::create(BlockCipher cipher,
                                          std::string_view key,
                                          std::string_view iv) {
    SG_TRY(auto context, begin(cipher, key, iv, false));
    return CfbDecryptor(std::unique_ptr<void, Free>(context.release()));
}

void CfbDecryptor::update(std::string_view in, char* out) {
    run(context_.get(), in, out);
}

void CfbEncryptor::Free::operator()(void* context) const {
    EVP_CIPHER_CTX_free(of(context));
}

Result<CfbEncryptor> CfbEncryptor::create(BlockCipher cipher,
                                          std::string_view key,
                                          std::string_view iv) {
    SG_TRY(auto context, begin(cipher, key, iv, true));
    return CfbEncryptor(std::unique_ptr<void, Free>(context.release()));
}

void CfbEncryptor::update(std::string_view in, char* out) {
    run(context_.get(), in, out);
}

}  // namespace sealgate::crypto
