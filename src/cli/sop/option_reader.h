#pragma once
// SPDX-License-Identifier: Apache-2.0
// From words to what was given, by the rules of SOP: "--name=VALUE" and nothing else for values,
// "--" ends the options.

#include "cli/sop/subcommand.h"

#include <string>
#include <vector>

namespace sealgate::cli::sop {

struct Words {
    Given given;  // options by "--name", arguments by their names
    bool help = false;
};

// unsupported_option: not known, a value where none belongs, an argument too many; missing_arg: a
// value or argument is missing; incompatible_options: twice what may stand once.
[[nodiscard]] Outcome<Words> read_words(const Subcommand& subcommand,
                                        const std::vector<std::string>& words);

}  // namespace sealgate::cli::sop
