#pragma once
// SPDX-License-Identifier: Apache-2.0

#include "cli/command.h"

#include <vector>

namespace sealgate::cli::commands {

// Of the noun `config`.
[[nodiscard]] std::vector<Verb> config_file_verbs();

}  // namespace sealgate::cli::commands
