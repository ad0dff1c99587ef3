// SPDX-License-Identifier: Apache-2.0
#include "cli/commands/commands.h"
#include "cli/commands/shared.h"
#include "cli/context.h"
#include "cli/table.h"

#include <fmt/format.h>

#include <map>

namespace sealgate::cli::commands {

namespace {

constexpr std::string_view kPath = "/api/v1/log";

std::vector<Option> filters() {
    return {
        {"--id", "ID", "Connection ID, or trace ID of a message in it: SMTP-00042, SMTP-00042.1"},
        {"--since", "TIME", "From then on: 5m, 2h, yesterday, 11:46, 2026-11-25"},
        {"--until", "TIME", "Before then"},
        {"--level",
         "LEVEL",
         "This level or graver",
         {"debug", "info", "notice", "warning", "error", "fatal"}},
        {"--sender", "TEXT", "Part of the sender's address"},
        {"--recipient", "TEXT", "Part of the recipient's address"}};
}

Outcome<Parameters> parameters_of(const Given& given) {
    SG_TRY(auto since, time_option(given, "--since"));
    SG_TRY(auto until, time_option(given, "--until"));
    SG_TRYV(check_order(since, until));
    std::string text;
    for (const auto& word : given.all("TEXT"))
        text += (text.empty() ? "" : " ") + word;
    return Parameters{{"text", std::move(text)},
                      {"id", given.get("--id")},
                      {"since", std::move(since)},
                      {"until", std::move(until)},
                      {"level", given.get("--level")},
                      {"sender", given.get("--sender")},
                      {"recipient", given.get("--recipient")}};
}

// Texts of the mail log were escaped when they were stored.
void print(Context& context, const Json& record) {
    if (!context.json()) {
        context.console().out(text_of(record, "line") + "\n");
        return;
    }
    Json out;
    for (const char* name :
         {"time", "level", "id", "message_id", "sender", "recipient", "verdict", "text"}) {
        out[name] = text_of(record, name);
    }
    context.print_line(out);
}

Outcome<Exit> follow(Context& context, Parameters parameters, std::uint64_t sequence) {
    constexpr auto kPause = std::chrono::milliseconds(500);
    parameters.emplace_back("limit", "1000");
    while (context.console().pause(kPause)) {
        for (bool more = true; more;) {
            auto page = parameters;
            page.emplace_back("after", std::to_string(sequence));
            SG_TRY(const auto answer, context.get(with_query(kPath, page)));
            const auto& items = answer.at("items");
            for (const auto& record : items)
                print(context, record);
            sequence = answer.value("last_sequence", sequence);
            more = items.size() == 1000;
        }
    }
    return Exit::done;
}

Outcome<Exit> search(Context& context, const Given& given) {
    const bool following = given.has("--follow");
    SG_TRY(const auto parameters, parameters_of(given));
    SG_TRY(const auto limit, number_option(given, "--limit", following ? 10 : 100));
    // Where following goes on; asked for first, so that nothing is missed in between.
    std::uint64_t sequence = 0;
    if (following) {
        SG_TRY(const auto head, context.get(with_query(kPath, {{"limit", "1"}})));
        sequence = head.value("last_sequence", std::uint64_t{0});
    }
    std::vector<Json> found;
    SG_TRYV(context.each_item(kPath, parameters, limit, [&](const Json& record) {
        if (!following || record.value("sequence", std::uint64_t{0}) <= sequence) {
            found.push_back(record);
        }
    }));
    for (auto record = found.rbegin(); record != found.rend(); ++record)
        print(context, *record);
    if (following) return follow(context, parameters, sequence);
    if (found.empty()) {
        context.console().talk("Nothing in the mail log fits.\n");
        return Exit::no;
    }
    if (limit != 0 && found.size() == limit) {
        context.console().talk(
            fmt::format("These are the newest {}; --limit N shows more.\n", limit));
    }
    return Exit::done;
}

Outcome<Exit> count(Context& context, const Given& given) {
    SG_TRY(const auto parameters, parameters_of(given));
    std::map<std::string, std::uint64_t> counts;
    SG_TRYV(context.each_item(
        kPath, parameters, 0, [&](const Json& record) { ++counts[text_of(record, "verdict")]; }));
    std::uint64_t total = 0;
    Table table({{"VERDICT"}, {"EVENTS", Align::right}});
    for (const auto& [verdict, number] : counts) {
        table.add({verdict, std::to_string(number)});
        total += number;
    }
    table.add({"all", std::to_string(total)});
    if (context.json()) {
        context.print_document({{"total", total}, {"verdicts", counts}});
    } else {
        context.console().out(table.render());
    }
    return Exit::done;
}

}  // namespace

Noun log() {
    auto search_options = filters();
    search_options.push_back({"--limit", "N", "The newest N; default 100, 0 = all"});
    search_options.push_back({"--follow", "", "Go on with what is written, until Ctrl-C"});
    const Argument text{"TEXT",
                        "Words that must all occur; \"quoted words\" are a phrase (quote them for "
                        "the shell as well)",
                        Count::any};
    return {.name = "log",
            .summary = "The mail log",
            .verbs = {{.name = "search",
                       .summary = "Search the mail log; oldest first. Exit status 1: nothing found",
                       .example = "sealgate log search \"unmanaged domain blocked\" --since 2h",
                       .arguments = {text},
                       .options = std::move(search_options),
                       .run = search},
                      {.name = "count",
                       .summary = "Count the events by verdict",
                       .example = "sealgate log count --since 1d",
                       .arguments = {text},
                       .options = filters(),
                       .run = count}}};
}

}  // namespace sealgate::cli::commands
