// SPDX-License-Identifier: Apache-2.0
#include "cli/sop/clear_text.h"
#include "cli/sop/indirect.h"
#include "cli/sop/inline_input.h"
#include "cli/sop/material.h"
#include "cli/sop/verifications.h"

namespace sealgate::cli::sop {

namespace {

Outcome<void> run_inline_verify(Surroundings& surroundings, const Given& given) {
    SG_TRY(const Wanted wanted, wanted_of(surroundings, given, "--not-before", "--not-after"));
    const std::string verdicts_to = given.get("--verifications-out");
    if (!verdicts_to.empty()) SG_TRYV(check_output(verdicts_to));
    SG_TRY(const Certificates certificates, read_certificates(given.all("CERTS")));
    SG_TRY(std::string input, read_stdin(surroundings));
    openpgp::EncryptedHoldings holdings = clear_text_holdings();
    SG_TRY(const InlineSigned message,
           read_inline_signed(std::move(input), wanted.policy, holdings));
    const auto verdicts = message.judge(certificates.all, wanted.options());
    tell_the_bad(surroundings, verdicts);
    const std::string lines = verifications(verdicts, certificates);
    if (lines.empty()) return no_signature();
    if (!verdicts_to.empty()) {
        SG_TRYV(write_output(verdicts_to, lines, Privacy::as_umask_says));
    }
    SG_TRYV(write_text(surroundings, *message.text));
    // The last line of a cleartext has an end, too, but it is not signed (RFC 9580 section 7.1).
    if (!message.cleartext || message.text->size() == 0) return {};
    return write_stdout(surroundings, "\n");
}

}  // namespace

Subcommand inline_verify() {
    return {
        .name = "inline-verify",
        .summary = "Verify a signed message on stdin; its text appears when a signature counts",
        .example = "sealgate sop inline-verify --verifications-out=by.txt bob.cert < letter.asc",
        .arguments = {{"CERTS", "Certificates of those who may have signed", Count::some}},
        .options = {{"--verifications-out", "VERIFICATIONS", "A new file: who has signed"},
                    {"--not-before", "DATE", "Signatures made before do not count; default -"},
                    {"--not-after", "DATE", "Signatures made after do not count; default now"},
                    {kLegacy, "", kLegacyHelp}},
        .run = run_inline_verify};
}

}  // namespace sealgate::cli::sop
