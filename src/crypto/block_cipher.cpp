// SPDX-License-Identifier: Apache-2.0
#include "crypto/block_cipher.h"

#include "crypto/openssl.h"

#include <openssl/crypto.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace sealgate::crypto {
namespace {

struct CipherFacts {
    std::size_t key = 0;
    std::size_t block = 0;
    std::string_view name;
    const char* cfb = nullptr;  // OpenSSL's name, null when it has none
    const char* ecb = nullptr;  // where blocks go through the processor several at a time
};

constexpr std::array<CipherFacts, 11> kFacts{{
    {16, 8, "IDEA", nullptr},
    {24, 8, "TripleDES", "DES-EDE3-CFB"},
    {16, 8, "CAST5", "CAST5-CFB"},
    {16, 8, "Blowfish", "BF-CFB"},
    {16, 16, "AES-128", "AES-128-CFB", "AES-128-ECB"},
    {24, 16, "AES-192", "AES-192-CFB", "AES-192-ECB"},
    {32, 16, "AES-256", "AES-256-CFB", "AES-256-ECB"},
    {32, 16, "Twofish", nullptr},
    {16, 16, "Camellia-128", "CAMELLIA-128-CFB"},
    {24, 16, "Camellia-192", "CAMELLIA-192-CFB"},
    {32, 16, "Camellia-256", "CAMELLIA-256-CFB"},
}};

const CipherFacts& facts(BlockCipher cipher) {
    return kFacts.at(static_cast<std::size_t>(cipher));
}

enum class Mode : std::uint8_t { cfb, ecb };

const EVP_CIPHER* fetch(BlockCipher cipher, Mode mode) {
    const char* const name = mode == Mode::cfb ? facts(cipher).cfb : facts(cipher).ecb;
    if (name == nullptr) return nullptr;
    const ErrorsForgotten forgotten;
    const bool old = cipher == BlockCipher::cast5 || cipher == BlockCipher::blowfish;
    return EVP_CIPHER_fetch(old ? old_algorithms() : nullptr, name, nullptr);
}

// One at a time, so that nobody loads the legacy provider who has no use for it.
template <Mode mode, BlockCipher cipher>
const EVP_CIPHER* fetched_once() {
    static const EVP_CIPHER* const algorithm = fetch(cipher, mode);
    return algorithm;
}

template <Mode mode>
const EVP_CIPHER* fetched(BlockCipher cipher) {
    switch (cipher) {
        case BlockCipher::idea:
        case BlockCipher::twofish:
            return nullptr;
        case BlockCipher::triple_des:
            return fetched_once<mode, BlockCipher::triple_des>();
        case BlockCipher::cast5:
            return fetched_once<mode, BlockCipher::cast5>();
        case BlockCipher::blowfish:
            return fetched_once<mode, BlockCipher::blowfish>();
        case BlockCipher::aes128:
            return fetched_once<mode, BlockCipher::aes128>();
        case BlockCipher::aes192:
            return fetched_once<mode, BlockCipher::aes192>();
        case BlockCipher::aes256:
            return fetched_once<mode, BlockCipher::aes256>();
        case BlockCipher::camellia128:
            return fetched_once<mode, BlockCipher::camellia128>();
        case BlockCipher::camellia192:
            return fetched_once<mode, BlockCipher::camellia192>();
        case BlockCipher::camellia256:
            return fetched_once<mode, BlockCipher::camellia256>();
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
    const EVP_CIPHER* const algorithm = fetched<Mode::cfb>(cipher);
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

// Decryption can do what OpenSSL's CFB does not: each block is the cipher of the ciphertext before,
// and all of that is known, so ECB takes many blocks at a time (AES: some six times as fast).
struct CfbDecryptor::State {
    static constexpr std::size_t kBlock = 16;
    static constexpr std::size_t kAtOnce = 256 * kBlock;

    CipherContext plain;  // OpenSSL's CFB, when there is no ECB
    CipherContext blocks;
    std::array<unsigned char, kBlock> feedback{};  // ciphertext before, or the part of a block
    std::size_t used = 0;                          // octets of `stream` that are used, below kBlock
    std::array<unsigned char, kAtOnce> stream{};   // what the ciphertext is combined with

    State() = default;
    State(const State&) = delete;
    State& operator=(const State&) = delete;
    State(State&&) = delete;
    State& operator=(State&&) = delete;
    ~State() { OPENSSL_cleanse(stream.data(), stream.size()); }

    // The first `size` octets of `stream`, whole blocks, become their ciphers.
    void encipher(std::size_t size) {
        const std::string_view text(reinterpret_cast<const char*>(stream.data()), size);
        SG_CHECK(cipher_update(blocks.get(), stream.data(), text) == std::ssize(text));
    }

    void take_part(std::string_view& in, unsigned char*& out) {
        for (; used < kBlock && !in.empty(); in.remove_prefix(1), ++used, ++out) {
            feedback.at(used) = octets(in)[0];
            *out = static_cast<unsigned char>(stream.at(used) ^ octets(in)[0]);
        }
        used %= kBlock;
    }

    void update(std::string_view in, unsigned char* out) {
        if (used != 0) take_part(in, out);
        while (in.size() >= kBlock) {
            const std::size_t size = std::min(in.size() / kBlock * kBlock, kAtOnce);
            std::memcpy(stream.data(), feedback.data(), kBlock);
            std::memcpy(stream.data() + kBlock, in.data(), size - kBlock);
            std::memcpy(feedback.data(), in.data() + size - kBlock, kBlock);
            encipher(size);
            const unsigned char* const from = octets(in);
            for (std::size_t i = 0; i < size; ++i)
                out[i] = static_cast<unsigned char>(from[i] ^ stream[i]);
            out += size;
            in.remove_prefix(size);
        }
        if (in.empty()) return;
        std::memcpy(stream.data(), feedback.data(), kBlock);
        encipher(kBlock);
        take_part(in, out);
    }
};

void CfbDecryptor::Free::operator()(State* state) const {
    delete state;
}

Result<CfbDecryptor> CfbDecryptor::create(BlockCipher cipher,
                                          std::string_view key,
                                          std::string_view iv) {
    std::unique_ptr<State, Free> state(new State);
    const EVP_CIPHER* const ecb = fetched<Mode::ecb>(cipher);
    if (ecb == nullptr || key.size() != key_size(cipher) || iv.size() != State::kBlock) {
        SG_TRY(state->plain, begin(cipher, key, iv, false));
        return CfbDecryptor(std::move(state));
    }
    state->blocks.reset(EVP_CIPHER_CTX_new());
    EVP_CIPHER_CTX* const context = state->blocks.get();
    SG_CHECK(context != nullptr &&
             EVP_EncryptInit_ex2(context, ecb, octets(key), nullptr, nullptr) == 1 &&
             EVP_CIPHER_CTX_set_padding(context, 0) == 1);
    std::memcpy(state->feedback.data(), iv.data(), iv.size());
    return CfbDecryptor(std::move(state));
}

void CfbDecryptor::update(std::string_view in, char* out) {
    if (state_->blocks == nullptr) return run(state_->plain.get(), in, out);
    state_->update(in, octets(out));
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
