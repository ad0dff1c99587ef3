// SPDX-License-Identifier: Apache-2.0
// The first octet says which kind of packet. Properties: what is read lies in the packet; what is
// unwrapped is a key of its cipher's length; twice the same.
#include "openpgp/session_key.h"
#include "openpgp/test_messages.h"

#include <cstdint>

namespace sealgate::openpgp {
namespace {

const std::vector<UnlockedKey>& keys() {
    static const std::vector<UnlockedKey> made = [] {
        std::vector<UnlockedKey> out;
        out.push_back(test::unlocked(test::TestKey::curve25519_v4("ecdh")));
        out.push_back(test::unlocked(test::TestKey::x25519_v6("x25519")));
        return out;
    }();
    return made;
}

bool lies_in(std::string_view part, std::string_view whole) {
    return part.empty() || (part.data() >= whole.data() &&
                            part.data() + part.size() <= whole.data() + whole.size());
}

void check(const Result<SessionKey>& first, const Result<SessionKey>& again, bool version_3) {
    SG_CHECK(first.has_value() == again.has_value());
    if (!first) return;
    SG_CHECK(first->cipher == again->cipher && first->key.view() == again->key.view());
    if (!version_3) return;
    const auto cipher = cipher_of(first->cipher);
    SG_CHECK(cipher.has_value());
}

void read_for_keys(std::string_view body) {
    const auto parsed = PublicKeySessionKey::parse({Tag::public_key_session_key, 0, 2, body});
    if (!parsed) {
        SG_CHECK(parsed.error().kind() == ErrorKind::malformed ||
                 parsed.error().kind() == ErrorKind::not_found);
        return;
    }
    for (const std::string_view part :
         {parsed->recipient, parsed->ciphertext, parsed->second, parsed->ephemeral})
        SG_CHECK(lies_in(part, body));
    SG_CHECK(parsed->version == 3 || parsed->version == 6);
    for (const UnlockedKey& key : keys()) {
        check(unwrap(*parsed, key), unwrap(*parsed, key), parsed->version == 3);
        SG_CHECK(parsed->may_be_for(*key.key) || !unwrap(*parsed, key));
    }
}

void read_for_passphrases(std::string_view body) {
    const auto parsed = PassphraseSessionKey::parse({Tag::symmetric_key_session_key, 0, 2, body});
    if (!parsed) return;
    SG_CHECK(lies_in(parsed->nonce, body) && lies_in(parsed->encrypted, body));
    if (parsed->s2k.iterated_octets() > 65'536 || parsed->s2k.memory_exponent() > 7) return;
    check(unwrap(*parsed, "sesame"), unwrap(*parsed, "sesame"), false);
}

}  // namespace
}  // namespace sealgate::openpgp

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::string_view body(reinterpret_cast<const char*>(data) + 1, size - 1);
    if ((data[0] & 1U) != 0) {
        sealgate::openpgp::read_for_keys(body);
    } else {
        sealgate::openpgp::read_for_passphrases(body);
    }
    return 0;
}
