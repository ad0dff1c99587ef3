// SPDX-License-Identifier: Apache-2.0
#include "cli/completion.h"

#include "cli/commands/commands.h"
#include "cli/context.h"

namespace sealgate::cli::commands {

namespace {

Outcome<Exit> print(Context& context, const Given& given) {
    const auto shell = given.get("SHELL");
    if (shell == "bash") {
        context.console().out(bash_completion(all_commands()));
    } else if (shell == "zsh") {
        context.console().out(zsh_completion(all_commands()));
    } else {
        context.console().out(fish_completion(all_commands()));
    }
    return Exit::done;
}

}  // namespace

Noun completion() {
    return {.name = "completion",
            .summary = "Print a completion script for a shell",
            .verbs = {{.name = "",
                       .summary = "Print a completion script for a shell",
                       .example = "source <(sealgate completion bash)",
                       .arguments = {{"SHELL", "", Count::one, {"bash", "zsh", "fish"}}},
                       .run = print}}};
}

}  // namespace sealgate::cli::commands
