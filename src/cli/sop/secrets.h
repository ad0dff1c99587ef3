#pragma once
// SPDX-License-Identifier: Apache-2.0
// The keys, passwords and session keys that `decrypt` was given.

#include "base/secret.h"
#include "openpgp/message.h"

#include <string_view>
#include <vector>

namespace sealgate::cli::sop {

// Keys are unlocked when a message may be for them: that is slow on purpose, and a wrong password
// of a key that is not asked for is no failure.
class Secrets final : public openpgp::SessionKeySource {
public:
    void add_key(openpgp::KeyPtr key) { keys_.push_back(std::move(key)); }
    // Of keys and of messages: tried as it is, then without blanks and line ends at its end.
    void add_key_password(const SecretBytes& password) { add(key_passwords_, password); }
    void add_password(const SecretBytes& password) { add(passwords_, password); }
    void add_session_key(openpgp::SessionKey key) { session_keys_.push_back(std::move(key)); }

    [[nodiscard]] std::vector<openpgp::SessionKey> find(
        const openpgp::EncryptedSessionKeys& wrapped, std::size_t most) override;

    // A key that the message may be for stayed locked.
    [[nodiscard]] bool met_a_locked_key() const { return met_a_locked_key_; }

private:
    static void add(std::vector<SecretBytes>& list, const SecretBytes& password);
    [[nodiscard]] bool unlock_into(openpgp::LocalSecrets& local, const openpgp::KeyPtr& key) const;

    std::vector<openpgp::KeyPtr> keys_;
    std::vector<SecretBytes> key_passwords_;
    std::vector<SecretBytes> passwords_;
    std::vector<openpgp::SessionKey> session_keys_;
    bool met_a_locked_key_ = false;
};

}  // namespace sealgate::cli::sop
