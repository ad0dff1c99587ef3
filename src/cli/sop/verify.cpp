// SPDX-License-Identifier: Apache-2.0
#include "cli/sop/indirect.h"
#include "cli/sop/material.h"
#include "cli/sop/verifications.h"

namespace sealgate::cli::sop {

namespace {

Outcome<void> run_verify(Surroundings& surroundings, const Given& given) {
    SG_TRY(const Wanted wanted, wanted_of(surroundings, given, "--not-before", "--not-after"));
    const std::string name = given.get("SIGNATURES");
    SG_TRY(std::string input, read_input(name));
    SG_TRY(const std::string signatures,
           binary_of(std::move(input), name, {openpgp::ArmorKind::signature}));
    SG_TRY(const Certificates certificates, read_certificates(given.all("CERTS")));
    SG_TRY(const std::string document, read_stdin(surroundings));
    const auto verdicts =
        openpgp::verify_detached(signatures, document, certificates.all, wanted.options());
    if (!verdicts) return failed(Exit::bad_data, name, verdicts.error());
    tell_the_bad(surroundings, *verdicts);
    const std::string lines = verifications(*verdicts, certificates);
    if (lines.empty()) return no_signature();
    return write_stdout(surroundings, lines);
}

}  // namespace

Subcommand verify() {
    return {.name = "verify",
            .summary = "Verify detached signatures of the data on stdin",
            .example = "sealgate sop verify letter.asc alice.cert < letter",
            .arguments = {{"SIGNATURES", "Their file"},
                          {"CERTS", "Certificates of those who may have signed", Count::some}},
            .options = {{"--not-before", "DATE", "Signatures made before do not count; default -"},
                        {"--not-after", "DATE", "Signatures made after do not count; default now"},
                        {kLegacy, "", kLegacyHelp}},
            .run = run_verify};
}

}  // namespace sealgate::cli::sop
