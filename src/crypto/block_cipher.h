#pragma once
// SPDX-License-Identifier: Apache-2.0
// The block ciphers that OpenPGP names (RFC 9580 section 9.3) and the CFB mode it uses them in.
// IDEA and Twofish are known by name only: OpenSSL here has neither.

#include "base/result.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace sealgate::crypto {

enum class BlockCipher : std::uint8_t {
    idea,
    triple_des,
    cast5,
    blowfish,
    aes128,
    aes192,
    aes256,
    twofish,
    camellia128,
    camellia192,
    camellia256,
};

[[nodiscard]] std::size_t key_size(BlockCipher cipher);        // octets
[[nodiscard]] std::size_t block_size(BlockCipher cipher);      // octets
[[nodiscard]] std::string_view to_string(BlockCipher cipher);  // "AES-256"

// CFB with feedback of a whole block, over pieces of any length. CAST5 and Blowfish come from
// OpenSSL's legacy provider, loaded into a context of their own at their first use.
class CfbDecryptor {
public:
    // `iv` has block_size() octets. malformed: key or iv of another length; not_found: no library
    // offers the cipher. The key is copied into memory that OpenSSL cleans.
    [[nodiscard]] static Result<CfbDecryptor> create(BlockCipher cipher,
                                                     std::string_view key,
                                                     std::string_view iv);
    // Writes in.size() octets to `out`, which may be where `in` lies.
    void update(std::string_view in, char* out);

private:
    struct State;
    struct Free {
        void operator()(State* state) const;
    };
    explicit CfbDecryptor(std::unique_ptr<State, Free> state) : state_(std::move(state)) {}
    std::unique_ptr<State, Free> state_;
};

// The same the other way: for what is kept in temporary files, and for tests.
class CfbEncryptor {
public:
    [[nodiscard]] static Result<CfbEncryptor> create(BlockCipher cipher,
                                                     std::string_view key,
                                                     std::string_view iv);
    void update(std::string_view in, char* out);

private:
    struct Free {
        void operator()(void* context) const;
    };
    explicit CfbEncryptor(std::unique_ptr<void, Free> context) : context_(std::move(context)) {}
    std::unique_ptr<void, Free> context_;
};

}  // namespace sealgate::crypto
