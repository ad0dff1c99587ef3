#pragma once
// SPDX-License-Identifier: Apache-2.0
// From words to a command with its arguments.

#include "cli/command.h"

#include <string>
#include <vector>

namespace sealgate::cli {

struct CommandLine {
    const Noun* noun = nullptr;
    const Verb* verb = nullptr;  // nullptr: only help is asked for
    bool help = false;
    std::string config;
    std::string socket;
    bool json = false;
    Given given;
};

// Global options stand anywhere. usage: unknown words or options (with the nearest that exists),
// missing, surplus or impossible values.
[[nodiscard]] Outcome<CommandLine> parse_command_line(const std::vector<Noun>& nouns,
                                                      const std::vector<std::string>& words);

}  // namespace sealgate::cli
