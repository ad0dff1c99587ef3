// SPDX-License-Identifier: Apache-2.0
// The first octet says which kind of key packet. Properties: what is unlocked once is unlocked
// again and belongs to its public half; what says it has no protection wants no passphrase.
#include "openpgp/octet_reader.h"
#include "openpgp/s2k.h"
#include "openpgp/secret_key.h"

#include <cstdint>

namespace sealgate::openpgp {
namespace {

// Whether the S2K, wherever it stands, costs little.
bool is_cheap(const Key& key) {
    const std::string_view part = key.secret_part();
    const S2kLimits few{.iterated_octets = 100'000,
                        .argon2_memory_kib = 128,
                        .argon2_passes = 2,
                        .argon2_lanes = 2};
    for (std::size_t at = 0; at < part.size() && at < 8; ++at) {
        OctetReader in(part.substr(at));
        const auto s2k = S2k::parse(in, few);
        if (!s2k && s2k.error().kind() == ErrorKind::exhausted) return false;
    }
    return true;
}

void check(std::string_view body, Tag tag) {
    const auto key = Key::parse({tag, 0, 0, body});
    if (!key) return;
    const Protection protection = protection_of(**key);
    if (!is_cheap(**key)) return;
    for (const std::string_view passphrase : {"", "sesame"}) {
        const auto unlocked = unlock(*key, passphrase);
        if (!unlocked) {
            SG_CHECK(unlocked.error().kind() != ErrorKind::internal);
            continue;
        }
        SG_CHECK(protection == Protection::none || protection == Protection::passphrase);
        SG_CHECK(unlock(*key, passphrase).has_value());
        const crypto::PublicKey* const half = (*key)->crypto_key();
        SG_CHECK(half != nullptr);
        switch ((*key)->algorithm()) {
            case PublicKeyAlgorithm::ed25519:
            case PublicKeyAlgorithm::ed448:
            case PublicKeyAlgorithm::eddsa_legacy:
                SG_CHECK(half->verify_eddsa("digest", unlocked->secret.sign_eddsa("digest")));
                break;
            default:
                break;
        }
    }
}

}  // namespace
}  // namespace sealgate::openpgp

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    using sealgate::openpgp::Tag;
    sealgate::openpgp::check({reinterpret_cast<const char*>(data) + 1, size - 1},
                             (data[0] & 1U) != 0 ? Tag::secret_subkey : Tag::secret_key);
    return 0;
}
