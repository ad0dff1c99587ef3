// SPDX-License-Identifier: Apache-2.0
#include "cli/command_line.h"

#include "base/text.h"
#include "cli/help.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>

namespace sealgate::cli {

namespace {

// Noun and verb are the first words that are neither an option nor the value of a global one. They
// are taken out; the rest is the library's.
std::vector<std::size_t> command_words(const std::vector<std::string>& words) {
    std::vector<std::size_t> found;
    for (std::size_t i = 0; i < words.size() && found.size() < 2; ++i) {
        if (words[i] == "--") break;
        if (words[i] == "--config" || words[i] == "--socket") {
            ++i;
        } else if (!words[i].starts_with('-')) {
            found.push_back(i);
        }
    }
    return found;
}

constexpr std::string_view kFile = "FILE";

class Parser {
public:
    Parser(const Noun& noun, const Verb& verb) : noun_(noun), verb_(verb) {
        app_.set_help_flag();
        app_.add_flag("-h,--help", line_.help);
        app_.add_option("--config", line_.config);
        app_.add_option("--socket", line_.socket);
        app_.add_flag("--json", line_.json);
        for (const auto& option : verb.options)
            add(option);
        for (const auto& argument : verb.arguments)
            add(argument);
    }

    Outcome<CommandLine> parse(std::vector<std::string> words) {
        // Help needs no arguments.
        const auto end = std::find(words.begin(), words.end(), "--");
        line_.help = std::any_of(
            words.begin(), end, [](const auto& word) { return word == "-h" || word == "--help"; });
        line_.noun = &noun_;
        line_.verb = &verb_;
        if (line_.help) return std::move(line_);
        std::string unknown = unknown_option(words);
        if (!unknown.empty()) return wrong(unknown);
        std::reverse(words.begin(), words.end());  // the library takes them from the back
        try {
            app_.parse(std::move(words));
        } catch (const CLI::ParseError& error) {
            return wrong(error.what());
        }
        SG_TRYV(collect());
        return std::move(line_);
    }

private:
    void add(const Option& option) {
        const std::string name(option.name);
        if (option.value.empty()) {
            app_.add_flag(name, flags_[name]);
        } else {
            app_.add_option(name, texts_[name])->expected(1)->allow_extra_args(false);
        }
    }

    void add(const Argument& argument) {
        const std::string name(argument.name);
        auto* const option = app_.add_option(name, texts_[name]);
        switch (argument.count) {
            case Count::one:
                option->expected(1)->required()->allow_extra_args(false);
                break;
            case Count::optional:
                option->expected(0, 1);
                break;
            case Count::any:
                option->expected(0, CLI::detail::expected_max_vector_size);
                break;
            case Count::some:
                option->expected(1, CLI::detail::expected_max_vector_size)->required();
                break;
        }
    }

    // With the nearest that exists; the library only says that it is not known.
    [[nodiscard]] std::string unknown_option(const std::vector<std::string>& words) const {
        std::vector<std::string_view> names;
        for (const auto& option : verb_.options)
            names.push_back(option.name);
        for (const auto& option : global_options())
            names.push_back(option.name);
        for (const auto& word : words) {
            if (word == "--") break;
            if (!word.starts_with("--")) continue;
            const auto name = word.substr(0, word.find('='));
            if (std::find(names.begin(), names.end(), name) != names.end()) continue;
            // The two dashes are no letters that one got right.
            std::vector<std::string_view> bare;
            for (const auto& one : names)
                bare.push_back(one.substr(2));
            const auto slip = slip_of(std::string_view(name).substr(2), bare);
            const std::string near = slip.empty() ? "" : fmt::format("--{}", slip);
            return fmt::format("the option {} is not known here{}",
                               escape_for_log(name, 64),
                               near.empty() ? "" : fmt::format("; did you mean {}?", near));
        }
        return {};
    }

    Outcome<void> collect() {
        for (auto& [name, count] : flags_) {
            if (count > 0) line_.given.values[name];
        }
        for (auto& [name, values] : texts_) {
            if (!values.empty()) line_.given.values[name] = std::move(values);
        }
        for (const auto& option : verb_.options) {
            if (option.value != kFile) SG_TRYV(check_text(option.name));
            SG_TRYV(check(option.name, option.values));
        }
        for (const auto& argument : verb_.arguments) {
            if (argument.name != kFile) SG_TRYV(check_text(argument.name));
            SG_TRYV(check(argument.name, argument.values));
        }
        return {};
    }

    // All texts but file names go to the daemon, as UTF-8.
    Outcome<void> check_text(std::string_view name) {
        for (const auto& value : line_.given.all(name)) {
            const std::size_t good = valid_utf8_prefix(value);
            if (good == value.size()) continue;
            return give_up(Exit::invalid,
                           fmt::format("{} '{}' is not UTF-8 (octet {}); use a UTF-8 terminal.",
                                       name,
                                       escape_for_log(value, 64),
                                       good + 1));
        }
        return {};
    }

    // Case does not matter; kept is the value as the table has it.
    Outcome<void> check(std::string_view name, const std::vector<std::string_view>& allowed) {
        if (allowed.empty() || !line_.given.has(name)) return {};
        for (auto& value : line_.given.values.find(name)->second) {
            const auto found = std::find_if(allowed.begin(), allowed.end(), [&](const auto& one) {
                return iequals(one, value);
            });
            if (found != allowed.end()) {
                value = *found;
                continue;
            }
            return wrong(fmt::format("{} is one of {}, not '{}'",
                                     name,
                                     fmt::join(allowed, ", "),
                                     escape_for_log(value, 64)));
        }
        return {};
    }

    [[nodiscard]] std::unexpected<Failure> wrong(std::string_view why) const {
        return give_up(Exit::usage, fmt::format("{}\nUsage: {}", why, usage(noun_, verb_)));
    }

    const Noun& noun_;
    const Verb& verb_;
    CLI::App app_;
    CommandLine line_;
    std::map<std::string, std::int64_t> flags_;
    std::map<std::string, std::vector<std::string>> texts_;
};

}  // namespace

Outcome<CommandLine> parse_command_line(const std::vector<Noun>& nouns,
                                        const std::vector<std::string>& words) {
    const auto found = command_words(words);
    const bool help = std::any_of(words.begin(), words.end(), [](const auto& word) {
        return word == "-h" || word == "--help";
    });
    if (found.empty()) {
        if (std::find(words.begin(), words.end(), "--version") != words.end()) {
            return parse_command_line(nouns, {"version"});
        }
        CommandLine line;
        line.help = help;
        return line;
    }
    std::vector<std::string> names;
    for (const auto index : found)
        names.push_back(words[index]);
    const Noun* noun = find_noun(nouns, names[0]);
    if (noun == nullptr) return give_up(Exit::usage, unknown_command(nouns, names));

    auto rest = words;
    const bool single = noun->verbs.front().name.empty();
    const Verb* verb = single             ? &noun->verbs.front()
                       : names.size() < 2 ? nullptr
                                          : find_verb(*noun, names[1]);
    if (verb == nullptr) {
        if (names.size() > 1) return give_up(Exit::usage, unknown_command(nouns, names));
        CommandLine line;
        line.noun = noun;
        line.help = help;
        return line;
    }
    if (!single) rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(found[1]));
    rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(found[0]));
    return Parser(*noun, *verb).parse(std::move(rest));
}

}  // namespace sealgate::cli
