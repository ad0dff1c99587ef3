// SPDX-License-Identifier: Apache-2.0
#include "crypto/key_impl.h"

#include <openssl/rsa.h>

#include <algorithm>
#include <bit>
#include <cstring>

namespace sealgate::crypto {

std::string_view without_zeroes(std::string_view number) {
    number.remove_prefix(std::min(number.find_first_not_of('\0'), number.size()));
    return number;
}

std::size_t bit_length(std::string_view number) {
    number = without_zeroes(number);
    if (number.empty()) return 0;
    const auto first = static_cast<unsigned char>(number.front());
    return (number.size() - 1) * 8 + static_cast<std::size_t>(std::bit_width(first));
}

bool pad_left(std::string_view number, unsigned char* out, std::size_t size) {
    number = without_zeroes(number);
    if (number.size() > size) return false;
    const std::size_t zeroes = size - number.size();
    std::memset(out, 0, zeroes);
    if (!number.empty()) std::memcpy(out + zeroes, number.data(), number.size());
    return true;
}

Number to_number(std::string_view bytes) {
    SG_CHECK(bytes.size() <= 1U << 20U);
    Number number(BN_bin2bn(octets(bytes), static_cast<int>(bytes.size()), nullptr));
    SG_CHECK(number != nullptr);
    return number;
}

Number to_secret_number(std::string_view bytes) {
    SG_CHECK(bytes.size() <= 1U << 20U);
    Number number(BN_secure_new());
    SG_CHECK(number != nullptr);
    BN_set_flags(number.get(), BN_FLG_CONSTTIME);
    SG_CHECK(BN_bin2bn(octets(bytes), static_cast<int>(bytes.size()), number.get()) != nullptr);
    return number;
}

void KeyBuilder::add(const char* name, const Number& number) {
    SG_CHECK(OSSL_PARAM_BLD_push_BN(parts_.get(), name, number.get()) == 1);
}

void KeyBuilder::add(const char* name, const char* text) {
    SG_CHECK(OSSL_PARAM_BLD_push_utf8_string(parts_.get(), name, text, 0) == 1);
}

void KeyBuilder::add(const char* name, std::string_view bytes) {
    SG_CHECK(OSSL_PARAM_BLD_push_octet_string(parts_.get(), name, bytes.data(), bytes.size()) == 1);
}

Key KeyBuilder::make(const char* algorithm, bool with_private) {
    // What came from secret numbers is zeroised by this release.
    const std::unique_ptr<OSSL_PARAM, ReleasedBy<OSSL_PARAM_free>> params(
        OSSL_PARAM_BLD_to_param(parts_.get()));
    const KeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, algorithm, nullptr));
    SG_CHECK(params != nullptr && context != nullptr && EVP_PKEY_fromdata_init(context.get()) == 1);
    EVP_PKEY* key = nullptr;
    const ErrorsForgotten forgotten;
    const int selection = with_private ? EVP_PKEY_KEYPAIR : EVP_PKEY_PUBLIC_KEY;
    if (EVP_PKEY_fromdata(context.get(), &key, selection, params.get()) != 1) {
        EVP_PKEY_free(key);
        return nullptr;
    }
    return Key(key);
}

KeyContext ready_context(const Key& key, int (*init)(EVP_PKEY_CTX*)) {
    KeyContext context(EVP_PKEY_CTX_new_from_pkey(nullptr, key.get(), nullptr));
    if (context == nullptr || init(context.get()) != 1) return nullptr;
    return context;
}

KeyContext rsa_context(const Key& key, int (*init)(EVP_PKEY_CTX*)) {
    KeyContext context = ready_context(key, init);
    if (context == nullptr || EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_NO_PADDING) != 1) {
        return nullptr;
    }
    return context;
}

bool rsa_operation(EVP_PKEY_CTX* context,
                   int (*operation)(EVP_PKEY_CTX*,
                                    unsigned char*,
                                    std::size_t*,
                                    const unsigned char*,
                                    std::size_t),
                   const unsigned char* in,
                   unsigned char* out,
                   std::size_t size) {
    std::size_t written = size;
    return operation(context, out, &written, in, size) == 1 && written == size;
}

}  // namespace sealgate::crypto
