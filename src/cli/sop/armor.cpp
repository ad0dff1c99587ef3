// SPDX-License-Identifier: Apache-2.0
#include "cli/sop/indirect.h"
#include "cli/sop/material.h"
#include "openpgp/cleartext.h"

#include <fmt/format.h>

#include <optional>

namespace sealgate::cli::sop {

namespace {

using openpgp::ArmorKind;

// nullopt: "auto".
Outcome<std::optional<ArmorKind>> label_of(const std::string& label) {
    if (label.empty() || label == "auto") return std::nullopt;
    if (label == "sig") return ArmorKind::signature;
    if (label == "key") return ArmorKind::private_key;
    if (label == "cert") return ArmorKind::public_key;
    if (label == "message") return ArmorKind::message;
    return give_up(Exit::unsupported_option, "--label is one of auto, sig, key, cert and message.");
}

// What is armoured already is what is wanted.
Outcome<void> check_armor(std::string_view input) {
    openpgp::CleartextLimits limits;
    limits.max_text = kInputLimit;
    limits.armor.max_octets = kInputLimit;
    const auto blocks = openpgp::dearmor_all(input, limits.armor);
    if (blocks && !blocks->empty()) return {};
    if (openpgp::read_cleartext(input, limits)) return {};
    if (!blocks) return failed(Exit::bad_data, kStdin, blocks.error());
    return give_up(Exit::bad_data, fmt::format("{}: it is not OpenPGP.", kStdin));
}

Outcome<void> run_armor(Surroundings& surroundings, const Given& given) {
    SG_TRY(const auto label, label_of(given.get("--label")));
    SG_TRY(const std::string input, read_stdin(surroundings));
    if (openpgp::is_armored(input)) {
        SG_TRYV(check_armor(input));
        return write_stdout(surroundings, input);
    }
    SG_TRY(const ArmorKind kind, kind_of(input, kStdin));
    if (label && *label != kind) {
        return give_up(Exit::bad_data, fmt::format("{}: it is a PGP {}.", kStdin, to_string(kind)));
    }
    return write_stdout(surroundings, armored(kind, input));
}

}  // namespace

Subcommand armor() {
    return {.name = "armor",
            .summary = "Turn OpenPGP data on stdin into ASCII",
            .example = "sealgate sop armor < alice.pgp > alice.asc",
            .options = {{"--label",
                         "LABEL",
                         "What it must be",
                         {"auto", "sig", "key", "cert", "message"}}},
            .run = run_armor};
}

}  // namespace sealgate::cli::sop
