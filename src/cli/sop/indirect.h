#pragma once
// SPDX-License-Identifier: Apache-2.0
// What the arguments of SOP name: files, "@ENV:NAME" and "@FD:NUMBER".

#include "cli/sop/subcommand.h"

#include <cstddef>
#include <string>
#include <string_view>

namespace sealgate::cli::sop {

// Inputs are held in memory, whole.
inline constexpr std::size_t kInputLimit = 2UL << 30U;

// All of it. missing_input, unsupported_special_prefix, ambiguous_input; bad_data: over the limit.
[[nodiscard]] Outcome<std::string> read_input(const std::string& name);
// The same of stdin.
[[nodiscard]] Outcome<std::string> read_stdin(Surroundings& surroundings);

// Whether something may be written there, asked before any work is done. output_exists,
// unsupported_special_prefix (also @ENV:), ambiguous_input.
[[nodiscard]] Outcome<void> check_output(const std::string& name);
enum class Privacy : std::uint8_t { as_umask_says, only_owner };
// Makes the file, or writes to the descriptor. As check_output(); unspecified_failure: not written.
[[nodiscard]] Outcome<void> write_output(const std::string& name,
                                         std::string_view octets,
                                         Privacy privacy);
// To stdout. unspecified_failure: not all of it could be written.
[[nodiscard]] Outcome<void> write_stdout(Surroundings& surroundings, std::string_view octets);

}  // namespace sealgate::cli::sop
