#pragma once
// SPDX-License-Identifier: Apache-2.0
// The octets of a document on their way through the hashes that its signatures ask for: each
// distinct (hash, kind, salt) is computed once, block by block, however many signatures share it.

#include "crypto/hash.h"
#include "openpgp/signature.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sealgate::openpgp {

// Gives lines the ends that a text signature is made over (RFC 9580 section 5.2.4): LF alone
// becomes CRLF; what is CRLF stays. Pieces may be cut anywhere.
class CanonicalText {
public:
    // Appends to `out`.
    void convert(std::string_view piece, std::string& out);

private:
    bool after_cr_ = false;
};

class SignedOctets {
public:
    // Before the first update(), even one of nothing: what comes later is not taken, since its hash
    // would be over a part of the document. Only the types binary and text are made over documents;
    // anything else is passed over. hash_for() has nothing for either.
    void expect(const Signature& signature);
    void expect(SignatureType type, std::uint8_t hash, std::string_view salt);

    void update(std::string_view octets);

    // The hash over all octets so far, begun as this signature asks; nullopt: it was not expected,
    // or its hash is not known here.
    [[nodiscard]] std::optional<crypto::Hash> hash_for(const Signature& signature) const;

private:
    struct Running {
        bool text;
        std::uint8_t id;
        std::string salt;
        crypto::Hash hash;
    };
    [[nodiscard]] const Running* find(bool text, std::uint8_t hash, std::string_view salt) const;

    std::vector<Running> running_;
    bool begun_ = false;
    bool any_text_ = false;
    CanonicalText canonical_;
    std::string converted_;
};

}  // namespace sealgate::openpgp
