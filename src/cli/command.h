#pragma once
// SPDX-License-Identifier: Apache-2.0
// The commands as data: parsing, help, completion and the manual page are made from one table.

#include "cli/exit_code.h"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sealgate::cli {

class Context;

enum class Count : std::uint8_t { one, optional, any, some };  // any: 0 or more, some: 1 or more

struct Argument {
    std::string_view name;  // "DOMAIN"
    std::string_view help;
    Count count = Count::one;
    std::vector<std::string_view> values = {};  // not empty: one of these
};

struct Option {
    std::string_view name;   // "--since"
    std::string_view value;  // "TIME"; "" = a flag
    std::string_view help;
    std::vector<std::string_view> values = {};
    bool repeatable = false;
};

// What was given on the command line, by the names of the table.
class Given {
public:
    std::map<std::string, std::vector<std::string>, std::less<>> values;

    [[nodiscard]] bool has(std::string_view name) const { return values.contains(name); }
    // The first value, or "".
    [[nodiscard]] std::string get(std::string_view name) const {
        const auto found = values.find(name);
        return found == values.end() || found->second.empty() ? std::string()
                                                              : found->second.front();
    }
    [[nodiscard]] std::vector<std::string> all(std::string_view name) const {
        const auto found = values.find(name);
        return found == values.end() ? std::vector<std::string>() : found->second;
    }
};

using Run = std::function<Outcome<Exit>(Context&, const Given&)>;

struct Verb {
    std::string_view name;  // "" = the noun is the whole command
    std::string_view summary;
    std::string_view example;  // one command line
    std::vector<Argument> arguments = {};
    std::vector<Option> options = {};
    Run run;
};

struct Noun {
    std::string_view name;
    std::string_view summary;
    std::vector<Verb> verbs;
    // It reads its words itself: "--option=VALUE", none of the options of every command, and exit
    // statuses of its own (sop/sop.h).
    bool own_rules = false;
};

}  // namespace sealgate::cli
