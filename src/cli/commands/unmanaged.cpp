// SPDX-License-Identifier: Apache-2.0
#include "cli/commands/commands.h"
#include "cli/commands/shared.h"
#include "cli/context.h"
#include "cli/table.h"

#include <fmt/format.h>

namespace sealgate::cli::commands {

namespace {

constexpr std::string_view kSetting = "/api/v1/unmanaged-senders/setting";

Outcome<Exit> list(Context& context, const Given& given) {
    SG_TRY(const auto since, time_option(given, "--since"));
    Table table({{"DOMAIN"},
                 {"COUNT", Align::right},
                 {"FIRST SEEN"},
                 {"LAST SEEN"},
                 {"LAST SOURCE"},
                 {"ACTION"}});
    SG_TRYV(context.each_item(
        "/api/v1/unmanaged-senders", {{"since", since}}, 0, [&](const Json& item) {
            if (context.json()) {
                context.print_line({{"domain", item.at("domain")},
                                    {"count", item.at("count")},
                                    {"first_seen", item.at("first_seen")},
                                    {"last_seen", item.at("last_seen")},
                                    {"last_source", item.at("last_source")},
                                    {"action", item.at("action")}});
                return;
            }
            table.add({text_of(item, "domain"),
                       std::to_string(item.value("count", std::uint64_t{0})),
                       show_time(text_of(item, "first_seen")),
                       show_time(text_of(item, "last_seen")),
                       text_of(item, "last_source"),
                       text_of(item, "action")});
        }));
    if (context.json()) return Exit::done;
    if (table.empty()) {
        context.console().talk("No unmanaged sender was seen.\n");
    } else {
        context.console().out(table.render());
        context.console().talk("A domain of yours? 'sealgate unmanaged adopt DOMAIN'\n");
    }
    return Exit::done;
}

Outcome<Exit> adopt(Context& context, const Given& given) {
    const auto domain = given.get("DOMAIN");
    Json body = Json::object();
    if (given.has("--subdomains")) body["subdomains"] = true;
    SG_TRY(const auto answer,
           context.send(
               "POST", fmt::format("/api/v1/unmanaged-senders/{}/adopt", segment(domain)), body));
    context.report(answer, fmt::format("{} is managed now.", domain));
    return Exit::done;
}

std::string describe(const Json& entry) {
    std::string out;
    for (const char* name : {"listener", "network", "domain"}) {
        const auto value = text_of(entry, name);
        if (!value.empty()) out += fmt::format("{}{} {}", out.empty() ? "" : ", ", name, value);
    }
    return out.empty() ? "all others" : out;
}

Outcome<Exit> mode(Context& context, const Given& given) {
    Json setting;
    if (given.has("ACTION")) {
        SG_TRY(setting,
               context.send("PUT", std::string(kSetting), {{"action", given.get("ACTION")}}));
    } else {
        SG_TRY(setting, context.get(std::string(kSetting)));
    }
    if (context.json()) {
        context.print_document(setting);
        return Exit::done;
    }
    context.console().out(text_of(setting, "action") + "\n");
    for (const auto& entry : setting.at("overrides")) {
        context.console().talk(
            fmt::format("  but {} for {}\n", text_of(entry, "action"), describe(entry)));
    }
    if (setting.contains("origin")) {
        context.console().talk(fmt::format("  declared in {}\n", owner_of(setting)));
    }
    return Exit::done;
}

}  // namespace

Noun unmanaged() {
    return {
        .name = "unmanaged",
        .summary = "Senders in no managed domain: who was seen, and what is done with them",
        .verbs = {{.name = "list",
                   .summary = "List the domains that were seen, most recently seen first",
                   .example = "sealgate unmanaged list --since 7d",
                   .options = {{"--since", "TIME", "Only those seen since then: 2h, 2026-11-25"}},
                   .run = list},
                  {.name = "adopt",
                   .summary = "Make a domain that was seen a managed one",
                   .example = "sealgate unmanaged adopt example.org",
                   .arguments = {{"DOMAIN", "A domain of 'unmanaged list'"}},
                   .options = {{"--subdomains", "", "Cover its subdomains as well"}},
                   .run = adopt},
                  {.name = "mode",
                   .summary = "Show or change what is done with their mail",
                   .example = "sealgate unmanaged mode bounce",
                   .arguments = {{"ACTION",
                                  "reject: refuse in the session; bounce: accept and return; pass: "
                                  "forward unmodified",
                                  Count::optional,
                                  {"reject", "bounce", "pass"}}},
                   .run = mode}}};
}

}  // namespace sealgate::cli::commands
