// SPDX-License-Identifier: Apache-2.0
#include "cli/commands/commands.h"
#include "cli/commands/shared.h"
#include "cli/context.h"
#include "cli/table.h"

#include <fmt/format.h>

namespace sealgate::cli::commands {

namespace {

Outcome<Exit> search(Context& context, const Given& given) {
    SG_TRY(auto since, time_option(given, "--since"));
    SG_TRY(auto until, time_option(given, "--until"));
    SG_TRYV(check_order(since, until));
    SG_TRY(const auto limit, number_option(given, "--limit", 100));
    std::size_t found = 0;
    Table table({{"NUMBER", Align::right},
                 {"TIME"},
                 {"ACTOR"},
                 {"VIA"},
                 {"ACTION"},
                 {"OBJECT"},
                 {"BEFORE"},
                 {"AFTER"}});
    SG_TRYV(context.each_item("/api/v1/audit",
                              {{"text", given.get("TEXT")},
                               {"since", std::move(since)},
                               {"until", std::move(until)},
                               {"actor", given.get("--actor")},
                               {"action", given.get("--action")}},
                              limit,
                              [&](const Json& item) {
                                  ++found;
                                  if (context.json()) return context.print_line(item);
                                  table.add({std::to_string(item.value("number", std::uint64_t{0})),
                                             show_time(text_of(item, "time")),
                                             text_of(item, "actor"),
                                             text_of(item, "via"),
                                             text_of(item, "action"),
                                             text_of(item, "object"),
                                             text_of(item, "before"),
                                             text_of(item, "after")});
                              }));
    if (found == 0) {
        context.console().talk("Nothing in the audit log fits.\n");
        return Exit::no;
    }
    if (!context.json()) context.console().out(table.render());
    return Exit::done;
}

Outcome<Exit> verify(Context& context, const Given& /*given*/) {
    SG_TRY(const auto verdict, context.get("/api/v1/audit/verification"));
    const bool good = verdict.value("good", false);
    if (context.json()) {
        context.print_document(verdict);
    } else if (good) {
        context.console().out(
            fmt::format("{}, unaltered; the last has the hash {}\n",
                        counted(verdict.value("records", std::uint64_t{0}), "record"),
                        text_of(verdict, "head")));
    } else {
        context.console().out(
            fmt::format("BROKEN after {}: {}\n",
                        counted(verdict.value("records", std::uint64_t{0}), "good record"),
                        text_of(verdict, "problem")));
    }
    return good ? Exit::done : Exit::no;
}

}  // namespace

Noun audit() {
    return {.name = "audit",
            .summary = "The record of every change",
            .verbs = {{.name = "search",
                       .summary = "List changes, newest first. Exit status 1: nothing found",
                       .example = "sealgate audit search example.com --since 30d",
                       .arguments = {{"TEXT", "In object, before or after", Count::optional}},
                       .options = {{"--since", "TIME", "From then on: 2h, 2026-11-25"},
                                   {"--until", "TIME", "Before then"},
                                   {"--actor", "NAME", "Who did it"},
                                   {"--action", "ACTION", "domain.add, or a prefix: domain."},
                                   {"--limit", "N", "At most so many; default 100, 0 = all"}},
                       .run = search},
                      {.name = "verify",
                       .summary = "Check the chain of hashes. Exit status 1: it is broken",
                       .example = "sealgate audit verify",
                       .run = verify}}};
}

}  // namespace sealgate::cli::commands
