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
    if (const auto time = parse_time(text, SystemClock().now())) return to_rfc3339(*time);
    return give_up(
        Exit::usage,
        fmt::format("{} takes a time such as 2h, 2026-11-25 or \"2026-11-25 07:14\", not "
                    "'{}'.",
                    name,
                    escape_for_log(text)));
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

}  // namespace sealgate::cli::commands
