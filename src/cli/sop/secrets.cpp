// SPDX-License-Identifier: Apache-2.0
#include "cli/sop/secrets.h"

#include "openpgp/secret_key.h"

#include <algorithm>

namespace sealgate::cli::sop {

namespace {

SecretBytes copy_of(std::string_view octets) {
    return SecretBytes(std::string(octets));
}

}  // namespace

void Secrets::add(std::vector<SecretBytes>& list, const SecretBytes& password) {
    list.push_back(copy_of(password.view()));
    const std::size_t end = password.view().find_last_not_of(" \t\r\n\f\v");
    const std::string_view bare = password.view().substr(0, end + 1);
    if (bare.size() != password.size()) list.push_back(copy_of(bare));
}

// False: it is locked, and no password fits. What cannot be used for another reason is passed over.
bool Secrets::unlock_into(openpgp::LocalSecrets& local, const openpgp::KeyPtr& key) const {
    if (openpgp::protection_of(*key) != openpgp::Protection::passphrase) {
        if (auto open = openpgp::unlock(key, "")) local.add_key(*std::move(open));
        return true;
    }
    for (const SecretBytes& password : key_passwords_) {
        auto open = openpgp::unlock(key, password.view());
        if (open) {
            local.add_key(*std::move(open));
            return true;
        }
        if (open.error().kind() != ErrorKind::refused) return true;
    }
    return false;
}

std::vector<openpgp::SessionKey> Secrets::find(const openpgp::EncryptedSessionKeys& wrapped,
                                               std::size_t most) {
    openpgp::LocalSecrets local;
    for (const openpgp::SessionKey& given : session_keys_)
        local.add_session_key({given.cipher, copy_of(given.key.view())});
    for (const openpgp::KeyPtr& key : keys_) {
        const bool asked = std::ranges::any_of(
            wrapped.for_keys, [&](const auto& one) { return one.may_be_for(*key); });
        if (asked && !unlock_into(local, key)) met_a_locked_key_ = true;
    }
    for (const SecretBytes& password : passwords_)
        local.add_passphrase(copy_of(password.view()));
    return local.find(wrapped, most);
}

}  // namespace sealgate::cli::sop
