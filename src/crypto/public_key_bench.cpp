// SPDX-License-Identifier: Apache-2.0
// Public key operations beside bare OpenSSL calls on a context that was prepared once: the
// difference is what our classes cost.
#include "crypto/public_key.h"
#include "crypto/test_keys.h"

#include <benchmark/benchmark.h>

#include <string>

// The loop form of the library is a dead store to the analyzer.
// NOLINTBEGIN(clang-analyzer-deadcode.DeadStores)
namespace sealgate::crypto {
namespace {

const Key& rsa_key() {
    static const Key key = test::make_rsa(3072);
    return key;
}

KeyContext prepared(const Key& key, int (*init)(EVP_PKEY_CTX*)) {
    KeyContext context(EVP_PKEY_CTX_new_from_pkey(nullptr, key.get(), nullptr));
    SG_CHECK(init(context.get()) == 1);
    return context;
}

std::string text() {
    return digest(HashAlgorithm::sha256, "text");
}

void BM_verify_rsa3072(benchmark::State& state) {
    const auto key = PublicKey::rsa(test::part(rsa_key(), "n"), test::part(rsa_key(), "e")).value();
    const std::string signature = test::sign(rsa_key(), HashAlgorithm::sha256, text());
    const std::string hashed = text();
    for (auto _ : state)
        SG_CHECK(key.verify_rsa(HashAlgorithm::sha256, hashed, signature));
}
BENCHMARK(BM_verify_rsa3072);

void BM_verify_rsa3072_bare(benchmark::State& state) {
    const auto context = prepared(rsa_key(), EVP_PKEY_verify_init);
    EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_PADDING);
    EVP_PKEY_CTX_set_signature_md(context.get(), openssl_hash(HashAlgorithm::sha256));
    const std::string signature = test::sign(rsa_key(), HashAlgorithm::sha256, text());
    const std::string hashed = text();
    for (auto _ : state) {
        SG_CHECK(EVP_PKEY_verify(context.get(),
                                 octets(signature),
                                 signature.size(),
                                 octets(hashed),
                                 hashed.size()) == 1);
    }
}
BENCHMARK(BM_verify_rsa3072_bare);

void BM_verify_p256(benchmark::State& state) {
    const Key made = test::make_ec(Curve::p256);
    const auto key = PublicKey::ec(Curve::p256, test::ec_point(made)).value();
    const std::string hashed = text();
    const auto [r, s] = test::numbers(test::sign(made, HashAlgorithm::sha256, hashed));
    for (auto _ : state)
        SG_CHECK(key.verify_dsa(hashed, r, s));
}
BENCHMARK(BM_verify_p256);

void BM_verify_p256_bare(benchmark::State& state) {
    const Key made = test::make_ec(Curve::p256);
    const auto context = prepared(made, EVP_PKEY_verify_init);
    const std::string hashed = text();
    const std::string signature = test::sign(made, HashAlgorithm::sha256, hashed);
    for (auto _ : state) {
        SG_CHECK(EVP_PKEY_verify(context.get(),
                                 octets(signature),
                                 signature.size(),
                                 octets(hashed),
                                 hashed.size()) == 1);
    }
}
BENCHMARK(BM_verify_p256_bare);

struct Raw {
    explicit Raw(const char* name) : key(EVP_PKEY_Q_keygen(nullptr, nullptr, name)) {
        std::size_t size = 32;
        EVP_PKEY_get_raw_public_key(key.get(), octets(open.data()), &size);
        EVP_PKEY_get_raw_private_key(key.get(), octets(secret.data()), &size);
    }
    Key key;
    std::string open = std::string(32, '\0');
    std::string secret = std::string(32, '\0');
};

void BM_verify_ed25519(benchmark::State& state) {
    const Raw raw("ED25519");
    const auto key = PublicKey::raw(RawKind::ed25519, raw.open).value();
    const std::string hashed = text();
    const std::string signature =
        PrivateKey::raw(RawKind::ed25519, raw.open, raw.secret).value().sign_eddsa(hashed);
    for (auto _ : state)
        SG_CHECK(key.verify_eddsa(hashed, signature));
}
BENCHMARK(BM_verify_ed25519);

void BM_verify_ed25519_bare(benchmark::State& state) {
    const Raw raw("ED25519");
    const std::string hashed = text();
    const std::string signature =
        PrivateKey::raw(RawKind::ed25519, raw.open, raw.secret).value().sign_eddsa(hashed);
    const DigestContext context(EVP_MD_CTX_new());
    EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, raw.key.get());
    for (auto _ : state) {
        SG_CHECK(EVP_DigestVerify(context.get(),
                                  octets(signature),
                                  signature.size(),
                                  octets(hashed),
                                  hashed.size()) == 1);
    }
}
BENCHMARK(BM_verify_ed25519_bare);

void BM_agree_x25519(benchmark::State& state) {
    const Raw raw("X25519");
    const Raw other("X25519");
    const auto key = PrivateKey::raw(RawKind::x25519, raw.open, raw.secret).value();
    const auto peer = PublicKey::raw(RawKind::x25519, other.open).value();
    for (auto _ : state)
        SG_CHECK(key.agree(peer).has_value());
}
BENCHMARK(BM_agree_x25519);

void BM_agree_x25519_bare(benchmark::State& state) {
    const Raw raw("X25519");
    const Raw other("X25519");
    const auto context = prepared(raw.key, EVP_PKEY_derive_init);
    unsigned char out[32];
    for (auto _ : state) {
        std::size_t size = sizeof out;
        SG_CHECK(EVP_PKEY_derive_set_peer_ex(context.get(), other.key.get(), 0) == 1 &&
                 EVP_PKEY_derive(context.get(), out, &size) == 1);
    }
}
BENCHMARK(BM_agree_x25519_bare);

// The key of a message that was made for one use.
void BM_agree_x25519_new_peer(benchmark::State& state) {
    const Raw raw("X25519");
    const Raw other("X25519");
    const auto key = PrivateKey::raw(RawKind::x25519, raw.open, raw.secret).value();
    for (auto _ : state)
        SG_CHECK(key.agree(PublicKey::raw(RawKind::x25519, other.open).value()).has_value());
}
BENCHMARK(BM_agree_x25519_new_peer);

void BM_decrypt_rsa3072(benchmark::State& state) {
    const auto parts = test::rsa_parts(rsa_key());
    const auto key = PrivateKey::rsa(parts.n, parts.e, parts.d, parts.p, parts.q, parts.u).value();
    const std::string sealed =
        test::encrypt_rsa(rsa_key(), std::string(35, 'k'), RSA_PKCS1_PADDING);
    for (auto _ : state)
        SG_CHECK(key.decrypt_rsa(sealed).has_value());
}
BENCHMARK(BM_decrypt_rsa3072);

void BM_decrypt_rsa3072_bad_padding(benchmark::State& state) {
    const auto parts = test::rsa_parts(rsa_key());
    const auto key = PrivateKey::rsa(parts.n, parts.e, parts.d, parts.p, parts.q, parts.u).value();
    const std::string sealed =
        test::encrypt_rsa(rsa_key(), "\x01" + std::string(383, 'k'), RSA_NO_PADDING);
    for (auto _ : state)
        SG_CHECK(!key.decrypt_rsa(sealed).has_value());
}
BENCHMARK(BM_decrypt_rsa3072_bad_padding);

void BM_decrypt_rsa3072_bare(benchmark::State& state) {
    const auto context = prepared(rsa_key(), EVP_PKEY_decrypt_init);
    EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_PADDING);
    const std::string sealed =
        test::encrypt_rsa(rsa_key(), std::string(35, 'k'), RSA_PKCS1_PADDING);
    unsigned char out[512];
    for (auto _ : state) {
        std::size_t size = sizeof out;
        SG_CHECK(EVP_PKEY_decrypt(context.get(), out, &size, octets(sealed), sealed.size()) == 1);
    }
}
BENCHMARK(BM_decrypt_rsa3072_bare);

// What a point costs to accept, and what EVP_PKEY_public_check would add.
void BM_make_ec(benchmark::State& state) {
    const auto curve = static_cast<Curve>(state.range(0));
    const std::string point = test::ec_point(test::make_ec(curve));
    for (auto _ : state)
        SG_CHECK(PublicKey::ec(curve, point).has_value());
    state.SetLabel(test::curve_name(curve));
}
BENCHMARK(BM_make_ec)->DenseRange(0, 6);

void BM_public_check_ec_bare(benchmark::State& state) {
    const auto curve = static_cast<Curve>(state.range(0));
    const Key made = test::make_ec(curve);
    for (auto _ : state) {
        const KeyContext context(EVP_PKEY_CTX_new_from_pkey(nullptr, made.get(), nullptr));
        SG_CHECK(EVP_PKEY_public_check(context.get()) == 1);
    }
    state.SetLabel(test::curve_name(curve));
}
BENCHMARK(BM_public_check_ec_bare)->DenseRange(0, 6);

void BM_make_rsa3072(benchmark::State& state) {
    const std::string n = test::part(rsa_key(), "n");
    const std::string e = test::part(rsa_key(), "e");
    for (auto _ : state)
        SG_CHECK(PublicKey::rsa(n, e).has_value());
}
BENCHMARK(BM_make_rsa3072);

// What a context that waits for its next use spares.
void BM_context_bare(benchmark::State& state) {
    const Key made = test::make_ec(Curve::p256);
    for (auto _ : state)
        benchmark::DoNotOptimize(prepared(made, EVP_PKEY_verify_init));
}
BENCHMARK(BM_context_bare);

}  // namespace
}  // namespace sealgate::crypto
// NOLINTEND(clang-analyzer-deadcode.DeadStores)
