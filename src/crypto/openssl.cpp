// SPDX-License-Identifier: Apache-2.0
#include "crypto/openssl.h"

#include <openssl/provider.h>

namespace sealgate::crypto {
namespace {

constexpr std::size_t kStep = 1UL << 30;

OSSL_LIB_CTX* load_old_algorithms() {
    OSSL_LIB_CTX* const context = OSSL_LIB_CTX_new();
    if (context == nullptr) return nullptr;
    // With any provider loaded by hand, the default one no longer comes by itself. Without the
    // legacy one, a fetch from here just finds less.
    const ErrorsForgotten forgotten;
    OSSL_PROVIDER_load(context, "default");
    OSSL_PROVIDER_load(context, "legacy");
    return context;
}

}  // namespace

OSSL_LIB_CTX* old_algorithms() {
    static OSSL_LIB_CTX* const context = load_old_algorithms();
    return context;
}

std::ptrdiff_t cipher_update(EVP_CIPHER_CTX* context, unsigned char* out, std::string_view in) {
    std::ptrdiff_t total = 0;
    while (!in.empty()) {
        const std::string_view step = in.substr(0, kStep);
        int written = 0;
        if (EVP_CipherUpdate(context,
                             out == nullptr ? nullptr : out + total,
                             &written,
                             octets(step),
                             static_cast<int>(step.size())) != 1) {
            return -1;
        }
        total += written;
        in.remove_prefix(step.size());
    }
    return total;
}

}  // namespace sealgate::crypto
