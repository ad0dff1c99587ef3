// SPDX-License-Identifier: Apache-2.0
#include "cli/commands/commands.h"
#include "cli/commands/shared.h"
#include "cli/context.h"
#include "cli/table.h"

#include <fmt/format.h>

namespace sealgate::cli::commands {

namespace {

constexpr std::string_view kPath = "/api/v1/log";

// Texts of the mail log were escaped when they were stored.
void print(Context& context, const Json& record) {
    if (!context.json()) {
        context.console().out(text_of(record, "line") + "\n");
        return;
    }
    Json out;
    for (const char* name : {"time",
                             "level",
                             "id",
                             "message_id",
                             "sender",
                             "recipient",
                             "verdict",
                             "text",
                             "direction",
                             "source",
                             "listener",
                             "tls"}) {
        out[name] = text_of(record, name);
    }
    if (const auto size = record.find("size"); size != record.end()) out["size"] = *size;
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
    SG_TRY(const auto parameters, query_of(given, "TEXT"));
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
    SG_TRY(auto parameters, query_of(given, "TEXT"));
    const std::string by = given.has("--by") ? given.get("--by") : "verdict";
    parameters.emplace_back("by", by);
    SG_TRY(const auto counts, context.get(with_query("/api/v1/log/counts", parameters)));
    if (context.json()) {
        context.print_document(counts);
        return Exit::done;
    }
    const bool domains = by == "domain";
    const std::string_view title = domains ? "DOMAIN" : (by == "level" ? "LEVEL" : "VERDICT");
    Table table({{title}, {"EVENTS", Align::right}});
    for (const auto& [name, number] : counts.at(by + "s").items())
        table.add({name.empty() ? "-" : name, std::to_string(number.get<std::uint64_t>())});
    if (const auto other = counts.value("other", std::uint64_t{0}); other > 0) {
        table.add({"(others)", std::to_string(other)});
    }
    table.add({"all", std::to_string(counts.value("total", std::uint64_t{0}))});
    context.console().out(table.render());
    return Exit::done;
}

}  // namespace

Noun log() {
    auto search_options = query_options();
    search_options.push_back({"--limit", "N", "The newest N; default 100, 0 = all"});
    search_options.push_back({"--follow", "", "Go on with what is written, until Ctrl-C"});
    auto count_options = query_options();
    count_options.push_back(
        {"--by", "GROUP", "What is counted by; default verdict", {"verdict", "domain", "level"}});
    const Argument text = query_argument("TEXT");
    return {.name = "log",
            .summary = "The mail log",
            .verbs = {{.name = "search",
                       .summary = "Search the mail log; oldest first. Exit status 1: nothing found",
                       .example = "sealgate log search \"unmanaged domain blocked\" --since 2h",
                       .arguments = {text},
                       .options = std::move(search_options),
                       .run = search},
                      {.name = "count",
                       .summary = "Count the events by verdict, recipient's domain or level",
                       .example = "sealgate log count --since 1d",
                       .arguments = {text},
                       .options = std::move(count_options),
                       .run = count}}};
}

}  // namespace sealgate::cli::commands
