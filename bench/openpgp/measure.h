#pragma once
// SPDX-License-Identifier: Apache-2.0
// What is measured: one operation on one message, done by our engine, by librnp, and by the bare
// OpenSSL calls that nobody can do without.

#include <functional>
#include <string>
#include <vector>

namespace sealgate::bench {

struct Case {
    std::string name;
    std::string operation;    // "verify" (detached) or "decrypt" (and verify, when it is signed)
    std::string certificate;  // of the signer, octets
    std::string key;          // secret key of the recipient, octets; decrypt only
    std::string message;      // or signature
    std::string document;     // verify only
    // For the primitives.
    std::string public_key;   // "x25519", "rsa3072", "p256"
    std::string signing_key;  // "ed25519", "rsa3072", "p256"; "" = not signed
    std::string container;    // "mdc" or "ocb"
    std::string cipher;       // "AES-256" ...
    std::string hash;         // "SHA256" ...
    std::size_t size = 0;     // octets of the text
};

using Operation = std::function<void()>;

// The sum of what it needs, on keys that are ready.
[[nodiscard]] Operation primitives(const Case& one);
// Null when librnp is not here, or cannot do it. Throws std::runtime_error when it should and does
// not.
[[nodiscard]] Operation rnp(const Case& one);

}  // namespace sealgate::bench
