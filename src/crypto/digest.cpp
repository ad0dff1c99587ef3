// SPDX-License-Identifier: Apache-2.0
#include "crypto/digest.h"

#include "base/result.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <climits>

namespace sealgate::crypto {
namespace {

// Fetched once: a look-up by name costs more than hashing a short text.
const EVP_MD* sha256_algorithm() {
    static EVP_MD* const algorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
    return algorithm;
}

EVP_MD_CTX* of(void* context) {
    return static_cast<EVP_MD_CTX*>(context);
}

unsigned char* octets(std::string& text) {
    return reinterpret_cast<unsigned char*>(text.data());
}

}  // namespace

void Sha256::Free::operator()(void* context) const {
    EVP_MD_CTX_free(of(context));
}

Sha256::Sha256() : context_(EVP_MD_CTX_new()) {
    SG_CHECK(context_ != nullptr);
    SG_CHECK(EVP_DigestInit_ex2(of(context_.get()), sha256_algorithm(), nullptr) == 1);
}

void Sha256::update(std::string_view bytes) {
    SG_CHECK(EVP_DigestUpdate(of(context_.get()), bytes.data(), bytes.size()) == 1);
}

std::string Sha256::finish() {
    std::string digest(kSha256Size, '\0');
    SG_CHECK(EVP_DigestFinal_ex(of(context_.get()), octets(digest), nullptr) == 1);
    SG_CHECK(EVP_DigestInit_ex2(of(context_.get()), sha256_algorithm(), nullptr) == 1);
    return digest;
}

std::string sha256(std::string_view bytes) {
    std::string digest(kSha256Size, '\0');
    SG_CHECK(
        EVP_Digest(
            bytes.data(), bytes.size(), octets(digest), nullptr, sha256_algorithm(), nullptr) == 1);
    return digest;
}

std::string hmac_sha256(std::string_view key, std::string_view bytes) {
    SG_CHECK(key.size() <= INT_MAX);
    std::string tag(kSha256Size, '\0');
    SG_CHECK(HMAC(sha256_algorithm(),
                  key.data(),
                  static_cast<int>(key.size()),
                  reinterpret_cast<const unsigned char*>(bytes.data()),
                  bytes.size(),
                  octets(tag),
                  nullptr) != nullptr);
    return tag;
}

bool constant_time_equal(std::string_view a, std::string_view b) {
    return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace sealgate::crypto
