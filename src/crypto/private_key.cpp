// SPDX-License-Identifier: Apache-2.0
#include "crypto/key_impl.h"
#include "crypto/public_key.h"

#include <openssl/core_names.h>
#include <openssl/rand.h>

#include <cstring>

namespace sealgate::crypto {
namespace {

std::unexpected<Error> wrong(std::string detail) {
    return fail(ErrorKind::malformed, "crypto.private_key", std::move(detail));
}

Number secret_number() {
    Number number(BN_secure_new());
    SG_CHECK(number != nullptr);
    BN_set_flags(number.get(), BN_FLG_CONSTTIME);
    return number;
}

// d mod (prime - 1).
Number reduced(const Number& d, const Number& prime, BN_CTX* work) {
    const Number order(BN_dup(prime.get()));
    SG_CHECK(order != nullptr && BN_sub_word(order.get(), 1) == 1);
    BN_set_flags(order.get(), BN_FLG_CONSTTIME);
    Number rest = secret_number();
    SG_CHECK(BN_mod(rest.get(), d.get(), order.get(), work) == 1);
    return rest;
}

// One private and one public operation give the number back that went in.
bool round_trip(const Key& key, std::size_t size) {
    std::array<unsigned char, kMostRsaOctets> start{};
    std::array<unsigned char, kMostRsaOctets> there{};
    std::array<unsigned char, kMostRsaOctets> back{};
    // Below n, as its first octet is 0.
    if (RAND_bytes(start.data() + 1, static_cast<int>(size - 1)) != 1) return false;
    const KeyContext decrypt = rsa_context(key, EVP_PKEY_decrypt_init);
    const KeyContext encrypt = rsa_context(key, EVP_PKEY_encrypt_init);
    return decrypt != nullptr && encrypt != nullptr &&
           rsa_operation(decrypt.get(), EVP_PKEY_decrypt, start.data(), there.data(), size) &&
           rsa_operation(encrypt.get(), EVP_PKEY_encrypt, there.data(), back.data(), size) &&
           std::memcmp(start.data(), back.data(), size) == 0;
}

}  // namespace

Result<PrivateKey> PrivateKey::rsa(std::string_view n,
                                   std::string_view e,
                                   std::string_view d,
                                   std::string_view p,
                                   std::string_view q,
                                   std::string_view u) {
    SG_TRYV(check_rsa(n, e));
    for (const std::string_view part : {d, p, q, u}) {
        if (bit_length(part) > bit_length(n)) return wrong("RSA: a part is longer than n");
    }
    const ErrorsForgotten forgotten;
    const NumberContext work(BN_CTX_secure_new());
    SG_CHECK(work != nullptr);
    const Number modulus = to_number(n);
    const Number exponent = to_number(e);
    const Number secret = to_secret_number(d);
    const Number first = to_secret_number(p);
    const Number second = to_secret_number(q);
    const Number inverse = to_secret_number(u);
    const Number found = secret_number();
    if (!BN_is_odd(first.get()) || BN_is_one(first.get()) || !BN_is_odd(second.get()) ||
        BN_is_one(second.get())) {
        return wrong("RSA: p or q is even or 1");
    }
    SG_CHECK(BN_mul(found.get(), first.get(), second.get(), work.get()) == 1);
    if (BN_cmp(found.get(), modulus.get()) != 0) return wrong("RSA: n is not p*q");
    // OpenSSL finds a false result by itself and goes the slow way, so a false u would not show.
    SG_CHECK(BN_mod_mul(found.get(), inverse.get(), first.get(), second.get(), work.get()) == 1);
    if (!BN_is_one(found.get()) || BN_cmp(inverse.get(), second.get()) >= 0) {
        return wrong("RSA: u is not the inverse of p modulo q");
    }
    // OpenSSL's coefficient is the inverse of its second factor modulo its first: so our q is its
    // first.
    const Number d_first = reduced(secret, second, work.get());
    const Number d_second = reduced(secret, first, work.get());
    KeyBuilder builder;
    builder.add(OSSL_PKEY_PARAM_RSA_N, modulus);
    builder.add(OSSL_PKEY_PARAM_RSA_E, exponent);
    builder.add(OSSL_PKEY_PARAM_RSA_D, secret);
    builder.add(OSSL_PKEY_PARAM_RSA_FACTOR1, second);
    builder.add(OSSL_PKEY_PARAM_RSA_FACTOR2, first);
    builder.add(OSSL_PKEY_PARAM_RSA_EXPONENT1, d_first);
    builder.add(OSSL_PKEY_PARAM_RSA_EXPONENT2, d_second);
    builder.add(OSSL_PKEY_PARAM_RSA_COEFFICIENT1, inverse);
    const auto impl = std::make_shared<Impl>();
    impl->kind = KeyKind::rsa;
    impl->bits = bit_length(n);
    impl->key = builder.make("RSA", true);
    if (impl->key == nullptr) return wrong("no RSA key");
    if (!round_trip(impl->key, impl->size())) return wrong("RSA: d does not belong to e");
    return PrivateKey(impl);
}

Result<PrivateKey> PrivateKey::ec(Curve curve, std::string_view point, std::string_view scalar) {
    if (!is_point(curve, point)) return wrong("an EC point of another form");
    if (bit_length(scalar) > bits(curve)) return wrong("an EC scalar beyond the order");
    const Number secret = to_secret_number(scalar);
    KeyBuilder builder;
    builder.add(OSSL_PKEY_PARAM_GROUP_NAME, openssl_name(curve));
    builder.add(OSSL_PKEY_PARAM_PUB_KEY, point);
    builder.add(OSSL_PKEY_PARAM_PRIV_KEY, secret);
    const auto impl = std::make_shared<Impl>();
    impl->kind = KeyKind::ec;
    impl->curve = curve;
    impl->bits = bits(curve);
    impl->key = builder.make("EC", true);
    if (impl->key == nullptr) return wrong("a point that is not on the curve");
    const ErrorsForgotten forgotten;
    const KeyContext check(EVP_PKEY_CTX_new_from_pkey(nullptr, impl->key.get(), nullptr));
    if (check == nullptr || EVP_PKEY_pairwise_check(check.get()) != 1) {
        return wrong("an EC scalar out of range, or of another point");
    }
    return PrivateKey(impl);
}

Result<PrivateKey> PrivateKey::raw(RawKind kind, std::string_view key, std::string_view secret) {
    const std::size_t size = raw_key_size(kind);
    if (key.size() != size || secret.size() != size) return wrong("a raw key of another length");
    const ErrorsForgotten forgotten;
    const auto impl = std::make_shared<Impl>();
    impl->kind = KeyKind::raw;
    impl->raw = kind;
    impl->key = Key(EVP_PKEY_new_raw_private_key_ex(
        nullptr, openssl_name(kind), nullptr, octets(secret), secret.size()));
    std::array<unsigned char, 64> found{};
    std::size_t found_size = found.size();
    if (impl->key == nullptr ||
        EVP_PKEY_get_raw_public_key(impl->key.get(), found.data(), &found_size) != 1) {
        return wrong("no raw key");
    }
    if (found_size != size || std::memcmp(found.data(), key.data(), size) != 0) {
        return wrong("a secret that belongs to another public key");
    }
    return PrivateKey(impl);
}

}  // namespace sealgate::crypto
