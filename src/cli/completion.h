#pragma once
// SPDX-License-Identifier: Apache-2.0
// Completion scripts, from the table of commands.

#include "cli/command.h"

#include <string>
#include <vector>

namespace sealgate::cli {

[[nodiscard]] std::string bash_completion(const std::vector<Noun>& nouns);
// zsh runs the script of bash through its own layer for that.
[[nodiscard]] std::string zsh_completion(const std::vector<Noun>& nouns);
[[nodiscard]] std::string fish_completion(const std::vector<Noun>& nouns);

}  // namespace sealgate::cli
