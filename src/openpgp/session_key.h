#pragma once
// SPDX-License-Identifier: Apache-2.0
// Encrypted session keys (RFC 9580 sections 5.1 and 5.3): reading the packets, and unwrapping with
// a key or a passphrase.

#include "base/result.h"
#include "base/secret.h"
#include "openpgp/packet.h"
#include "openpgp/s2k.h"
#include "openpgp/secret_key.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sealgate::openpgp {

struct SessionKey {
    // By number (section 9.3); 0: the container names it (version 6 packets).
    std::uint8_t cipher = 0;
    SecretBytes key;
};

// Tag 1. Views are borrowed from the packet.
struct PublicKeySessionKey {
    int version = 0;             // 3 or 6
    KeyId recipient_id = 0;      // version 3; 0: not said
    std::string_view recipient;  // version 6: fingerprint; "": not said
    PublicKeyAlgorithm algorithm{};
    std::uint64_t offset = 0;
    std::string_view ciphertext;  // RSA: the number; else what is wrapped
    std::string_view second;      // Elgamal: the second number
    std::string_view ephemeral;   // ECDH: the point; X25519, X448: the key
    std::uint8_t cipher = 0;      // X25519, X448 in version 3: not encrypted

    // malformed; not_found: an unknown version or algorithm, to be passed over.
    [[nodiscard]] static Result<PublicKeySessionKey> parse(const Packet& packet);
    // Whether it may be for this key. True also when it does not say.
    [[nodiscard]] bool may_be_for(const Key& key) const;
    [[nodiscard]] bool names_nobody() const;
};

// Tag 3.
struct PassphraseSessionKey {
    int version = 0;  // 4, 6, or 5 of LibrePGP
    std::uint8_t cipher = 0;
    std::uint8_t aead = 0;
    S2k s2k;
    std::uint64_t offset = 0;
    std::string_view nonce;
    std::string_view encrypted;  // version 4: "" = the S2K gives the session key itself

    // malformed; not_found: an unknown version or S2K; exhausted: an S2K over its limits.
    [[nodiscard]] static Result<PassphraseSessionKey> parse(const Packet& packet);
};

// What a message begins with.
struct EncryptedSessionKeys {
    std::vector<PublicKeySessionKey> for_keys;
    std::vector<PassphraseSessionKey> for_passphrases;
};

// Unwraps with a private key. Every way to fail is one error, malformed, without detail: whoever
// sends messages must not learn which. With RSA in version 3 a wrong padding, checksum or cipher
// gives a random key of the right length instead, so that the failure is that of the integrity
// check, later and elsewhere.
[[nodiscard]] Result<SessionKey> unwrap(const PublicKeySessionKey& wrapped, const UnlockedKey& key);

// With a passphrase. malformed: it is not the one (as far as can be seen here: version 4 is proved
// by the integrity check only).
[[nodiscard]] Result<SessionKey> unwrap(const PassphraseSessionKey& wrapped,
                                        std::string_view passphrase);

}  // namespace sealgate::openpgp
