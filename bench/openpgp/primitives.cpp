// SPDX-License-Identifier: Apache-2.0
#include "measure.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include <memory>
#include <stdexcept>

namespace sealgate::bench {
namespace {

void must(bool good, const char* what) {
    if (!good) throw std::runtime_error(std::string("OpenSSL: ") + what);
}

struct Free {
    void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
    void operator()(EVP_PKEY_CTX* context) const { EVP_PKEY_CTX_free(context); }
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
    void operator()(EVP_MD* digest) const { EVP_MD_free(digest); }
    void operator()(EVP_CIPHER* cipher) const { EVP_CIPHER_free(cipher); }
    void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
template <class T>
using Owned = std::shared_ptr<T>;
template <class T>
Owned<T> own(T* what) {
    must(what != nullptr, "out of memory, or unknown");
    return Owned<T>(what, Free());
}

unsigned char* octets(std::string& text) {
    return reinterpret_cast<unsigned char*>(text.data());
}

Owned<EVP_PKEY> make_key(const std::string& kind) {
    if (kind == "rsa3072") return own(EVP_RSA_gen(3072));
    if (kind == "p256") return own(EVP_EC_gen("P-256"));
    return own(EVP_PKEY_Q_keygen(nullptr, nullptr, kind == "x25519" ? "X25519" : "ED25519"));
}

Operation hash_of(const std::string& name, std::size_t size) {
    auto digest = own(EVP_MD_fetch(nullptr, name.c_str(), nullptr));
    auto context = own(EVP_MD_CTX_new());
    auto text = std::make_shared<std::string>(size, 'x');
    return [=] {
        unsigned char out[EVP_MAX_MD_SIZE];
        EVP_DigestInit_ex2(context.get(), digest.get(), nullptr);
        EVP_DigestUpdate(context.get(), text->data(), text->size());
        must(EVP_DigestFinal_ex(context.get(), out, nullptr) == 1, "hash");
    };
}

Operation verification(const std::string& kind, const std::string& hash) {
    auto key = make_key(kind);
    auto digest =
        std::make_shared<std::string>(EVP_MD_get_size(EVP_get_digestbyname(hash.c_str())), 'd');
    auto signature = std::make_shared<std::string>(1024, '\0');
    std::size_t size = signature->size();
    if (kind == "ed25519") {
        auto maker = own(EVP_MD_CTX_new());
        must(EVP_DigestSignInit(maker.get(), nullptr, nullptr, nullptr, key.get()) == 1, "sign");
        must(EVP_DigestSign(
                 maker.get(), octets(*signature), &size, octets(*digest), digest->size()) == 1,
             "sign");
        signature->resize(size);
        return [=] {
            auto context = own(EVP_MD_CTX_new());
            EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key.get());
            must(EVP_DigestVerify(context.get(),
                                  octets(*signature),
                                  signature->size(),
                                  octets(*digest),
                                  digest->size()) == 1,
                 "verify");
        };
    }
    const EVP_MD* const md = EVP_get_digestbyname(hash.c_str());
    auto maker = own(EVP_PKEY_CTX_new(key.get(), nullptr));
    must(EVP_PKEY_sign_init(maker.get()) == 1, "sign");
    must(EVP_PKEY_CTX_set_signature_md(maker.get(), md) == 1, "sign");
    must(
        EVP_PKEY_sign(maker.get(), octets(*signature), &size, octets(*digest), digest->size()) == 1,
        "sign");
    signature->resize(size);
    auto context = own(EVP_PKEY_CTX_new(key.get(), nullptr));
    must(EVP_PKEY_verify_init(context.get()) == 1, "verify");
    must(EVP_PKEY_CTX_set_signature_md(context.get(), md) == 1, "verify");
    return [=] {
        must(EVP_PKEY_verify(context.get(),
                             octets(*signature),
                             signature->size(),
                             octets(*digest),
                             digest->size()) == 1,
             "verify");
    };
}

Operation unwrapping(const std::string& kind) {
    if (kind == "rsa3072") {
        auto key = make_key(kind);
        auto maker = own(EVP_PKEY_CTX_new(key.get(), nullptr));
        must(EVP_PKEY_encrypt_init(maker.get()) == 1, "encrypt");
        must(EVP_PKEY_CTX_set_rsa_padding(maker.get(), RSA_PKCS1_PADDING) == 1, "encrypt");
        std::string clear(35, 'k');
        auto sealed = std::make_shared<std::string>(384, '\0');
        std::size_t size = sealed->size();
        must(
            EVP_PKEY_encrypt(maker.get(), octets(*sealed), &size, octets(clear), clear.size()) == 1,
            "encrypt");
        auto context = own(EVP_PKEY_CTX_new(key.get(), nullptr));
        must(EVP_PKEY_decrypt_init(context.get()) == 1, "decrypt");
        must(EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_PADDING) == 1, "decrypt");
        return [=] {
            std::string out(384, '\0');
            std::size_t length = out.size();
            must(EVP_PKEY_decrypt(
                     context.get(), octets(out), &length, octets(*sealed), sealed->size()) == 1,
                 "decrypt");
        };
    }
    auto key = make_key(kind);
    auto peer = make_key(kind);
    auto context = own(EVP_PKEY_CTX_new(key.get(), nullptr));
    must(EVP_PKEY_derive_init(context.get()) == 1, "derive");
    return [=] {
        unsigned char out[66];
        std::size_t size = sizeof out;
        must(EVP_PKEY_derive_set_peer(context.get(), peer.get()) == 1, "derive");
        must(EVP_PKEY_derive(context.get(), out, &size) == 1, "derive");
    };
}

Operation decryption(const Case& one) {
    const bool ocb = one.container == "ocb";
    auto cipher =
        own(EVP_CIPHER_fetch(nullptr, (one.cipher + (ocb ? "-OCB" : "-CFB")).c_str(), nullptr));
    auto context = own(EVP_CIPHER_CTX_new());
    auto text = std::make_shared<std::string>(one.size + 64, 't');
    auto out = std::make_shared<std::string>(one.size + 128, '\0');
    const std::string key(32, 'k');
    const std::string iv(16, 'i');
    const Operation sha1 = ocb ? Operation() : hash_of("SHA1", one.size + 64);
    return [=] {
        int written = 0;
        EVP_CIPHER_CTX_reset(context.get());
        EVP_DecryptInit_ex2(context.get(),
                            cipher.get(),
                            reinterpret_cast<const unsigned char*>(key.data()),
                            reinterpret_cast<const unsigned char*>(iv.data()),
                            nullptr);
        must(EVP_DecryptUpdate(context.get(),
                               octets(*out),
                               &written,
                               octets(*text),
                               static_cast<int>(text->size())) == 1,
             "decrypt");
        if (sha1) sha1();
    };
}

}  // namespace

Operation primitives(const Case& one) {
    std::vector<Operation> parts;
    if (one.operation == "decrypt") {
        parts.push_back(unwrapping(one.public_key));
        parts.push_back(decryption(one));
    }
    if (!one.signing_key.empty()) {
        parts.push_back(hash_of(one.hash, one.size));
        parts.push_back(verification(one.signing_key, one.hash));
    }
    return [parts] {
        for (const Operation& part : parts)
            part();
    };
}

}  // namespace sealgate::bench
