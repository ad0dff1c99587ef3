#pragma once
// SPDX-License-Identifier: Apache-2.0
// SHA-256 (FIPS 180-4) and HMAC-SHA-256 (RFC 2104). They fail only when OpenSSL cannot work at all,
// which ends the process: no caller could do anything about it.

#include <memory>
#include <string>
#include <string_view>

namespace sealgate::crypto {

inline constexpr std::size_t kSha256Size = 32;

// 32 octets, raw: to_hex() makes them readable.
[[nodiscard]] std::string sha256(std::string_view bytes);

// The same over pieces.
class Sha256 {
public:
    Sha256();
    void update(std::string_view bytes);
    // The digest of everything so far; afterwards the object starts anew.
    [[nodiscard]] std::string finish();

private:
    struct Free {
        void operator()(void* context) const;
    };
    std::unique_ptr<void, Free> context_;
};

[[nodiscard]] std::string hmac_sha256(std::string_view key, std::string_view bytes);

// Compares secrets (tags, tokens) in a time that depends on the lengths only.
[[nodiscard]] bool constant_time_equal(std::string_view a, std::string_view b);

}  // namespace sealgate::crypto
