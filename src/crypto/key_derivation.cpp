// SPDX-License-Identifier: Apache-2.0
#include "crypto/key_derivation.h"

#include "crypto/openssl.h"

#include <argon2.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

#include <algorithm>
#include <array>

namespace sealgate::crypto {
namespace {

using Kdf = std::unique_ptr<EVP_KDF_CTX, ReleasedBy<EVP_KDF_CTX_free>>;

OSSL_PARAM text_param(const char* name, std::string_view bytes) {
    // OpenSSL refuses a null pointer even for no octets.
    const char* const data = bytes.data() == nullptr ? "" : bytes.data();
    return OSSL_PARAM_construct_octet_string(name, const_cast<char*>(data), bytes.size());
}

std::uint8_t* argon2_bytes(std::string_view bytes) {
    return reinterpret_cast<std::uint8_t*>(const_cast<char*>(bytes.data()));
}

// RFC 9106 section 3.1; libargon2 says the same, but counts in 32 bits.
bool is_argon2_size(std::string_view bytes) {
    return bytes.size() <= UINT32_MAX;
}

const EVP_CIPHER* key_wrap(std::size_t key_size) {
    static const std::array<const EVP_CIPHER*, 3> kAlgorithms = [] {
        const ErrorsForgotten forgotten;
        return std::array<const EVP_CIPHER*, 3>{EVP_CIPHER_fetch(nullptr, "AES-128-WRAP", nullptr),
                                                EVP_CIPHER_fetch(nullptr, "AES-192-WRAP", nullptr),
                                                EVP_CIPHER_fetch(nullptr, "AES-256-WRAP", nullptr)};
    }();
    if (key_size != 16 && key_size != 24 && key_size != 32) return nullptr;
    return kAlgorithms.at(key_size / 8 - 2);
}

// Gives false when the integrity check fails. `out` has room for in.size() + 8 octets.
bool run_key_wrap(std::string_view key, std::string_view in, bool wrap, std::string& out) {
    const CipherContext context(EVP_CIPHER_CTX_new());
    SG_CHECK(context != nullptr);
    const EVP_CIPHER* const algorithm = key_wrap(key.size());
    EVP_CIPHER_CTX_set_flags(context.get(), EVP_CIPHER_CTX_FLAG_WRAP_ALLOW);
    SG_CHECK(EVP_CipherInit_ex2(
                 context.get(), algorithm, octets(key), nullptr, wrap ? 1 : 0, nullptr) == 1);
    const std::ptrdiff_t written = cipher_update(context.get(), octets(out.data()), in);
    return written == std::ssize(in) + (wrap ? 8 : -8);
}

constexpr std::size_t kMostWrapped = 1UL << 16;

}  // namespace

SecretBytes hkdf(HashAlgorithm hash,
                 std::string_view secret,
                 std::string_view salt,
                 std::string_view info,
                 std::size_t size) {
    static EVP_KDF* const algorithm = EVP_KDF_fetch(nullptr, "HKDF", nullptr);
    SG_CHECK(algorithm != nullptr && size > 0 && size <= 255 * digest_size(hash));
    const Kdf context(EVP_KDF_CTX_new(algorithm));
    SG_CHECK(context != nullptr);
    const char* const name = EVP_MD_get0_name(openssl_hash(hash));
    const OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, const_cast<char*>(name), 0),
        text_param(OSSL_KDF_PARAM_KEY, secret),
        text_param(OSSL_KDF_PARAM_SALT, salt),
        text_param(OSSL_KDF_PARAM_INFO, info),
        OSSL_PARAM_construct_end(),
    };
    std::string key(size, '\0');
    SG_CHECK(EVP_KDF_derive(context.get(), octets(key.data()), key.size(), params) == 1);
    return SecretBytes(std::move(key));
}

Result<SecretBytes> argon2id(std::string_view password,
                             std::string_view salt,
                             const Argon2Cost& cost,
                             std::size_t size,
                             std::string_view secret,
                             std::string_view associated) {
    if (!is_argon2_size(password) || !is_argon2_size(salt) || !is_argon2_size(secret) ||
        !is_argon2_size(associated) || size > UINT32_MAX) {
        return fail(ErrorKind::malformed, "crypto.argon2", "beyond 2^32 octets");
    }
    std::string key(size, '\0');
    argon2_context context{};
    context.out = argon2_bytes(key);
    context.outlen = static_cast<std::uint32_t>(key.size());
    context.pwd = argon2_bytes(password);
    context.pwdlen = static_cast<std::uint32_t>(password.size());
    context.salt = argon2_bytes(salt);
    context.saltlen = static_cast<std::uint32_t>(salt.size());
    context.secret = secret.empty() ? nullptr : argon2_bytes(secret);
    context.secretlen = static_cast<std::uint32_t>(secret.size());
    context.ad = associated.empty() ? nullptr : argon2_bytes(associated);
    context.adlen = static_cast<std::uint32_t>(associated.size());
    context.t_cost = cost.passes;
    context.m_cost = cost.memory_kib;
    context.lanes = cost.lanes;
    context.threads = 1;
    context.version = ARGON2_VERSION_13;
    context.flags = ARGON2_DEFAULT_FLAGS;
    const int outcome = argon2id_ctx(&context);
    SecretBytes result(std::move(key));
    if (outcome == ARGON2_OK) return result;
    return fail(
        outcome == ARGON2_MEMORY_ALLOCATION_ERROR ? ErrorKind::exhausted : ErrorKind::malformed,
        "crypto.argon2",
        argon2_error_message(outcome));
}

Result<SecretBytes> aes_key_unwrap(std::string_view key, std::string_view wrapped) {
    if (key_wrap(key.size()) == nullptr) {
        return fail(ErrorKind::malformed, "crypto.key_wrap", "a key of another length");
    }
    if (wrapped.size() < 24 || wrapped.size() % 8 != 0 || wrapped.size() > kMostWrapped) {
        return fail(ErrorKind::malformed, "crypto.key_wrap", "no wrapped key has this length");
    }
    std::string out(wrapped.size() + 8, '\0');
    const ErrorsForgotten forgotten;
    const bool good = run_key_wrap(key, wrapped, false, out);
    OPENSSL_cleanse(out.data() + wrapped.size() - 8, 16);
    out.resize(wrapped.size() - 8);
    SecretBytes secret(std::move(out));
    if (good) return secret;
    return fail(ErrorKind::malformed, "crypto.key_wrap", "the integrity check fails");
}

Result<std::string> aes_key_wrap(std::string_view key, std::string_view secret) {
    if (key_wrap(key.size()) == nullptr) {
        return fail(ErrorKind::malformed, "crypto.key_wrap", "a key of another length");
    }
    if (secret.size() < 16 || secret.size() % 8 != 0 || secret.size() > kMostWrapped) {
        return fail(ErrorKind::malformed, "crypto.key_wrap", "this length cannot be wrapped");
    }
    std::string out(secret.size() + 8, '\0');
    SG_CHECK(run_key_wrap(key, secret, true, out));
    return out;
}

}  // namespace sealgate::crypto
