// SPDX-License-Identifier: Apache-2.0
#include "cli/commands/commands.h"
#include "cli/context.h"

namespace sealgate::cli::commands {

namespace {

Outcome<Exit> show(Context& context, const Given& /*given*/) {
    if (context.json()) {
        context.print_document({{"version", SEALGATE_VERSION}});
    } else {
        context.console().out("sealgate " SEALGATE_VERSION "\n");
    }
    return Exit::done;
}

}  // namespace

Noun version() {
    return {.name = "version",
            .summary = "Print the version of this command; 'status' has the daemon's",
            .verbs = {{.name = "",
                       .summary = "Print the version of this command; 'status' has the daemon's",
                       .example = "sealgate version",
                       .run = show}}};
}

}  // namespace sealgate::cli::commands
