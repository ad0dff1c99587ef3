// SPDX-License-Identifier: Apache-2.0
#include "cli/sop/indirect.h"
#include "cli/sop/material.h"

namespace sealgate::cli::sop {

namespace {

Outcome<void> run_extract_cert(Surroundings& surroundings, const Given& given) {
    SG_TRY(std::string input, read_stdin(surroundings));
    SG_TRY(const auto keys, keys_of(std::move(input), kStdin));
    std::string packets;
    for (const openpgp::Certificate& key : keys)
        packets += openpgp::write_certificate(key, openpgp::SecretParts::leave_out);
    return write_stdout(
        surroundings,
        given.has("--no-armor") ? packets : armored(openpgp::ArmorKind::public_key, packets));
}

}  // namespace

Subcommand extract_cert() {
    return {.name = "extract-cert",
            .summary = "Give the certificates of the secret keys on stdin",
            .example = "sealgate sop extract-cert < alice.key > alice.cert",
            .options = {{"--no-armor", "", "In binary"}},
            .run = run_extract_cert};
}

}  // namespace sealgate::cli::sop
