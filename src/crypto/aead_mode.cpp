// SPDX-License-Identifier: Apache-2.0
#include "crypto/aead_mode.h"

#include "base/secret.h"
#include "crypto/eax.h"
#include "crypto/openssl.h"

#include <openssl/crypto.h>

#include <array>
#include <cstring>

namespace sealgate::crypto {
namespace {

struct ModeFacts {
    std::size_t nonce = 0;
    std::string_view name;
};
constexpr std::array<ModeFacts, 3> kFacts{{{16, "EAX"}, {15, "OCB"}, {12, "GCM"}}};

const ModeFacts& facts(AeadMode mode) {
    return kFacts.at(static_cast<std::size_t>(mode));
}

// By the mode (OCB first) and the cipher (AES-128 first).
using Algorithms = std::array<std::array<const EVP_CIPHER*, 3>, 2>;

const EVP_CIPHER* fetched(AeadMode mode, BlockCipher cipher) {
    static const Algorithms kAlgorithms = [] {
        const ErrorsForgotten forgotten;
        const auto fetch = [](const char* name) {
            return EVP_CIPHER_fetch(nullptr, name, nullptr);
        };
        return Algorithms{{{fetch("AES-128-OCB"), fetch("AES-192-OCB"), fetch("AES-256-OCB")},
                           {fetch("AES-128-GCM"), fetch("AES-192-GCM"), fetch("AES-256-GCM")}}};
    }();
    if (cipher < BlockCipher::aes128 || cipher > BlockCipher::aes256) return nullptr;
    const auto which =
        static_cast<std::size_t>(cipher) - static_cast<std::size_t>(BlockCipher::aes128);
    return kAlgorithms.at(mode == AeadMode::ocb ? 0 : 1).at(which);
}

// Appends `size` octets that `fill` writes, without zeroes first; when it says no, `out` is as it
// was.
template <class Fill>
bool append(std::string& out, std::size_t size, const Fill& fill) {
    const std::size_t start = out.size();
    bool good = false;
    // The callback's second argument is the capacity in libstdc++ 12.
    out.resize_and_overwrite(start + size, [&](char* text, std::size_t /*not the size*/) {
        good = fill(octets(text + start));
        return good ? start + size : start;
    });
    return good;
}

}  // namespace

struct AeadCipher::State {
    AeadMode mode = AeadMode::ocb;
    std::optional<Eax> eax;
    // Each direction has an expanded key of its own, made when it is first wanted.
    const EVP_CIPHER* algorithm = nullptr;
    SecretBytes key;
    CipherContext opening;
    CipherContext sealing;

    CipherContext expand(bool seal) const {
        CipherContext context(EVP_CIPHER_CTX_new());
        SG_CHECK(context != nullptr);
        const int direction = seal ? 1 : 0;
        const int nonce = static_cast<int>(nonce_size(mode));
        // The nonce's length before the key: OCB's tables depend on it in OpenSSL.
        SG_CHECK(EVP_CipherInit_ex2(
                     context.get(), algorithm, nullptr, nullptr, direction, nullptr) == 1 &&
                 EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_SET_IVLEN, nonce, nullptr) == 1 &&
                 EVP_CipherInit_ex2(
                     context.get(), nullptr, octets(key.view()), nullptr, direction, nullptr) == 1);
        return context;
    }

    // False when the tag does not fit.
    bool open_by_evp(std::string_view nonce,
                     std::string_view associated,
                     std::string_view body,
                     std::string_view tag,
                     unsigned char* out) {
        if (opening == nullptr) opening = expand(false);
        EVP_CIPHER_CTX* const context = opening.get();
        std::array<unsigned char, kAeadModeTagSize> expected{};
        std::memcpy(expected.data(), tag.data(), expected.size());
        SG_CHECK(EVP_DecryptInit_ex2(context, nullptr, nullptr, octets(nonce), nullptr) == 1);
        SG_CHECK(EVP_CIPHER_CTX_ctrl(context,
                                     EVP_CTRL_AEAD_SET_TAG,
                                     static_cast<int>(expected.size()),
                                     expected.data()) == 1);
        if (cipher_update(context, nullptr, associated) < 0) return false;
        // OCB holds back a last part of a block until the end.
        const std::ptrdiff_t written = cipher_update(context, out, body);
        if (written < 0) return false;
        int rest = 0;
        std::array<unsigned char, 16> nothing{};
        unsigned char* const end = body.empty() ? nothing.data() : out + written;
        return EVP_DecryptFinal_ex(context, end, &rest) == 1 && written + rest == std::ssize(body);
    }

    bool open_by_eax(std::string_view nonce,
                     std::string_view associated,
                     std::string_view body,
                     std::string_view tag,
                     unsigned char* out) {
        const Eax::Block expected = eax->tag(nonce, associated, body);
        if (CRYPTO_memcmp(expected.data(), tag.data(), expected.size()) != 0) return false;
        eax->apply(nonce, body, out);
        return true;
    }

    void seal_by_evp(std::string_view nonce,
                     std::string_view associated,
                     std::string_view clear,
                     unsigned char* out) {
        if (sealing == nullptr) sealing = expand(true);
        EVP_CIPHER_CTX* const context = sealing.get();
        int rest = 0;
        SG_CHECK(EVP_EncryptInit_ex2(context, nullptr, nullptr, octets(nonce), nullptr) == 1);
        SG_CHECK(cipher_update(context, nullptr, associated) >= 0);
        const std::ptrdiff_t written = cipher_update(context, out, clear);
        SG_CHECK(written >= 0 && EVP_EncryptFinal_ex(context, out + written, &rest) == 1 &&
                 written + rest == std::ssize(clear));
        SG_CHECK(EVP_CIPHER_CTX_ctrl(context,
                                     EVP_CTRL_AEAD_GET_TAG,
                                     static_cast<int>(kAeadModeTagSize),
                                     out + clear.size()) == 1);
    }
};

std::size_t nonce_size(AeadMode mode) {
    return facts(mode).nonce;
}

std::string_view to_string(AeadMode mode) {
    return facts(mode).name;
}

void AeadCipher::Free::operator()(State* state) const {
    delete state;
}

Result<AeadCipher> AeadCipher::create(AeadMode mode, BlockCipher cipher, std::string_view key) {
    if (key.size() != key_size(cipher)) {
        return fail(ErrorKind::malformed, "crypto.aead_mode", "a key of another length");
    }
    std::unique_ptr<State, Free> state(new State);
    state->mode = mode;
    if (mode == AeadMode::eax) {
        state->eax = Eax::create(cipher, key);
    } else {
        state->algorithm = fetched(mode, cipher);
        state->key = SecretBytes(std::string(key));
    }
    if (!state->eax && state->algorithm == nullptr) {
        return fail(ErrorKind::not_found,
                    "crypto.aead_mode",
                    std::string("no library has ") + std::string(to_string(cipher)) + " in " +
                        std::string(to_string(mode)));
    }
    return AeadCipher(std::move(state));
}

Status AeadCipher::open(std::string_view nonce,
                        std::string_view associated,
                        std::string_view sealed,
                        std::string& out) {
    if (nonce.size() != nonce_size(state_->mode) || sealed.size() < kAeadModeTagSize) {
        return fail(ErrorKind::malformed, "crypto.aead_mode", "no whole nonce or tag");
    }
    const std::string_view body = sealed.substr(0, sealed.size() - kAeadModeTagSize);
    const std::string_view tag = sealed.substr(body.size());
    const bool good = append(out, body.size(), [&](unsigned char* to) {
        const bool fits = state_->eax ? state_->open_by_eax(nonce, associated, body, tag, to)
                                      : state_->open_by_evp(nonce, associated, body, tag, to);
        if (!fits) OPENSSL_cleanse(to, body.size());
        return fits;
    });
    if (good) return {};
    const ErrorsForgotten forgotten;
    return fail(ErrorKind::malformed, "crypto.aead_mode", "the tag does not fit");
}

void AeadCipher::seal(std::string_view nonce,
                      std::string_view associated,
                      std::string_view clear,
                      std::string& out) {
    SG_CHECK(nonce.size() == nonce_size(state_->mode));
    append(out, clear.size() + kAeadModeTagSize, [&](unsigned char* to) {
        if (state_->eax) {
            state_->eax->apply(nonce, clear, to);
            const std::string_view body(reinterpret_cast<const char*>(to), clear.size());
            const Eax::Block tag = state_->eax->tag(nonce, associated, body);
            std::memcpy(to + clear.size(), tag.data(), tag.size());
        } else {
            state_->seal_by_evp(nonce, associated, clear, to);
        }
        return true;
    });
}

}  // namespace sealgate::crypto
