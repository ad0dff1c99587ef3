// SPDX-License-Identifier: Apache-2.0
#include "cli/help.h"

#include "base/text.h"

#include <fmt/format.h>

#include <algorithm>

namespace sealgate::cli {

namespace {

constexpr std::size_t kWidth = 96;

// "  left      right", the right side wrapped and aligned.
void put_row(std::string& out, std::string_view left, std::string_view right, std::size_t width) {
    std::string line = fmt::format("  {:<{}}", left, width);
    const std::string indent(line.size(), ' ');
    bool empty = true;
    for (const auto word : split(right, ' ')) {
        if (!empty && line.size() + 1 + word.size() > kWidth) {
            out += line + '\n';
            line = indent;
            empty = true;
        }
        line += (empty ? "  " : " ");
        line += word;
        empty = false;
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + '\n';
}

using Rows = std::vector<std::pair<std::string, std::string>>;

std::string show_rows(std::string_view title, const Rows& rows) {
    if (rows.empty()) return {};
    std::size_t width = 0;
    for (const auto& row : rows)
        width = std::max(width, row.first.size());
    std::string out = fmt::format("\n{}:\n", title);
    for (const auto& row : rows)
        put_row(out, row.first, row.second, width);
    return out;
}

// "--since TIME", "--since=TIME", "--json".
std::string written(const Option& option, char separator) {
    if (option.value.empty()) return std::string(option.name);
    return fmt::format("{}{}{}", option.name, separator, option.value);
}

std::string with_values(std::string_view help, const std::vector<std::string_view>& values) {
    if (values.empty()) return std::string(help);
    return fmt::format("{}{}{}", help, help.empty() ? "" : ": ", fmt::join(values, ", "));
}

Rows option_rows(const std::vector<Option>& options, char separator = ' ') {
    Rows rows;
    for (const auto& option : options) {
        rows.emplace_back(written(option, separator), with_values(option.help, option.values));
    }
    return rows;
}

// What stands between an option and its value.
char separator_of(const Noun& noun) {
    return noun.own_rules ? '=' : ' ';
}

std::string common_options(const Noun& noun, std::string_view title) {
    if (!noun.own_rules) return show_rows(title, option_rows(global_options()));
    return show_rows(title,
                     {{"--debug", "Taken, and without meaning: all is said anyway"},
                      {"--help", "Show this help (-h)"}}) +
           "\nFILE, @ENV:NAME or @FD:NUMBER name what is read; stdin and stdout are the main "
           "input and output.\n";
}

}  // namespace

const std::vector<Option>& global_options() {
    static const std::vector<Option> kOptions{
        {"--config",
         "FILE",
         "The daemon's configuration, which names its socket; default $SEALGATE_CONFIG, else "
         "/etc/sealgate/sealgate.toml"},
        {"--socket", "PATH", "The daemon's control socket, instead"},
        {"--json", "", "Data as JSON: one document, or an object a line for streams"},
        {"--help", "", "Show this help (-h)"}};
    return kOptions;
}

std::string usage(const Noun& noun, const Verb& verb) {
    std::string out = fmt::format("sealgate {}", noun.name);
    if (!verb.name.empty()) out += fmt::format(" {}", verb.name);
    for (const auto& argument : verb.arguments) {
        const auto name = argument.values.empty()
                              ? std::string(argument.name)
                              : fmt::format("{}", fmt::join(argument.values, "|"));
        switch (argument.count) {
            case Count::one:
                out += " " + name;
                break;
            case Count::optional:
                out += fmt::format(" [{}]", name);
                break;
            case Count::any:
                out += fmt::format(" [{}...]", name);
                break;
            case Count::some:
                out += fmt::format(" {}...", name);
                break;
        }
    }
    for (const auto& option : verb.options) {
        out += fmt::format(
            " [{}]{}", written(option, separator_of(noun)), option.repeatable ? "..." : "");
    }
    return out;
}

std::string overview(const std::vector<Noun>& nouns) {
    Rows rows;
    for (const auto& noun : nouns) {
        std::string verbs;
        for (const auto& verb : noun.verbs) {
            if (verb.name.empty()) continue;
            verbs += fmt::format("{}{}", verbs.empty() ? " (" : ", ", verb.name);
        }
        rows.emplace_back(noun.name,
                          fmt::format("{}{}", noun.summary, verbs.empty() ? "" : verbs + ")"));
    }
    return "Usage: sealgate [--config FILE] NOUN VERB ...\n\nAdministers a running Sealgate "
           "gateway.\n\nExamples:\n  sealgate status\n  sealgate domain add example.com\n  "
           "sealgate log search \"unmanaged domain blocked\"\n" +
           show_rows("Commands", rows) +
           show_rows("Options of every command", option_rows(global_options())) +
           "\n'sealgate help NOUN' says more about each; sealgate(1) lists the exit statuses.\n";
}

std::string help_for(const Noun& noun) {
    if (noun.verbs.size() == 1 && noun.verbs.front().name.empty()) {
        return help_for(noun, noun.verbs.front());
    }
    Rows rows;
    for (const auto& verb : noun.verbs)
        rows.emplace_back(verb.name, verb.summary);
    return fmt::format("Usage: sealgate {} VERB ...\n\n{}\n\nExample:\n  {}\n",
                       noun.name,
                       noun.summary,
                       noun.verbs.front().example) +
           show_rows("Verbs", rows) + common_options(noun, "Options");
}

std::string help_for(const Noun& noun, const Verb& verb) {
    Rows arguments;
    for (const auto& argument : verb.arguments) {
        arguments.emplace_back(argument.name, with_values(argument.help, argument.values));
    }
    return fmt::format("Usage: {}\n\n{}\n\nExample:\n  {}\n",
                       usage(noun, verb),
                       verb.summary,
                       verb.example) +
           show_rows("Arguments", arguments) +
           show_rows("Options", option_rows(verb.options, separator_of(noun))) +
           common_options(noun, "Options of every command");
}

std::string help_for(const std::vector<Noun>& nouns, const std::vector<std::string>& words) {
    if (words.empty()) return overview(nouns);
    const Noun* noun = find_noun(nouns, words[0]);
    if (noun == nullptr || words.size() > 2) return {};
    if (words.size() == 1) return help_for(*noun);
    const Verb* verb = find_verb(*noun, words[1]);
    return verb == nullptr ? std::string() : help_for(*noun, *verb);
}

const Noun* find_noun(const std::vector<Noun>& nouns, std::string_view name) {
    const auto found = std::find_if(
        nouns.begin(), nouns.end(), [&](const Noun& noun) { return noun.name == name; });
    return found == nouns.end() ? nullptr : &*found;
}

const Verb* find_verb(const Noun& noun, std::string_view name) {
    const auto found = std::find_if(
        noun.verbs.begin(), noun.verbs.end(), [&](const Verb& verb) { return verb.name == name; });
    return found == noun.verbs.end() ? nullptr : &*found;
}

std::string_view slip_of(std::string_view word, const std::vector<std::string_view>& candidates) {
    constexpr std::size_t kMost = 2;
    if (word.size() > 64) return {};
    const auto near = nearest(word, candidates);
    if (near.empty()) return {};
    const std::size_t distance = edit_distance(word, near);
    return distance <= kMost && 3 * distance <= word.size() ? near : std::string_view();
}

std::string unknown_command(const std::vector<Noun>& nouns, const std::vector<std::string>& words) {
    const Noun* noun = words.empty() ? nullptr : find_noun(nouns, words[0]);
    std::vector<std::string_view> candidates;
    if (noun == nullptr) {
        for (const auto& each : nouns)
            candidates.push_back(each.name);
    } else {
        for (const auto& each : noun->verbs)
            candidates.push_back(each.name);
    }
    const std::string prefix = noun == nullptr ? "" : fmt::format("{} ", noun->name);
    const std::string word = words.empty()      ? ""
                             : noun == nullptr  ? words[0]
                             : words.size() > 1 ? words[1]
                                                : "";
    const auto shown = escape_for_log(word, 64);
    const auto near = slip_of(word, candidates);
    return fmt::format("there is no command '{}{}'{} 'sealgate help{}{}' lists them.",
                       prefix,
                       shown,
                       near.empty() ? "." : fmt::format("; did you mean '{}{}'?", prefix, near),
                       noun == nullptr ? "" : " ",
                       noun == nullptr ? "" : noun->name);
}

}  // namespace sealgate::cli
