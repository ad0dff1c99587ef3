// SPDX-License-Identifier: Apache-2.0
#include "base/secret.h"
#include "cli/sop/indirect.h"
#include "cli/sop/material.h"

#include <fmt/format.h>

namespace sealgate::cli::sop {

namespace {

Outcome<void> run_dearmor(Surroundings& surroundings, const Given& /*given*/) {
    SG_TRY(std::string input, read_stdin(surroundings));
    const SecretBytes text(std::move(input));
    if (!openpgp::is_armored(text.view())) {
        SG_TRYV(kind_of(text.view(), kStdin));
        return write_stdout(surroundings, text.view());
    }
    openpgp::ArmorLimits limits;
    limits.max_octets = kInputLimit;
    auto blocks = openpgp::dearmor_all(text.view(), limits);
    if (!blocks) return failed(Exit::bad_data, kStdin, blocks.error());
    if (blocks->empty()) {
        return give_up(Exit::bad_data, fmt::format("{}: there is no armour in it.", kStdin));
    }
    std::string octets;
    for (const openpgp::Armored& block : *blocks) {
        if (block.kind != blocks->front().kind) {
            return give_up(Exit::bad_data, fmt::format("{}: blocks of different kinds.", kStdin));
        }
        octets += block.octets;
    }
    const SecretBytes packets(std::move(octets));
    SG_TRYV(kind_of(packets.view(), kStdin));
    return write_stdout(surroundings, packets.view());
}

}  // namespace

Subcommand dearmor() {
    return {.name = "dearmor",
            .summary = "Turn OpenPGP data on stdin from ASCII into binary",
            .example = "sealgate sop dearmor < alice.asc > alice.pgp",
            .run = run_dearmor};
}

}  // namespace sealgate::cli::sop
