#pragma once
// SPDX-License-Identifier: Apache-2.0
// Key packets (RFC 9580 sections 5.5.1 to 5.5.3): of versions 4 and 6, public and secret. Whether a
// key may be trusted, or is strong enough, is not asked here.

#include "base/result.h"
#include "crypto/hash.h"
#include "crypto/public_key.h"
#include "openpgp/algorithms.h"
#include "openpgp/packet.h"

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sealgate::openpgp {

// Seconds since 1970, as keys and signatures carry them (section 3.5).
using Timestamp = std::uint32_t;

// 20 octets (version 4) or 32 (version 6), raw. "" = none.
using Fingerprint = std::string;
// A hint and never a name: collisions can be made. The last 8 octets of a version 4 fingerprint,
// the first 8 of a version 6 one. 0 stands for "any key" in an encrypted session key.
using KeyId = std::uint64_t;

[[nodiscard]] KeyId key_id_of(std::string_view fingerprint);
[[nodiscard]] std::string to_hex_upper(std::string_view octets);  // "3F1A..."
[[nodiscard]] std::string to_string(KeyId id);                    // 16 hexadecimal digits

// The parameters by which ECDH makes its key (section 11.5).
struct EcdhParameters {
    std::uint8_t hash = 0;
    std::uint8_t cipher = 0;
};

class Key;
using KeyPtr = std::shared_ptr<const Key>;

class Key {
public:
    // Of a key packet of any of the four kinds. malformed: its octets break the grammar, or a
    // version 6 key of an algorithm that it must not have; refused: version 2 or 3, not to be used
    // any more; not_found: a version or curve that is not known.
    // An unknown algorithm is no error: such a key has a fingerprint and can do nothing.
    [[nodiscard]] static Result<KeyPtr> parse(const Packet& packet);

    [[nodiscard]] bool is_subkey() const { return is_subkey_; }
    [[nodiscard]] int version() const { return version_; }
    [[nodiscard]] Timestamp created() const { return created_; }
    [[nodiscard]] PublicKeyAlgorithm algorithm() const { return algorithm_; }
    [[nodiscard]] CurveName curve() const { return curve_; }
    [[nodiscard]] std::size_t bits() const { return bits_; }  // of the modulus, of p, of the curve
    // With its length octet, as it stands in public_body(); "" without a curve.
    [[nodiscard]] std::string_view curve_oid() const { return curve_oid_; }
    [[nodiscard]] const EcdhParameters& ecdh() const { return ecdh_; }
    [[nodiscard]] const Fingerprint& fingerprint() const { return fingerprint_; }
    [[nodiscard]] KeyId id() const { return key_id_of(fingerprint_); }
    [[nodiscard]] std::uint64_t offset() const { return offset_; }  // of the packet, in its input

    // The body of the public packet: what is hashed, and what is written.
    [[nodiscard]] std::string_view public_body() const { return public_body_; }
    // Feeds the key as signatures over keys do (section 5.2.4).
    void hash_into(crypto::Hash& hash) const;
    // The numbers of the public key in the order of section 5.5.5, borrowed from public_body().
    [[nodiscard]] const std::vector<std::string_view>& numbers() const { return numbers_; }

    [[nodiscard]] bool is_secret() const { return !secret_part_.empty(); }
    // From the S2K usage octet on (section 5.5.3); "" in a public key. Zeroised with the key.
    [[nodiscard]] std::string_view secret_part() const { return secret_part_; }
    // The same key without its secret part.
    [[nodiscard]] KeyPtr without_secret() const;

    // The key object, made at the first call and kept: making it costs more than using it. nullptr:
    // the algorithm is unknown or has none, or the numbers are no key. Any thread.
    [[nodiscard]] const crypto::PublicKey* crypto_key() const;

    Key() = default;
    Key(const Key&) = delete;
    Key& operator=(const Key&) = delete;
    Key(Key&&) = delete;
    Key& operator=(Key&&) = delete;
    ~Key();

private:
    [[nodiscard]] std::optional<std::string_view> read_numbers(std::string_view body);
    [[nodiscard]] Result<crypto::PublicKey> make_crypto_key() const;
    void make_fingerprint();

    bool is_subkey_ = false;
    int version_ = 0;
    Timestamp created_ = 0;
    PublicKeyAlgorithm algorithm_{};
    CurveName curve_ = CurveName::none;
    std::string_view curve_oid_;
    EcdhParameters ecdh_;
    std::size_t bits_ = 0;
    std::uint64_t offset_ = 0;
    std::string public_body_;
    std::string secret_part_;
    std::vector<std::string_view> numbers_;
    Fingerprint fingerprint_;

    struct CryptoKey;
    mutable std::atomic<const CryptoKey*> crypto_key_ = nullptr;
};

}  // namespace sealgate::openpgp
