#pragma once
// SPDX-License-Identifier: Apache-2.0
// OpenPGP messages (RFC 9580 section 10.3): one message is one production of the grammar, to its
// last octet. Text comes out only when the integrity of the encrypted container and the grammar of
// everything are proven; until then it waits in a Holding.

#include "base/result.h"
#include "openpgp/container.h"
#include "openpgp/finding.h"
#include "openpgp/holding.h"
#include "openpgp/policy.h"
#include "openpgp/session_key.h"
#include "openpgp/signature.h"
#include "openpgp/signed_octets.h"
#include "openpgp/verify.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace sealgate::openpgp {

// Bounds on one message; beyond them it is `exhausted`.
struct MessageLimits {
    std::size_t packets = 10'000;
    std::size_t session_keys = 64;  // tags 1 and 3 together
    std::size_t signatures = 32;
    std::size_t compression_layers = 1;
    std::size_t packet_octets = 65'536;       // of a packet that is not a data packet
    std::uint64_t text_octets = 1ULL << 30U;  // of what comes out
    std::size_t private_operations = 16;
};

// Who knows session keys: private keys (perhaps in another process), passphrases, or a key that was
// given. Asked once, before anything is decrypted.
class SessionKeySource {
public:
    SessionKeySource() = default;
    SessionKeySource(const SessionKeySource&) = delete;
    SessionKeySource& operator=(const SessionKeySource&) = delete;
    SessionKeySource(SessionKeySource&&) = delete;
    SessionKeySource& operator=(SessionKeySource&&) = delete;
    virtual ~SessionKeySource() = default;
    // Candidates, the likeliest first; they are tried in this order. Empty: none of ours. At most
    // `most` private operations.
    [[nodiscard]] virtual std::vector<SessionKey> find(const EncryptedSessionKeys& wrapped,
                                                       std::size_t most) = 0;
};

// Keys and passphrases in this process.
class LocalSecrets final : public SessionKeySource {
public:
    void add_key(UnlockedKey key) { keys_.push_back(std::move(key)); }
    void add_passphrase(SecretBytes passphrase) { passphrases_.push_back(std::move(passphrase)); }
    void add_session_key(SessionKey key) { session_keys_.push_back(std::move(key)); }
    [[nodiscard]] std::vector<SessionKey> find(const EncryptedSessionKeys& wrapped,
                                               std::size_t most) override;

private:
    std::vector<UnlockedKey> keys_;
    std::vector<SecretBytes> passphrases_;
    std::vector<SessionKey> session_keys_;
};

struct OpenOptions {
    const Policy& policy;
    HoldingMaker& holdings;
    MessageLimits limits = {};
    // LibrePGP's container is opened only when asked for: with a session key of it, a container
    // without strong integrity could be made (A4).
    bool ocb_packets = false;
};

// The fields of the literal packet. They are not signed, and nobody should believe them.
struct LiteralFields {
    char format = 'b';
    std::string file_name;
    Timestamp date = 0;
};

// A message that was opened, whole.
struct OpenedMessage {
    std::unique_ptr<Holding> text;
    LiteralFields literal;
    bool encrypted = false;
    ContainerKind container = ContainerKind::unknown;
    SessionKey session_key;  // of an encrypted one; keep it secret
    // All signatures over the text, in the order of the packets, and the text's hashes for them:
    // judge_signatures() needs certificates, which one can look up now.
    std::vector<SignaturePtr> signatures;
    std::vector<SignatureVerdict> unreadable;
    SignedOctets octets;
};

// `message`: binary, the whole input. What went wrong:
//   malformed   not one message of the grammar, cut off, or something before, after or beside it
//   refused     it cannot be decrypted: changed, a wrong key, or no integrity; one answer for all
//   not_found   it is for none of our keys; or a container or compression that is not known
//   exhausted   over a limit
[[nodiscard]] Result<OpenedMessage> open_message(std::string_view message,
                                                 SessionKeySource& secrets,
                                                 const OpenOptions& options);

// The same for a message that must not be encrypted (inline signed).
[[nodiscard]] Result<OpenedMessage> open_signed_message(std::string_view message,
                                                        const OpenOptions& options);

[[nodiscard]] std::vector<SignatureVerdict> judge_signatures(
    const OpenedMessage& message,
    std::span<const CertificatePtr> certificates,
    const VerifyOptions& options);

}  // namespace sealgate::openpgp
