#pragma once
// SPDX-License-Identifier: Apache-2.0
// Keys and signatures made by OpenSSL's EVP, for tests and benches: what our classes are compared
// with. Only for src/crypto.

#include "base/result.h"
#include "crypto/hash.h"
#include "crypto/openssl.h"
#include "crypto/public_key.h"

#include <openssl/core_names.h>
#include <openssl/dsa.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/rsa.h>

#include <string>
#include <utility>

namespace sealgate::crypto::test {

inline std::string number_octets(const BIGNUM* number) {
    std::string out(static_cast<std::size_t>(BN_num_bytes(number)), '\0');
    BN_bn2bin(number, octets(out.data()));
    return out;
}

inline std::string part(const Key& key, const char* name) {
    BIGNUM* number = nullptr;
    SG_CHECK(EVP_PKEY_get_bn_param(key.get(), name, &number) == 1);
    std::string out = number_octets(number);
    BN_clear_free(number);
    return out;
}

// What OpenPGP keeps of an RSA key.
struct RsaParts {
    std::string n, e, d, p, q, u;
};

// As OpenPGP writes it: OpenSSL's first factor is our q, and its coefficient our u.
inline RsaParts rsa_parts(const Key& key) {
    return {part(key, OSSL_PKEY_PARAM_RSA_N),
            part(key, OSSL_PKEY_PARAM_RSA_E),
            part(key, OSSL_PKEY_PARAM_RSA_D),
            part(key, OSSL_PKEY_PARAM_RSA_FACTOR2),
            part(key, OSSL_PKEY_PARAM_RSA_FACTOR1),
            part(key, OSSL_PKEY_PARAM_RSA_COEFFICIENT1)};
}

inline Key make_rsa(std::size_t bits) {
    return Key(EVP_RSA_gen(bits));
}

inline const char* curve_name(Curve curve) {
    constexpr const char* kNames[] = {"P-256",
                                      "P-384",
                                      "P-521",
                                      "secp256k1",
                                      "brainpoolP256r1",
                                      "brainpoolP384r1",
                                      "brainpoolP512r1"};
    return kNames[static_cast<std::size_t>(curve)];
}

inline Key make_ec(Curve curve) {
    return Key(EVP_EC_gen(curve_name(curve)));
}

inline std::string ec_point(const Key& key) {
    std::string out(200, '\0');
    std::size_t size = 0;
    SG_CHECK(
        EVP_PKEY_get_octet_string_param(
            key.get(), OSSL_PKEY_PARAM_ENCODED_PUBLIC_KEY, octets(out.data()), out.size(), &size) ==
        1);
    out.resize(size);
    return out;
}

inline Key make_dsa(int p_bits, int q_bits) {
    const KeyContext make(EVP_PKEY_CTX_new_from_name(nullptr, "DSA", nullptr));
    EVP_PKEY* parameters = nullptr;
    SG_CHECK(EVP_PKEY_paramgen_init(make.get()) == 1 &&
             EVP_PKEY_CTX_set_dsa_paramgen_bits(make.get(), p_bits) == 1 &&
             EVP_PKEY_CTX_set_dsa_paramgen_q_bits(make.get(), q_bits) == 1 &&
             EVP_PKEY_paramgen(make.get(), &parameters) == 1);
    const Key kept(parameters);
    const KeyContext key(EVP_PKEY_CTX_new_from_pkey(nullptr, kept.get(), nullptr));
    EVP_PKEY* made = nullptr;
    SG_CHECK(EVP_PKEY_keygen_init(key.get()) == 1 && EVP_PKEY_keygen(key.get(), &made) == 1);
    return Key(made);
}

// A signature of a digest as OpenSSL gives it: PKCS #1 for RSA (with `hash`), DER for the others.
inline std::string sign(const Key& key, HashAlgorithm hash, std::string_view digest) {
    const KeyContext context(EVP_PKEY_CTX_new_from_pkey(nullptr, key.get(), nullptr));
    SG_CHECK(EVP_PKEY_sign_init(context.get()) == 1);
    if (EVP_PKEY_is_a(key.get(), "RSA") == 1) {
        SG_CHECK(EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_PADDING) == 1 &&
                 EVP_PKEY_CTX_set_signature_md(context.get(), openssl_hash(hash)) == 1);
    }
    std::string out(2048, '\0');
    std::size_t size = out.size();
    SG_CHECK(EVP_PKEY_sign(
                 context.get(), octets(out.data()), &size, octets(digest), digest.size()) == 1);
    out.resize(size);
    return out;
}

// r and s.
inline std::pair<std::string, std::string> numbers(std::string_view der) {
    const unsigned char* at = octets(der);
    ECDSA_SIG* const signature = d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size()));
    SG_CHECK(signature != nullptr);
    std::pair<std::string, std::string> out(number_octets(ECDSA_SIG_get0_r(signature)),
                                            number_octets(ECDSA_SIG_get0_s(signature)));
    ECDSA_SIG_free(signature);
    return out;
}

inline std::string encrypt_rsa(const Key& key, std::string_view clear, int padding) {
    const KeyContext context(EVP_PKEY_CTX_new_from_pkey(nullptr, key.get(), nullptr));
    std::string out(2048, '\0');
    std::size_t size = out.size();
    SG_CHECK(EVP_PKEY_encrypt_init(context.get()) == 1 &&
             EVP_PKEY_CTX_set_rsa_padding(context.get(), padding) == 1 &&
             EVP_PKEY_encrypt(
                 context.get(), octets(out.data()), &size, octets(clear), clear.size()) == 1);
    out.resize(size);
    return out;
}

// Every octet changed in turn, by one bit and by all.
template <class Try>
void with_each_octet_changed(const std::string& good, const Try& attempt) {
    for (std::size_t i = 0; i < good.size(); ++i) {
        for (const int change : {0x01, 0x80, 0xff}) {
            std::string bad = good;
            bad[i] = static_cast<char>(bad[i] ^ change);
            attempt(bad);
        }
    }
}

}  // namespace sealgate::crypto::test
