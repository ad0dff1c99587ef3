// SPDX-License-Identifier: Apache-2.0
#include "crypto/backend.h"

#include <openssl/crypto.h>

namespace sealgate::crypto {

std::string backend() {
    return std::string("OpenSSL ") + OpenSSL_version(OPENSSL_VERSION_STRING);
}

}  // namespace sealgate::crypto
