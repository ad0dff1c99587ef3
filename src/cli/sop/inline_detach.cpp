// SPDX-License-Identifier: Apache-2.0
#include "cli/sop/clear_text.h"
#include "cli/sop/indirect.h"
#include "cli/sop/inline_input.h"
#include "cli/sop/material.h"
#include "openpgp/packet.h"

namespace sealgate::cli::sop {

namespace {

Outcome<void> run_inline_detach(Surroundings& surroundings, const Given& given) {
    if (!given.has("--signatures-out")) {
        return give_up(Exit::missing_arg, "--signatures-out is missing.");
    }
    const std::string signatures_to = given.get("--signatures-out");
    SG_TRYV(check_output(signatures_to));
    SG_TRY(std::string input, read_stdin(surroundings));
    const openpgp::Policy policy;
    openpgp::EncryptedHoldings holdings = clear_text_holdings();
    SG_TRY(const InlineSigned message, read_inline_signed(std::move(input), policy, holdings));
    if (message.signatures.empty()) {
        return give_up(Exit::bad_data, std::string(kStdin) + ": no signature can be read.");
    }
    std::string packets;
    for (const openpgp::SignaturePtr& one : message.signatures)
        openpgp::put_packet(packets, openpgp::Tag::signature, one->body());
    SG_TRYV(write_output(
        signatures_to,
        given.has("--no-armor") ? packets : armored(openpgp::ArmorKind::signature, packets),
        Privacy::as_umask_says));
    return write_text(surroundings, *message.text);
}

}  // namespace

Subcommand inline_detach() {
    return {
        .name = "inline-detach",
        .summary = "Split a signed message on stdin into its text and its signatures",
        .example = "sealgate sop inline-detach --signatures-out=letter.sig < letter.asc > letter",
        .options = {{"--signatures-out", "SIGNATURES", "A new file for the signatures; needed"},
                    {"--no-armor", "", "The signatures in binary"}},
        .run = run_inline_detach};
}

}  // namespace sealgate::cli::sop
