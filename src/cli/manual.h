#pragma once
// SPDX-License-Identifier: Apache-2.0
// sealgate(1), from the table of commands. docs/manual/man/sealgate.1 is its output; a test
// compares the two.

#include "cli/command.h"

#include <string>
#include <vector>

namespace sealgate::cli {

[[nodiscard]] std::string manual_page(const std::vector<Noun>& nouns);

}  // namespace sealgate::cli
