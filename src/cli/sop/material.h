#pragma once
// SPDX-License-Identifier: Apache-2.0
// OpenPGP data as SOP takes and gives it: armoured or not, one certificate or many.

#include "cli/sop/subcommand.h"
#include "openpgp/armor.h"
#include "openpgp/certificate.h"
#include "openpgp/checked_certificate.h"

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace sealgate::cli::sop {

inline constexpr std::string_view kStdin = "the standard input";

// An error of the engine as a failure: "name: detail".
[[nodiscard]] std::unexpected<Failure> failed(Exit code, std::string_view name, const Error& error);

// The packets of an input that may be armoured as one of `kinds`. bad_data: armour of another kind,
// broken armour, several blocks; or no octet at all.
[[nodiscard]] Outcome<std::string> binary_of(std::string input,
                                             std::string_view name,
                                             std::initializer_list<openpgp::ArmorKind> kinds);
// As armour, with the checksum where RFC 9580 section 6.1 lets one stand.
[[nodiscard]] std::string armored(openpgp::ArmorKind kind, std::string_view packets);

// Whether certifications by others are wanted.
enum class ThirdParty : std::uint8_t { leave_out, keep };

// The certificates of CERTS: public ones only. bad_data: none, a secret key among them, no OpenPGP.
[[nodiscard]] Outcome<std::vector<openpgp::Certificate>> certificates_of(
    std::string input, std::string_view name, ThirdParty third_party = ThirdParty::leave_out);
// The same of KEYS: secret ones only.
[[nodiscard]] Outcome<std::vector<openpgp::Certificate>> keys_of(std::string input,
                                                                 std::string_view name);

// CERTS arguments, each with the names under which it was given.
struct Certificates {
    std::vector<openpgp::CertificatePtr> all;
    std::vector<std::string> names;  // of the argument that `all` has at that place
};
[[nodiscard]] Outcome<Certificates> read_certificates(
    const std::vector<std::string>& names, ThirdParty third_party = ThirdParty::leave_out);

// What packets are: the kind of armour they belong in. bad_data: nothing of OpenPGP, or cut off.
[[nodiscard]] Outcome<openpgp::ArmorKind> kind_of(std::string_view packets, std::string_view name);

}  // namespace sealgate::cli::sop
