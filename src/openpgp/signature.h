#pragma once
// SPDX-License-Identifier: Apache-2.0
// Signature packets (RFC 9580 section 5.2), versions 3, 4 and 6: what they say, and the octets over
// which they were made. What they say counts only when somebody has verified them, and only what
// stands in the hashed area; from the unhashed one come hints at the issuer and an embedded
// signature, which proves itself.

#include "base/result.h"
#include "crypto/hash.h"
#include "openpgp/key.h"
#include "openpgp/packet.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sealgate::openpgp {

enum class SignatureType : std::uint8_t {  // section 5.2.1
    binary = 0x00,
    text = 0x01,
    standalone = 0x02,
    generic_certification = 0x10,
    persona_certification = 0x11,
    casual_certification = 0x12,
    positive_certification = 0x13,
    subkey_binding = 0x18,
    primary_key_binding = 0x19,
    direct_key = 0x1F,
    key_revocation = 0x20,
    subkey_revocation = 0x28,
    certification_revocation = 0x30,
    timestamp = 0x40,
    third_party_confirmation = 0x50,
};

[[nodiscard]] std::string to_string(SignatureType type);
[[nodiscard]] bool is_certification(SignatureType type);  // 0x10 to 0x13
[[nodiscard]] bool is_revocation(SignatureType type);     // 0x20, 0x28, 0x30

enum class SubpacketType : std::uint8_t {  // section 5.2.3.7
    created = 2,
    expires_after = 3,
    exportable = 4,
    trust = 5,
    regular_expression = 6,
    revocable = 7,
    key_expires_after = 9,
    preferred_ciphers = 11,
    revocation_key = 12,
    issuer = 16,
    notation = 20,
    preferred_hashes = 21,
    preferred_compression = 22,
    key_server_preferences = 23,
    preferred_key_server = 24,
    primary_user_id = 25,
    policy_uri = 26,
    key_flags = 27,
    signer_user_id = 28,
    revocation_reason = 29,
    features = 30,
    signature_target = 31,
    embedded_signature = 32,
    issuer_fingerprint = 33,
    preferred_aead = 34,  // of drafts before RFC 9580; read and ignored
    intended_recipient = 35,
    preferred_aead_ciphersuites = 39,
};

[[nodiscard]] std::string to_string(SubpacketType type);

struct Subpacket {
    SubpacketType type{};
    bool critical = false;
    bool hashed = false;
    std::uint64_t offset = 0;
    std::string_view body;  // borrowed from the signature
};

// What a key may be used for (section 5.2.3.29); bits may be combined.
struct KeyFlags {
    static constexpr std::uint8_t kCertify = 0x01;
    static constexpr std::uint8_t kSign = 0x02;
    static constexpr std::uint8_t kEncryptCommunications = 0x04;
    static constexpr std::uint8_t kEncryptStorage = 0x08;
    static constexpr std::uint8_t kAuthenticate = 0x20;

    std::uint8_t first = 0;  // the first octet; no other has a meaning yet that we use
    [[nodiscard]] bool certify() const { return (first & kCertify) != 0; }
    [[nodiscard]] bool sign() const { return (first & kSign) != 0; }
    [[nodiscard]] bool encrypt() const {
        return (first & (kEncryptCommunications | kEncryptStorage)) != 0;
    }
    [[nodiscard]] bool authenticate() const { return (first & kAuthenticate) != 0; }
};

// Section 5.2.3.31.
struct RevocationReason {
    std::uint8_t code = 0;
    std::string text;  // of the owner, any octets
};

struct Notation {
    bool human_readable = false;
    bool critical = false;
    std::string name;
    std::string value;
};

struct RevocationKey {
    PublicKeyAlgorithm algorithm{};
    Fingerprint fingerprint;
};

// Bounds on what one signature may hold; beyond them it is refused with kind `exhausted`.
struct SignatureLimits {
    std::size_t octets = 1U << 20U;
    std::size_t subpackets = 1000;
};

class Signature;
using SignaturePtr = std::shared_ptr<const Signature>;

class Signature {
public:
    // malformed: breaks the grammar (among that: a version 6 salt of another length than its hash
    // asks for); not_found: a version that is not known, to be passed over; exhausted: as above.
    // An embedded signature is read, but not one within it.
    [[nodiscard]] static Result<SignaturePtr> parse(const Packet& packet,
                                                    const SignatureLimits& limits = {});

    [[nodiscard]] int version() const { return version_; }
    [[nodiscard]] SignatureType type() const { return type_; }
    [[nodiscard]] PublicKeyAlgorithm algorithm() const { return algorithm_; }
    [[nodiscard]] std::uint8_t hash_id() const { return hash_; }
    [[nodiscard]] std::string_view salt() const { return salt_; }
    [[nodiscard]] std::string_view left16() const { return left16_; }
    // RSA: one; DSA, ECDSA, EdDSALegacy: r and s; Ed25519, Ed448: the whole, as one.
    [[nodiscard]] const std::vector<std::string_view>& numbers() const { return numbers_; }
    [[nodiscard]] std::uint64_t offset() const { return offset_; }
    [[nodiscard]] std::string_view body() const { return body_; }

    // From the hashed area (or the fields of version 3).
    [[nodiscard]] std::optional<Timestamp> created() const { return created_; }
    [[nodiscard]] std::optional<Timestamp> expires_after() const { return expires_after_; }
    [[nodiscard]] std::optional<Timestamp> key_expires_after() const { return key_expires_after_; }
    [[nodiscard]] std::optional<KeyFlags> key_flags() const { return key_flags_; }
    [[nodiscard]] bool primary_user_id() const { return primary_user_id_; }
    [[nodiscard]] bool exportable() const { return exportable_; }
    [[nodiscard]] const std::optional<RevocationReason>& revocation_reason() const {
        return revocation_reason_;
    }
    [[nodiscard]] const std::vector<RevocationKey>& revocation_keys() const {
        return revocation_keys_;
    }
    [[nodiscard]] const std::vector<Notation>& notations() const { return notations_; }
    [[nodiscard]] const std::vector<Fingerprint>& intended_recipients() const {
        return intended_recipients_;
    }
    [[nodiscard]] std::optional<std::string_view> signer_user_id() const { return signer_user_id_; }
    // Preferences as they stand, "" when absent; the last one, if there are several.
    [[nodiscard]] std::string_view subpacket(SubpacketType type) const;
    // Critical subpackets of types that are not known here: the signature says more than we can
    // read, so it does not count (section 5.2.3.7).
    [[nodiscard]] const std::vector<SubpacketType>& unknown_critical() const {
        return unknown_critical_;
    }

    // Hints, of both areas.
    [[nodiscard]] const std::vector<Fingerprint>& issuer_fingerprints() const {
        return issuer_fingerprints_;
    }
    [[nodiscard]] const std::vector<KeyId>& issuer_ids() const { return issuer_ids_; }
    // Whether the hints allow that this key made it. True also without any hint.
    [[nodiscard]] bool may_be_from(const Key& key) const;
    // Without any hint nobody knows who made it.
    [[nodiscard]] bool has_issuer() const {
        return !issuer_fingerprints_.empty() || !issuer_ids_.empty();
    }
    [[nodiscard]] const SignaturePtr& embedded() const { return embedded_; }

    [[nodiscard]] const std::vector<Subpacket>& subpackets() const { return subpackets_; }

    // Hard: past signatures are void as well (no reason given, a compromised key, an unknown
    // reason). Soft: from its date on (superseded, retired, user ID no longer valid).
    [[nodiscard]] bool is_hard_revocation() const;

    // What makes it this signature: all of it but the unhashed area, which anybody may change. Two
    // signatures that differ in anything else have two identities.
    [[nodiscard]] std::string identity() const;
    // The order in which self-signatures are asked: the newest first; of the same second, always
    // the same one, wherever they stand in a file.
    [[nodiscard]] bool is_before(const Signature& other) const;

    // Section 5.2.4: what is hashed before the signed octets, and after them.
    void hash_begin(crypto::Hash& hash) const { hash.update(salt_); }
    void hash_end(crypto::Hash& hash) const;

    Signature() = default;
    Signature(const Signature&) = delete;
    Signature& operator=(const Signature&) = delete;
    Signature(Signature&&) = delete;
    Signature& operator=(Signature&&) = delete;
    ~Signature() = default;

private:
    friend class SignatureParser;

    int version_ = 0;
    SignatureType type_{};
    PublicKeyAlgorithm algorithm_{};
    std::uint8_t hash_ = 0;
    std::uint64_t offset_ = 0;
    std::string body_;  // everything below that is a view lies in it
    std::string_view hashed_part_;
    std::string_view tail_;  // what follows the unhashed area
    std::string_view salt_;
    std::string_view left16_;
    std::vector<std::string_view> numbers_;
    std::vector<Subpacket> subpackets_;

    std::optional<Timestamp> created_;
    std::optional<Timestamp> expires_after_;
    std::optional<Timestamp> key_expires_after_;
    std::optional<KeyFlags> key_flags_;
    bool primary_user_id_ = false;
    bool exportable_ = true;
    std::optional<RevocationReason> revocation_reason_;
    std::vector<RevocationKey> revocation_keys_;
    std::vector<Notation> notations_;
    std::vector<Fingerprint> intended_recipients_;
    std::optional<std::string_view> signer_user_id_;
    std::vector<SubpacketType> unknown_critical_;
    std::vector<Fingerprint> issuer_fingerprints_;
    std::vector<KeyId> issuer_ids_;
    SignaturePtr embedded_;
};

}  // namespace sealgate::openpgp
