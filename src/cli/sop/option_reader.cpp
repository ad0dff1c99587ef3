// SPDX-License-Identifier: Apache-2.0
#include "cli/sop/option_reader.h"

#include "base/text.h"
#include "cli/help.h"

#include <fmt/format.h>

#include <algorithm>

namespace sealgate::cli::sop {

namespace {

constexpr std::size_t kShown = 64;

const Option* find_option(const Subcommand& subcommand, std::string_view name) {
    const auto found = std::ranges::find(subcommand.options, name, &Option::name);
    return found == subcommand.options.end() ? nullptr : &*found;
}

std::unexpected<Failure> unknown(const Subcommand& subcommand, std::string_view name) {
    std::vector<std::string_view> bare;
    for (const Option& option : subcommand.options)
        bare.push_back(option.name.substr(2));
    const auto near = slip_of(name.starts_with("--") ? name.substr(2) : name, bare);
    return give_up(Exit::unsupported_option,
                   fmt::format("{} has no option {}{}",
                               subcommand.name,
                               escape_for_log(name, kShown),
                               near.empty() ? "." : fmt::format("; did you mean --{}?", near)));
}

Outcome<void> take_option(const Subcommand& subcommand, std::string_view word, Words& out) {
    const std::size_t equals = word.find('=');
    const std::string_view name = word.substr(0, equals);
    const bool has_value = equals != std::string_view::npos;
    if (!has_value && name == "--help") {
        out.help = true;
        return {};
    }
    if (!has_value && name == "--debug") return {};  // all is said anyway
    const Option* option = find_option(subcommand, name);
    if (option == nullptr) return unknown(subcommand, name);
    if (has_value && option->value.empty()) {
        return give_up(Exit::unsupported_option, fmt::format("{} takes no value.", name));
    }
    if (!has_value && !option->value.empty()) {
        return give_up(Exit::missing_arg,
                       fmt::format("{} needs a value: {}={}", name, name, option->value));
    }
    auto& values = out.given.values[std::string(name)];
    if (!values.empty() && !option->repeatable) {
        return give_up(Exit::incompatible_options, fmt::format("{} may stand once.", name));
    }
    values.emplace_back(has_value ? word.substr(equals + 1) : std::string_view());
    return {};
}

// Arguments are taken in order; only the last may be of any number.
Outcome<void> take_arguments(const Subcommand& subcommand,
                             std::vector<std::string> words,
                             Words& out) {
    std::size_t next = 0;
    for (const Argument& argument : subcommand.arguments) {
        const std::size_t left = words.size() - next;
        const bool many = argument.count == Count::any || argument.count == Count::some;
        const bool needed = argument.count == Count::one || argument.count == Count::some;
        const std::size_t taken = many ? left : std::min<std::size_t>(left, 1);
        if (taken == 0 && needed) {
            return give_up(Exit::missing_arg,
                           fmt::format("{} is missing: {}.", argument.name, argument.help));
        }
        for (std::size_t i = 0; i < taken; ++i)
            out.given.values[std::string(argument.name)].push_back(std::move(words[next++]));
    }
    if (next < words.size()) {
        return give_up(
            Exit::unsupported_option,
            fmt::format("'{}' is an argument too many.", escape_for_log(words[next], kShown)));
    }
    return {};
}

}  // namespace

Outcome<Words> read_words(const Subcommand& subcommand, const std::vector<std::string>& words) {
    Words out;
    std::vector<std::string> arguments;
    bool options = true;
    for (const std::string& word : words) {
        if (!options || word == "-" || !word.starts_with('-')) {
            arguments.push_back(word);
        } else if (word == "--") {
            options = false;
        } else if (word == "-h") {
            out.help = true;
        } else if (!word.starts_with("--")) {
            return unknown(subcommand, word);
        } else {
            SG_TRYV(take_option(subcommand, word, out));
        }
    }
    if (out.help) return out;
    SG_TRYV(take_arguments(subcommand, std::move(arguments), out));
    return out;
}

}  // namespace sealgate::cli::sop
