#pragma once
// SPDX-License-Identifier: Apache-2.0
// The `sealgate` command.

#include "cli/console.h"
#include "config/settings.h"

#include <functional>
#include <string>
#include <vector>

namespace sealgate::cli {

// Gives what is wrong with the files that settings name; for `config check`. The program has it,
// since this folder opens no certificates.
using FileCheck = std::function<std::vector<config::Problem>(const config::Settings&)>;

int main(int argc, char** argv, const FileCheck& check);

// The same on any console; `words` are the arguments after the program's name. Gives the exit
// status.
int run(const std::vector<std::string>& words, Console& console, const FileCheck& check = {});

}  // namespace sealgate::cli
