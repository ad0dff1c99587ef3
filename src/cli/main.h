#pragma once
// SPDX-License-Identifier: Apache-2.0
// The `sealgate` command: `int main(int argc, char** argv) { return sealgate::cli::main(argc,
// argv); }`.

#include "cli/console.h"

#include <string>
#include <vector>

namespace sealgate::cli {

int main(int argc, char** argv);

// The same on any console; `words` are the arguments after the program's name. Gives the exit
// status.
int run(const std::vector<std::string>& words, Console& console);

}  // namespace sealgate::cli
