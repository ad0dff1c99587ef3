// SPDX-License-Identifier: Apache-2.0
#include "cli/sop/sop.h"

#include "base/text.h"
#include "cli/exit_code.h"
#include "cli/help.h"
#include "cli/sop/exit_code.h"
#include "cli/sop/option_reader.h"
#include "cli/sop/subcommand.h"

#include <fmt/format.h>

#include <algorithm>
#include <exception>

namespace sealgate::cli::sop {

namespace {

// Only reached when options of sealgate stand before "sop".
cli::Outcome<cli::Exit> not_here(Context& /*context*/, const Given& /*given*/) {
    return cli::give_up(cli::Exit::usage, "'sop' comes first: sealgate sop SUBCOMMAND ...");
}

const Subcommand* find(std::string_view name) {
    const auto found = std::ranges::find(all_subcommands(), name, &Subcommand::name);
    return found == all_subcommands().end() ? nullptr : &*found;
}

std::unexpected<Failure> unknown(std::string_view name) {
    std::vector<std::string_view> names;
    for (const Subcommand& one : all_subcommands())
        names.push_back(one.name);
    const auto near = slip_of(name, names);
    return give_up(Exit::unsupported_subcommand,
                   fmt::format("there is no subcommand '{}'{} 'sealgate sop --help' lists them.",
                               escape_for_log(name, 64),
                               near.empty() ? "." : fmt::format("; did you mean '{}'?", near)));
}

Outcome<void> execute(const std::vector<std::string>& words, Surroundings& surroundings) {
    if (words.empty()) {
        surroundings.console.talk(help_for(noun()));
        return give_up(Exit::missing_arg, "SUBCOMMAND is missing.");
    }
    if (words[0] == "--help" || words[0] == "-h" || (words[0] == "help" && words.size() == 1)) {
        surroundings.console.out(help_for(noun()));
        return {};
    }
    const bool only_help = words[0] == "help";
    const std::string& name = words[only_help ? 1 : 0];
    const Subcommand* const subcommand = find(name);
    if (subcommand == nullptr) return unknown(name);
    Words read;
    if (!only_help) {
        SG_TRY(read, read_words(*subcommand, {words.begin() + 1, words.end()}));
    }
    if (only_help || read.help) {
        const Noun all = noun();
        surroundings.console.out(help_for(all, *find_verb(all, name)));
        return {};
    }
    return subcommand->run(surroundings, read.given);
}

}  // namespace

Noun noun() {
    Noun out{.name = "sop",
             .summary = "Read OpenPGP data as the Stateless OpenPGP interface (SOP) says",
             .verbs = {},
             .own_rules = true};
    for (const Subcommand& one : all_subcommands()) {
        out.verbs.push_back({.name = one.name,
                             .summary = one.summary,
                             .example = one.example,
                             .arguments = one.arguments,
                             .options = one.options,
                             .run = not_here});
    }
    return out;
}

int run(const std::vector<std::string>& words, Console& console, const Clock& clock) {
    Surroundings surroundings{.console = console, .clock = clock};
    Outcome<void> outcome;
    try {
        outcome = execute(words, surroundings);
    } catch (const std::exception& error) {  // memory is out
        outcome = give_up(Exit::unspecified_failure, fmt::format("unexpected: {}.", error.what()));
    }
    if (outcome && console.flush()) return static_cast<int>(Exit::done);
    if (outcome) {
        outcome = give_up(Exit::unspecified_failure, "the standard output could not be written.");
    }
    console.talk(fmt::format("sealgate sop: {}\n", outcome.error().sentence));
    return static_cast<int>(outcome.error().code);
}

}  // namespace sealgate::cli::sop
