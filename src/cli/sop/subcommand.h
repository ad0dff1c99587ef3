#pragma once
// SPDX-License-Identifier: Apache-2.0
// The subcommands of SOP as data, as those of sealgate are (cli/command.h); options are
// "--name=VALUE".

#include "base/clock.h"
#include "cli/command.h"
#include "cli/console.h"
#include "cli/sop/exit_code.h"

#include <functional>
#include <string_view>
#include <vector>

namespace sealgate::cli::sop {

// What a subcommand works with: stdin and stdout are those of the console, other inputs and outputs
// are named by its arguments.
struct Surroundings {
    Console& console;
    const Clock& clock;
};

using Run = std::function<Outcome<void>(Surroundings&, const Given&)>;

struct Subcommand {
    std::string_view name;
    std::string_view summary;
    std::string_view example;
    std::vector<Argument> arguments = {};
    std::vector<Option> options = {};
    Run run;
};

// In the order of the help. A new one needs its file and its line in table.cpp.
[[nodiscard]] const std::vector<Subcommand>& all_subcommands();

[[nodiscard]] Subcommand armor();
[[nodiscard]] Subcommand dearmor();
[[nodiscard]] Subcommand decrypt();
[[nodiscard]] Subcommand extract_cert();
[[nodiscard]] Subcommand inline_detach();
[[nodiscard]] Subcommand inline_verify();
[[nodiscard]] Subcommand list_profiles();
[[nodiscard]] Subcommand merge_certs();
[[nodiscard]] Subcommand validate_userid();
[[nodiscard]] Subcommand verify();
[[nodiscard]] Subcommand version();

}  // namespace sealgate::cli::sop
