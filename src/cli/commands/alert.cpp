// SPDX-License-Identifier: Apache-2.0
#include "cli/commands/commands.h"
#include "cli/commands/shared.h"
#include "cli/context.h"
#include "cli/table.h"
#include "cli/times.h"
#include "config/settings.h"

#include <fmt/format.h>

#include <algorithm>

namespace sealgate::cli::commands {

namespace {

constexpr std::string_view kAlerts = "/api/v1/alerts";

std::string path_of(const std::string& name, std::string_view verb) {
    return fmt::format("{}/{}/{}", kAlerts, segment(name), verb);
}

Outcome<Exit> list(Context& context, const Given& given) {
    SG_TRY(const auto recent, number_option(given, "--recent", 20));
    SG_TRY(const auto answer,
           context.get(with_query(kAlerts, {{"recent", std::to_string(recent)}})));
    if (context.json()) {
        context.print_document(answer);
        return Exit::done;
    }
    Table table({{"STATE"}, {"ALERT"}, {"SINCE"}, {"ENDED"}, {"WHAT"}});
    for (const char* state : {"active", "recent"}) {
        for (const auto& item : answer.at(state)) {
            table.add({state == std::string_view("active") ? "active" : "over",
                       text_of(item, "name"),
                       show_time(text_of(item, "raised")),
                       show_time(text_of(item, "ended")),
                       text_of(item, "title")});
        }
    }
    if (table.empty()) {
        context.console().talk("No alert was raised.\n");
    } else {
        context.console().out(table.render());
    }
    for (const auto& kind : answer.at("kinds")) {
        const auto until = text_of(kind, "silenced_until");
        if (until.empty()) continue;
        context.console().talk(fmt::format("{} is silenced until {} by {}.\n",
                                           text_of(kind, "name"),
                                           show_time(until),
                                           text_of(kind, "silenced_by")));
    }
    const auto waiting = answer.value("waiting_notices", std::uint64_t{0});
    if (waiting > 0) {
        context.console().talk(fmt::format("{} not sent yet.\n", counted(waiting, "notice")));
    }
    return Exit::done;
}

Outcome<Exit> test(Context& context, const Given& given) {
    const auto name = given.has("NAME") ? given.get("NAME") : std::string("disk");
    SG_TRY(const auto answer, context.send("POST", path_of(name, "test"), nullptr));
    std::size_t taken = 0;
    const auto& sinks = answer.at("sinks");
    for (const auto& item : sinks)
        taken += item.value("taken", false) ? 1 : 0;
    if (context.json()) {
        context.print_document(answer);
    } else {
        Table table({{"SINK"}, {"ANSWER"}});
        for (const auto& item : sinks) {
            const auto problem = text_of(item, "problem");
            table.add({text_of(item, "sink"), problem.empty() ? "taken" : problem});
        }
        context.console().out(table.render());
    }
    if (taken == sinks.size()) return Exit::done;
    return taken == 0 ? Exit::no : Exit::partly;
}

Outcome<Exit> silence(Context& context, const Given& given) {
    const auto name = given.get("NAME");
    if (given.has("--for") == given.has("--off")) {
        return give_up(Exit::usage, "say how long with --for 2h, or end it with --off.");
    }
    if (given.has("--off")) {
        SG_TRYV(context.send("DELETE", path_of(name, "silence"), nullptr));
        context.report({{"outcome", "ended"}}, fmt::format("Notices of {} are sent again.", name));
        return Exit::done;
    }
    const auto span = config::parse_duration(given.get("--for"));
    if (!span) return give_up(Exit::usage, "--for takes a duration: 30min, 2h, 7d.");
    SG_TRY(const auto answer,
           context.send("PUT", path_of(name, "silence"), {{"seconds", span->count()}}));
    context.report(
        answer,
        fmt::format("No notices of {} until {}.", name, show_time(text_of(answer, "until"))));
    return Exit::done;
}

}  // namespace

Noun alert() {
    const std::string_view name =
        "unmanaged-domain, mail-log, spool, disk, next-hop, queue-age or certificate";
    return {.name = "alert",
            .summary = "Alerts: what is wrong, what was, and who is told",
            .verbs = {
                {.name = "list",
                 .summary = "List what is wrong now and what was lately",
                 .example = "sealgate alert list",
                 .options = {{"--recent", "N", "How many that are over; default 20"}},
                 .run = list},
                {.name = "test",
                 .summary = "Send a test notice through every sink and show how each took it",
                 .example = "sealgate alert test next-hop",
                 .arguments = {{"NAME", name, Count::optional}},
                 .run = test},
                {.name = "silence",
                 .summary = "Send no notices of a kind of alert for some time",
                 .example = "sealgate alert silence next-hop --for 2h",
                 .arguments = {{"NAME", name}},
                 .options = {{"--for", "TIME", "How long: 30min, 2h, 7d"}, {"--off", "", "End it"}},
                 .run = silence}}};
}

}  // namespace sealgate::cli::commands
