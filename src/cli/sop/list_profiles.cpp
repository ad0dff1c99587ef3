// SPDX-License-Identifier: Apache-2.0
#include "base/text.h"
#include "cli/sop/subcommand.h"

#include <fmt/format.h>

namespace sealgate::cli::sop {

namespace {

// Only subcommands that write have profiles, and there is none yet.
Outcome<void> run_list_profiles(Surroundings& /*surroundings*/, const Given& given) {
    return give_up(
        Exit::unsupported_profile,
        fmt::format("'{}' has no profiles.", escape_for_log(given.get("SUBCOMMAND"), 64)));
}

}  // namespace

Subcommand list_profiles() {
    return {.name = "list-profiles",
            .summary = "List the profiles of a subcommand; none has any yet",
            .example = "sealgate sop list-profiles encrypt",
            .arguments = {{"SUBCOMMAND", "Its name"}},
            .run = run_list_profiles};
}

}  // namespace sealgate::cli::sop
