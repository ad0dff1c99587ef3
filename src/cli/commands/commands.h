#pragma once
// SPDX-License-Identifier: Apache-2.0
// All commands, one file a noun. A new noun needs its file, its line here and its line in
// commands.cpp.

#include "cli/command.h"

namespace sealgate::cli {

namespace commands {
[[nodiscard]] Noun alert();
[[nodiscard]] Noun audit();
[[nodiscard]] Noun completion();
[[nodiscard]] Noun config();
[[nodiscard]] Noun doctor();
[[nodiscard]] Noun domain();
[[nodiscard]] Noun help();
[[nodiscard]] Noun log();
[[nodiscard]] Noun message();
[[nodiscard]] Noun openpgp();
[[nodiscard]] Noun queue();
[[nodiscard]] Noun route();
[[nodiscard]] Noun setup();
[[nodiscard]] Noun status();
[[nodiscard]] Noun message_template();
[[nodiscard]] Noun unmanaged();
[[nodiscard]] Noun version();
}  // namespace commands

// In the order of the help.
[[nodiscard]] const std::vector<Noun>& all_commands();

}  // namespace sealgate::cli
