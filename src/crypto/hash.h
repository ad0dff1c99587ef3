#pragma once
// SPDX-License-Identifier: Apache-2.0
// The hash algorithms that OpenPGP names (RFC 9580 section 9.5), over pieces. Which of them may be
// trusted is not asked here: policy decides.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace sealgate::crypto {

enum class HashAlgorithm : std::uint8_t {
    md5,
    sha1,
    ripemd160,
    sha224,
    sha256,
    sha384,
    sha512,
    sha3_256,
    sha3_512,
};

[[nodiscard]] std::size_t digest_size(HashAlgorithm algorithm);     // octets
[[nodiscard]] std::string_view to_string(HashAlgorithm algorithm);  // "SHA2-256", as RFC 9580 does

// Fails only when OpenSSL cannot work at all, which ends the process. Moved from, it must not be
// used.
class Hash {
public:
    explicit Hash(HashAlgorithm algorithm);

    void update(std::string_view bytes);
    // The digest of everything so far, digest_size() octets. Afterwards only copies made before are
    // of use.
    [[nodiscard]] std::string finish();
    // The same state once more, so that what many signatures begin with is hashed once.
    [[nodiscard]] Hash copy() const;
    [[nodiscard]] HashAlgorithm algorithm() const { return algorithm_; }

private:
    struct Free {
        void operator()(void* context) const;
    };
    struct Empty {};
    Hash(HashAlgorithm algorithm, Empty not_begun);
    HashAlgorithm algorithm_;
    std::unique_ptr<void, Free> context_;
};

[[nodiscard]] std::string digest(HashAlgorithm algorithm, std::string_view bytes);

}  // namespace sealgate::crypto
