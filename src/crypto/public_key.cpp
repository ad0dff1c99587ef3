// SPDX-License-Identifier: Apache-2.0
#include "crypto/public_key.h"

#include "crypto/key_impl.h"

#include <openssl/core_names.h>

#include <array>

namespace sealgate::crypto {
namespace {

struct CurveFacts {
    std::size_t size = 0;
    std::size_t bits = 0;
    const char* openssl = nullptr;
};
constexpr std::array<CurveFacts, 7> kCurves{{
    {32, 256, "P-256"},
    {48, 384, "P-384"},
    {66, 521, "P-521"},
    {32, 256, "secp256k1"},
    {32, 256, "brainpoolP256r1"},
    {48, 384, "brainpoolP384r1"},
    {64, 512, "brainpoolP512r1"},
}};

struct RawFacts {
    std::size_t key = 0;
    std::size_t signature = 0;
    std::size_t bits = 0;
    const char* openssl = nullptr;
};
constexpr std::array<RawFacts, 4> kRaw{{
    {32, 64, 255, "ED25519"},
    {57, 114, 448, "ED448"},
    {32, 0, 255, "X25519"},
    {56, 0, 448, "X448"},
}};

const CurveFacts& facts(Curve curve) {
    return kCurves.at(static_cast<std::size_t>(curve));
}
const RawFacts& facts(RawKind kind) {
    return kRaw.at(static_cast<std::size_t>(kind));
}

bool is_odd(std::string_view number) {
    return !number.empty() && (static_cast<unsigned char>(number.back()) & 1U) != 0;
}

std::unexpected<Error> wrong(std::string detail) {
    return fail(ErrorKind::malformed, "crypto.public_key", std::move(detail));
}

}  // namespace

std::size_t field_size(Curve curve) {
    return facts(curve).size;
}
std::size_t bits(Curve curve) {
    return facts(curve).bits;
}
std::size_t raw_key_size(RawKind kind) {
    return facts(kind).key;
}
std::size_t raw_signature_size(RawKind kind) {
    return facts(kind).signature;
}
const char* openssl_name(Curve curve) {
    return facts(curve).openssl;
}
const char* openssl_name(RawKind kind) {
    return facts(kind).openssl;
}

Status check_rsa(std::string_view n, std::string_view e) {
    if (!is_odd(n) || bit_length(n) < 512 || bit_length(n) > kMostRsaOctets * 8) {
        return wrong("an RSA modulus that is even, below 512 or above 16384 bits");
    }
    if (!is_odd(e) || bit_length(e) < 2 || bit_length(e) > 32) {
        return wrong("an RSA exponent that is even, 1 or beyond 32 bits");
    }
    return {};
}

bool is_point(Curve curve, std::string_view point) {
    return point.size() == 1 + 2 * field_size(curve) && point.front() == '\x04';
}

Result<PublicKey> PublicKey::rsa(std::string_view n, std::string_view e) {
    SG_TRYV(check_rsa(n, e));
    const Number modulus = to_number(n);
    const Number exponent = to_number(e);
    KeyBuilder builder;
    builder.add(OSSL_PKEY_PARAM_RSA_N, modulus);
    builder.add(OSSL_PKEY_PARAM_RSA_E, exponent);
    const auto impl = std::make_shared<Impl>();
    impl->kind = KeyKind::rsa;
    impl->bits = bit_length(n);
    impl->key = builder.make("RSA", false);
    if (impl->key == nullptr) return wrong("no RSA key");
    return PublicKey(impl);
}

Result<PublicKey> PublicKey::dsa(std::string_view p,
                                 std::string_view q,
                                 std::string_view g,
                                 std::string_view y) {
    const std::size_t p_bits = bit_length(p);
    const std::size_t q_bits = bit_length(q);
    if (p_bits < 512 || p_bits > 4096 || !is_odd(p)) return wrong("DSA: p is out of bounds");
    if (q_bits < 160 || q_bits > 512 || q_bits >= p_bits || !is_odd(q)) {
        return wrong("DSA: q is out of bounds");
    }
    if (bit_length(g) > p_bits || bit_length(y) > p_bits) return wrong("DSA: g or y beyond p");
    const Number prime = to_number(p);
    const Number order = to_number(q);
    const Number generator = to_number(g);
    const Number key = to_number(y);
    const Number last = to_number(p);
    SG_CHECK(BN_sub_word(last.get(), 1) == 1);
    for (const Number* number : {&generator, &key}) {
        if (BN_is_zero(number->get()) || BN_is_one(number->get()) ||
            BN_cmp(number->get(), last.get()) >= 0) {
            return wrong("DSA: g or y is not in 2..p-2");
        }
    }
    KeyBuilder builder;
    builder.add(OSSL_PKEY_PARAM_FFC_P, prime);
    builder.add(OSSL_PKEY_PARAM_FFC_Q, order);
    builder.add(OSSL_PKEY_PARAM_FFC_G, generator);
    builder.add(OSSL_PKEY_PARAM_PUB_KEY, key);
    const auto impl = std::make_shared<Impl>();
    impl->kind = KeyKind::dsa;
    impl->bits = p_bits;
    impl->key = builder.make("DSA", false);
    if (impl->key == nullptr) return wrong("no DSA key");
    return PublicKey(impl);
}

Result<PublicKey> PublicKey::ec(Curve curve, std::string_view point) {
    if (!is_point(curve, point)) return wrong("an EC point of another form");
    KeyBuilder builder;
    builder.add(OSSL_PKEY_PARAM_GROUP_NAME, openssl_name(curve));
    builder.add(OSSL_PKEY_PARAM_PUB_KEY, point);
    const auto impl = std::make_shared<Impl>();
    impl->kind = KeyKind::ec;
    impl->curve = curve;
    impl->bits = crypto::bits(curve);
    // OpenSSL itself refuses coordinates beyond the field and points that are not on the curve, and
    // infinity has no such form. EVP_PKEY_public_check would only add a multiplication by the
    // order, which proves nothing on curves of cofactor 1.
    impl->key = builder.make("EC", false);
    if (impl->key == nullptr) return wrong("a point that is not on the curve");
    return PublicKey(impl);
}

Result<PublicKey> PublicKey::raw(RawKind kind, std::string_view key) {
    if (key.size() != raw_key_size(kind)) return wrong("a raw key of another length");
    const ErrorsForgotten forgotten;
    const auto impl = std::make_shared<Impl>();
    impl->kind = KeyKind::raw;
    impl->raw = kind;
    impl->bits = facts(kind).bits;
    impl->key = Key(EVP_PKEY_new_raw_public_key_ex(
        nullptr, openssl_name(kind), nullptr, octets(key), key.size()));
    if (impl->key == nullptr) return wrong("no raw key");
    return PublicKey(impl);
}

std::size_t PublicKey::bits() const {
    return impl_->bits;
}

}  // namespace sealgate::crypto
