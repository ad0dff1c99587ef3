#pragma once
// SPDX-License-Identifier: Apache-2.0
// `sealgate sop`: the Stateless OpenPGP Command Line Interface
// (draft-dkg-openpgp-stateless-cli-14), the part that reads. Needs no daemon.

#include "base/clock.h"
#include "cli/command.h"
#include "cli/console.h"

#include <string>
#include <vector>

namespace sealgate::cli::sop {

// `words`: what follows "sop". Gives the exit status, one of SOP's (exit_code.h).
[[nodiscard]] int run(const std::vector<std::string>& words, Console& console, const Clock& clock);

// The subcommands as a noun of the command line, for help, completion and the manual.
[[nodiscard]] Noun noun();

}  // namespace sealgate::cli::sop
