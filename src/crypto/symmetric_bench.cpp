// SPDX-License-Identifier: Apache-2.0
// Hashes, CFB and OCB beside bare OpenSSL calls on what was fetched and keyed once.
#include "crypto/aead_mode.h"
#include "crypto/block_cipher.h"
#include "crypto/hash.h"
#include "crypto/openssl.h"

#include <benchmark/benchmark.h>

#include <string>

// The loop form of the library is a dead store to the analyzer.
// NOLINTBEGIN(clang-analyzer-deadcode.DeadStores)
namespace sealgate::crypto {
namespace {

constexpr std::int64_t kSmall = 4096;
constexpr std::int64_t kLarge = 1 << 20;

std::string text(const benchmark::State& state) {
    return std::string(static_cast<std::size_t>(state.range(0)), 't');
}
void count(benchmark::State& state) {
    state.SetBytesProcessed(state.iterations() * state.range(0));
}

void BM_sha256(benchmark::State& state) {
    const std::string in = text(state);
    for (auto _ : state)
        benchmark::DoNotOptimize(digest(HashAlgorithm::sha256, in));
    count(state);
}
BENCHMARK(BM_sha256)->Arg(64)->Arg(kSmall);

void BM_sha256_object(benchmark::State& state) {
    const std::string in = text(state);
    for (auto _ : state) {
        Hash hash(HashAlgorithm::sha256);
        hash.update(in);
        benchmark::DoNotOptimize(hash.finish());
    }
    count(state);
}
BENCHMARK(BM_sha256_object)->Arg(64)->Arg(kSmall);

void BM_sha256_bare(benchmark::State& state) {
    const std::string in = text(state);
    const DigestContext context(EVP_MD_CTX_new());
    unsigned char out[32];
    for (auto _ : state) {
        EVP_DigestInit_ex2(context.get(), openssl_hash(HashAlgorithm::sha256), nullptr);
        EVP_DigestUpdate(context.get(), in.data(), in.size());
        EVP_DigestFinal_ex(context.get(), out, nullptr);
        benchmark::DoNotOptimize(out);
    }
    count(state);
}
BENCHMARK(BM_sha256_bare)->Arg(64)->Arg(kSmall);

void BM_cfb_decrypt(benchmark::State& state) {
    const std::string in = text(state);
    std::string out = in;
    auto cfb = CfbDecryptor::create(BlockCipher::aes256, std::string(32, 'k'), std::string(16, 'i'))
                   .value();
    for (auto _ : state)
        cfb.update(in, out.data());
    count(state);
}
BENCHMARK(BM_cfb_decrypt)->Arg(kSmall)->Arg(kLarge);

// As a message does it: a new key each time.
void BM_cfb_decrypt_new_key(benchmark::State& state) {
    const std::string in = text(state);
    std::string out = in;
    const std::string key(32, 'k');
    const std::string iv(16, 'i');
    for (auto _ : state)
        CfbDecryptor::create(BlockCipher::aes256, key, iv).value().update(in, out.data());
    count(state);
}
BENCHMARK(BM_cfb_decrypt_new_key)->Arg(kSmall)->Arg(kLarge);

void BM_cfb_decrypt_bare(benchmark::State& state) {
    const std::string in = text(state);
    std::string out = in;
    const std::unique_ptr<EVP_CIPHER, ReleasedBy<EVP_CIPHER_free>> cipher(
        EVP_CIPHER_fetch(nullptr, "AES-256-CFB", nullptr));
    const CipherContext context(EVP_CIPHER_CTX_new());
    const std::string key(32, 'k');
    EVP_DecryptInit_ex2(context.get(), cipher.get(), octets(key), octets(key), nullptr);
    for (auto _ : state) {
        int size = 0;
        EVP_DecryptUpdate(
            context.get(), octets(out.data()), &size, octets(in), static_cast<int>(in.size()));
    }
    count(state);
}
BENCHMARK(BM_cfb_decrypt_bare)->Arg(kSmall)->Arg(kLarge);

void BM_ocb_open(benchmark::State& state) {
    auto aead =
        AeadCipher::create(AeadMode::ocb, BlockCipher::aes256, std::string(32, 'k')).value();
    const std::string nonce(15, 'n');
    std::string sealed;
    aead.seal(nonce, "about", text(state), sealed);
    std::string out;
    for (auto _ : state) {
        out.clear();
        SG_CHECK(aead.open(nonce, "about", sealed, out).has_value());
    }
    count(state);
}
BENCHMARK(BM_ocb_open)->Arg(kSmall)->Arg(kLarge);

void BM_ocb_open_bare(benchmark::State& state) {
    const std::string key(32, 'k');
    const std::string nonce(15, 'n');
    std::string sealed;
    AeadCipher::create(AeadMode::ocb, BlockCipher::aes256, key)
        .value()
        .seal(nonce, "about", text(state), sealed);
    const std::unique_ptr<EVP_CIPHER, ReleasedBy<EVP_CIPHER_free>> cipher(
        EVP_CIPHER_fetch(nullptr, "AES-256-OCB", nullptr));
    const CipherContext context(EVP_CIPHER_CTX_new());
    EVP_DecryptInit_ex2(context.get(), cipher.get(), nullptr, nullptr, nullptr);
    EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_SET_IVLEN, 15, nullptr);
    EVP_DecryptInit_ex2(context.get(), nullptr, octets(key), nullptr, nullptr);
    std::string out = sealed;
    const auto size = static_cast<int>(state.range(0));
    for (auto _ : state) {
        int written = 0;
        EVP_DecryptInit_ex2(context.get(), nullptr, nullptr, octets(nonce), nullptr);
        EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_SET_TAG, 16, sealed.data() + size);
        EVP_DecryptUpdate(context.get(), nullptr, &written, octets("about"), 5);
        EVP_DecryptUpdate(context.get(), octets(out.data()), &written, octets(sealed), size);
        SG_CHECK(EVP_DecryptFinal_ex(context.get(), octets(out.data()) + written, &written) == 1);
    }
    count(state);
}
BENCHMARK(BM_ocb_open_bare)->Arg(kSmall)->Arg(kLarge);

void BM_eax_open(benchmark::State& state) {
    auto aead =
        AeadCipher::create(AeadMode::eax, BlockCipher::aes256, std::string(32, 'k')).value();
    const std::string nonce(16, 'n');
    std::string sealed;
    aead.seal(nonce, "about", text(state), sealed);
    std::string out;
    for (auto _ : state) {
        out.clear();
        SG_CHECK(aead.open(nonce, "about", sealed, out).has_value());
    }
    count(state);
}
BENCHMARK(BM_eax_open)->Arg(kSmall)->Arg(kLarge);

}  // namespace
}  // namespace sealgate::crypto
// NOLINTEND(clang-analyzer-deadcode.DeadStores)
