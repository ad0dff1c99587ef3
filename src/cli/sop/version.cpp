// SPDX-License-Identifier: Apache-2.0
#include "cli/sop/indirect.h"
#include "crypto/backend.h"

#include <fmt/format.h>

namespace sealgate::cli::sop {

namespace {

constexpr std::string_view kName = "sealgate " SEALGATE_VERSION;
// With a tilde: not all of it is there.
constexpr std::string_view kSpecification = "~draft-dkg-openpgp-stateless-cli-14";
// Of the subset that verifies.
constexpr std::string_view kVerifiersVersion = "1.0";

Outcome<void> run_version(Surroundings& surroundings, const Given& given) {
    if (given.values.size() > 1) {
        return give_up(Exit::incompatible_options, "only one of the options at a time.");
    }
    const std::string backend = crypto::backend();
    if (given.has("--backend")) return write_stdout(surroundings, backend + "\n");
    if (given.has("--sop-spec")) {
        return write_stdout(surroundings,
                            fmt::format("{}\n\nThe subcommands that read are there, those that "
                                        "write are not.\n",
                                        kSpecification));
    }
    if (given.has("--sopv")) {
        return write_stdout(surroundings, fmt::format("{}\n", kVerifiersVersion));
    }
    std::string out = fmt::format("{}\n", kName);
    if (given.has("--extended")) {
        out += fmt::format("{}\nRFC 9580 (OpenPGP), {}\n", backend, kSpecification.substr(1));
    }
    return write_stdout(surroundings, out);
}

}  // namespace

Subcommand version() {
    return {.name = "version",
            .summary = "Print the version",
            .example = "sealgate sop version --backend",
            .options = {{"--backend", "", "Of the cryptography"},
                        {"--extended", "", "Of everything"},
                        {"--sop-spec", "", "Of SOP's specification; ~ = not all of it"},
                        {"--sopv", "", "Of the subset of SOP that verifies"}},
            .run = run_version};
}

}  // namespace sealgate::cli::sop
