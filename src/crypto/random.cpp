// SPDX-License-Identifier: Apache-2.0
#include "crypto/random.h"

#include <openssl/rand.h>

#include <climits>
#include <cstring>

namespace sealgate::crypto {
namespace {

Result<std::string> fill(std::size_t size, int (*source)(unsigned char*, int)) {
    if (size > INT_MAX) return fail(ErrorKind::exhausted, "crypto.random", "too many octets");
    std::string bytes(size, '\0');
    if (source(reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(size)) != 1) {
        return fail(ErrorKind::transient, "crypto.random", "OpenSSL has no entropy");
    }
    return bytes;
}

}  // namespace

Result<SecretBytes> random_key(std::size_t size) {
    SG_TRY(auto bytes, fill(size, RAND_priv_bytes));
    return SecretBytes(std::move(bytes));
}

Result<std::string> random_bytes(std::size_t size) {
    return fill(size, RAND_bytes);
}

Result<std::uint64_t> random_number() {
    SG_TRY(const auto bytes, fill(sizeof(std::uint64_t), RAND_bytes));
    std::uint64_t number = 0;
    std::memcpy(&number, bytes.data(), sizeof number);
    return number;
}

}  // namespace sealgate::crypto
