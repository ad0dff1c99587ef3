// SPDX-License-Identifier: Apache-2.0
#include "cli/commands/commands.h"
#include "cli/commands/config_file.h"
#include "cli/commands/shared.h"
#include "cli/context.h"
#include "config/settings.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <iterator>
#include <system_error>

namespace sealgate::cli::commands {

namespace {

Outcome<Exit> show(Context& context, const Given& /*given*/) {
    SG_TRY(const auto answer, context.get("/api/v1/config"));
    if (context.json()) {
        context.print_document(answer);
    } else {
        context.console().out(text_of(answer, "toml"));
    }
    return Exit::done;
}

Outcome<Exit> check(Context& context, const Given& given) {
    const auto file = given.has("FILE") ? given.get("FILE") : context.config_file();
    if (access(file.c_str(), R_OK) != 0) {
        return give_up(Exit::invalid,
                       fmt::format("cannot read {}: {}.",
                                   file,
                                   std::error_code(errno, std::generic_category()).message()));
    }
    auto loaded = config::load(file);
    if (loaded.problems.empty()) loaded.problems = context.check_files(loaded.settings);
    Json problems = Json::array();
    for (const auto& problem : loaded.problems) {
        problems.push_back({{"file", problem.file},
                            {"line", problem.line},
                            {"column", problem.column},
                            {"message", problem.message}});
        if (!context.json()) context.console().talk(config::to_string(problem) + "\n");
    }
    const bool good = loaded.problems.empty();
    if (context.json()) {
        context.print_document({{"file", file}, {"valid", good}, {"problems", problems}});
    } else if (good) {
        context.console().out(fmt::format("{}: good\n", file));
    }
    return good ? Exit::done : Exit::invalid;
}

Outcome<Exit> where(Context& context, const Given& given) {
    SG_TRY(const auto answer,
           context.get(with_query("/api/v1/config/where", {{"key", given.get("KEY")}})));
    if (context.json()) {
        context.print_document(answer);
        return Exit::done;
    }
    auto owner = text_of(answer, "owner");
    if (answer.contains("origin")) owner += fmt::format(" ({})", owner_of(answer));
    std::string next;
    if (answer.contains("at_next_start")) {
        const auto value = text_of(answer, "at_next_start");
        next = fmt::format("at the next start: {}\n", value.empty() ? "none" : value);
    }
    const auto value = text_of(answer, "value");
    context.console().out(fmt::format("{} = {}\n{}owner: {}\n{}\n",
                                      text_of(answer, "key"),
                                      value.empty() ? "(none)" : value,
                                      next,
                                      owner,
                                      text_of(answer, "advice")));
    return Exit::done;
}

}  // namespace

Noun config() {
    Noun noun{
        .name = "config",
        .summary = "The configuration",
        .verbs = {{.name = "show",
                   .summary = "Print the settings in force as TOML; secrets are hidden",
                   .example = "sealgate config show",
                   .run = show},
                  {.name = "check",
                   .summary = "Check a configuration file, and the certificates and keys that it "
                              "names; needs no daemon",
                   .example = "sealgate config check /etc/sealgate/sealgate.toml",
                   .arguments = {{"FILE", "Default: the daemon's", Count::optional}},
                   .run = check},
                  {.name = "where",
                   .summary = "Say who owns a setting and how it is changed",
                   .example = "sealgate config where smtp.recipients",
                   .arguments = {{"KEY",
                                  "As in the file, or listener.NAME, listener.NAME.KEY, "
                                  "domain.NAME, route.PATTERN"}},
                   .run = where}}};
    std::ranges::move(config_file_verbs(), std::back_inserter(noun.verbs));
    return noun;
}

}  // namespace sealgate::cli::commands
