// SPDX-License-Identifier: Apache-2.0
#include "cli/help.h"

#include "cli/commands/commands.h"
#include "cli/context.h"
#include "cli/manual.h"

namespace sealgate::cli::commands {

namespace {

Outcome<Exit> show(Context& context, const Given& given) {
    if (given.has("--man")) {
        context.console().out(manual_page(all_commands()));
        return Exit::done;
    }
    const auto words = given.all("COMMAND");
    const auto text = help_for(all_commands(), words);
    if (text.empty()) return give_up(Exit::usage, unknown_command(all_commands(), words));
    context.console().out(text);
    return Exit::done;
}

}  // namespace

Noun help() {
    return {.name = "help",
            .summary = "Show how a command is used",
            .verbs = {{.name = "",
                       .summary = "Show how a command is used",
                       .example = "sealgate help domain add",
                       .arguments = {{"COMMAND", "A command", Count::any}},
                       .options = {{"--man", "", "Print the manual page sealgate(1)"}},
                       .run = show}}};
}

}  // namespace sealgate::cli::commands
