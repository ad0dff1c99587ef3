// SPDX-License-Identifier: Apache-2.0
#include "cli/commands/shared.h"

#include "base/text.h"

#include <fmt/format.h>

namespace sealgate::cli::commands {

std::string owner_of(const Json& item) {
    const auto origin = item.find("origin");
    if (origin == item.end()) return "the store";
    return fmt::format("{}:{}", text_of(*origin, "file"), origin->value("line", 0U));
}

Outcome<std::string> time_option(const Given& given, std::string_view name) {
    if (!given.has(name)) return std::string();
    const auto text = given.get(name);
    if (const auto time = parse_moment(text, SystemClock().now())) return to_rfc3339(*time);
    return give_up(
        Exit::usage,
        fmt::format("{} takes how long ago (30s, 5m, 2h, 7d), today, yesterday, a time of the day "
                    "(11:46), a day (2026-11-25), or both (\"2026-11-25 07:14\"), not '{}'.",
                    name,
                    escape_for_log(text)));
}

Outcome<void> check_order(std::string_view since, std::string_view until) {
    WallTime from;
    WallTime to;
    if (!from_rfc3339(since, from) || !from_rfc3339(until, to) || from < to) return {};
    return give_up(Exit::usage,
                   fmt::format("--since ({}) is not before --until ({}), so nothing can fit.",
                               show_time(since),
                               show_time(until)));
}

Outcome<std::size_t> number_option(const Given& given,
                                   std::string_view name,
                                   std::size_t otherwise) {
    if (!given.has(name)) return otherwise;
    if (const auto number = parse_number(given.get(name))) return *number;
    return give_up(
        Exit::usage,
        fmt::format("{} takes a whole number, not '{}'.", name, escape_for_log(given.get(name))));
}

Argument query_argument(std::string_view name) {
    return {name,
            "Words that must all occur; \"quoted words\" are a phrase, -word must not occur (quote "
            "for the shell as well). Also from: to: domain: id: msgid: dir:out status:delivered "
            "is:held larger:5MiB since:2h until: level: source: listener:",
            Count::any};
}

std::vector<Option> query_options() {
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

Outcome<Parameters> query_of(const Given& given, std::string_view argument) {
    SG_TRY(auto since, time_option(given, "--since"));
    SG_TRY(auto until, time_option(given, "--until"));
    SG_TRYV(check_order(since, until));
    std::string text;
    for (const auto& word : given.all(argument))
        text += (text.empty() ? "" : " ") + word;
    return Parameters{{"text", std::move(text)},
                      {"id", given.get("--id")},
                      {"since", std::move(since)},
                      {"until", std::move(until)},
                      {"level", given.get("--level")},
                      {"sender", given.get("--sender")},
                      {"recipient", given.get("--recipient")}};
}

}  // namespace sealgate::cli::commands
