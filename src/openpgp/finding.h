#pragma once
// SPDX-License-Identifier: Apache-2.0
// Why something does not count. Every question about validity is answered with a list of these: an
// empty list is "yes", and nothing else is.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sealgate::openpgp {

enum class Reason : std::uint8_t {
    malformed,            // its octets break the grammar
    limit,                // more than we are willing to look at
    unsupported,          // a version, algorithm or curve that is not known here
    wrong_type,           // a signature of a type that says nothing about this
    version_mismatch,     // key and signature of different versions
    unknown_key,          // no certificate for its issuer
    bad_signature,        // the cryptography says no
    no_creation_time,     // a signature that does not say when it was made
    weak_hash,            // a hash in which collisions can be made
    weak_key,             // too short, or of an algorithm that is not allowed
    unknown_critical,     // it says more, marked critical, than can be read here
    before_key,           // made before the key existed
    from_the_future,      // made after the time of the question
    expired,              // the signature itself
    outside_wanted_time,  // not between the two times that were asked for
    key_expired,
    revoked_hard,        // void at all times
    revoked_soft,        // void since the revocation
    revocation_unclear,  // revoked by somebody appointed whose certificate is not known
    not_bound,           // no self-signature of the primary key that counts
    no_back_signature,   // a signing subkey that does not confirm its primary key
    not_for_this_use,    // the key flags do not allow it
    not_an_address,      // a user ID that names no mailbox, or not exactly one
};

[[nodiscard]] std::string_view to_string(Reason reason);  // "key expired"
// The section of RFC 9580 on which the answer rests; "" where it is our own policy.
[[nodiscard]] std::string_view rfc_section(Reason reason);

struct Finding {
    Reason reason{};
    std::string detail;  // for our log only

    friend bool operator==(const Finding&, const Finding&) = default;
};
using Findings = std::vector<Finding>;

[[nodiscard]] bool has(const Findings& findings, Reason reason);
// "key expired (at 2020-01-01T00:00:00Z); weak hash (SHA1)"
[[nodiscard]] std::string to_string(const Findings& findings);

}  // namespace sealgate::openpgp
