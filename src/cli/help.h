#pragma once
// SPDX-License-Identifier: Apache-2.0
// The help of each level, from the table of commands.

#include "cli/command.h"

#include <string>
#include <string_view>
#include <vector>

namespace sealgate::cli {

// The options that every command takes.
[[nodiscard]] const std::vector<Option>& global_options();

[[nodiscard]] std::string overview(const std::vector<Noun>& nouns);
[[nodiscard]] std::string help_for(const Noun& noun);
[[nodiscard]] std::string help_for(const Noun& noun, const Verb& verb);
// For the words after "help"; "" when they name no command.
[[nodiscard]] std::string help_for(const std::vector<Noun>& nouns,
                                   const std::vector<std::string>& words);

// "sealgate domain add DOMAIN [--subdomains]".
[[nodiscard]] std::string usage(const Noun& noun, const Verb& verb);

[[nodiscard]] const Noun* find_noun(const std::vector<Noun>& nouns, std::string_view name);
[[nodiscard]] const Verb* find_verb(const Noun& noun, std::string_view name);

// The candidate that `word` is a slip of the finger for: at most two letters off, and one in three;
// "" = none.
[[nodiscard]] std::string_view slip_of(std::string_view word,
                                       const std::vector<std::string_view>& candidates);
// The sentence about words that name no command, with the nearest one that exists.
[[nodiscard]] std::string unknown_command(const std::vector<Noun>& nouns,
                                          const std::vector<std::string>& words);

}  // namespace sealgate::cli
