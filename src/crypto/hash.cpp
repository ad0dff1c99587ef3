// SPDX-License-Identifier: Apache-2.0
#include "crypto/hash.h"

#include "base/result.h"
#include "crypto/openssl.h"

#include <array>

namespace sealgate::crypto {
namespace {

struct HashFacts {
    std::size_t size = 0;
    std::string_view name;
    const char* openssl = nullptr;
};

constexpr std::array<HashFacts, 9> kFacts{{
    {16, "MD5", "MD5"},
    {20, "SHA-1", "SHA1"},
    {20, "RIPEMD-160", "RIPEMD160"},
    {28, "SHA2-224", "SHA2-224"},
    {32, "SHA2-256", "SHA2-256"},
    {48, "SHA2-384", "SHA2-384"},
    {64, "SHA2-512", "SHA2-512"},
    {32, "SHA3-256", "SHA3-256"},
    {64, "SHA3-512", "SHA3-512"},
}};

const HashFacts& facts(HashAlgorithm algorithm) {
    return kFacts.at(static_cast<std::size_t>(algorithm));
}

// A machine whose openssl.cnf allows only approved algorithms has no MD5 by default, and a peer who
// names it must not end the process.
const EVP_MD* fetch(const char* name) {
    const ErrorsForgotten forgotten;
    const EVP_MD* const usual = EVP_MD_fetch(nullptr, name, nullptr);
    return usual != nullptr ? usual : EVP_MD_fetch(old_algorithms(), name, nullptr);
}

EVP_MD_CTX* of(void* context) {
    return static_cast<EVP_MD_CTX*>(context);
}

}  // namespace

const EVP_MD* openssl_hash(HashAlgorithm algorithm) {
    static const std::array<const EVP_MD*, kFacts.size()> kFetched = [] {
        std::array<const EVP_MD*, kFacts.size()> fetched{};
        for (std::size_t i = 0; i < fetched.size(); ++i)
            fetched[i] = fetch(kFacts[i].openssl);
        return fetched;
    }();
    return kFetched.at(static_cast<std::size_t>(algorithm));
}

std::size_t digest_size(HashAlgorithm algorithm) {
    return facts(algorithm).size;
}

std::string_view to_string(HashAlgorithm algorithm) {
    return facts(algorithm).name;
}

void Hash::Free::operator()(void* context) const {
    EVP_MD_CTX_free(of(context));
}

Hash::Hash(HashAlgorithm algorithm) : algorithm_(algorithm), context_(EVP_MD_CTX_new()) {
    SG_CHECK(context_ != nullptr);
    SG_CHECK(EVP_DigestInit_ex2(of(context_.get()), openssl_hash(algorithm), nullptr) == 1);
}

void Hash::update(std::string_view bytes) {
    SG_CHECK(EVP_DigestUpdate(of(context_.get()), bytes.data(), bytes.size()) == 1);
}

std::string Hash::finish() {
    std::string digest(digest_size(algorithm_), '\0');
    SG_CHECK(EVP_DigestFinal_ex(of(context_.get()), octets(digest.data()), nullptr) == 1);
    return digest;
}

Hash Hash::copy() const {
    Hash same(algorithm_, Empty{});
    SG_CHECK(same.context_ != nullptr);
    SG_CHECK(EVP_MD_CTX_copy_ex(of(same.context_.get()), of(context_.get())) == 1);
    return same;
}

Hash::Hash(HashAlgorithm algorithm, Empty /*not begun*/)
    : algorithm_(algorithm),
      context_(EVP_MD_CTX_new()) {}

std::string digest(HashAlgorithm algorithm, std::string_view bytes) {
    std::string digest(digest_size(algorithm), '\0');
    SG_CHECK(EVP_Digest(bytes.data(),
                        bytes.size(),
                        octets(digest.data()),
                        nullptr,
                        openssl_hash(algorithm),
                        nullptr) == 1);
    return digest;
}

}  // namespace sealgate::crypto
