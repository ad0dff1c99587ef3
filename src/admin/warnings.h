#pragma once
// SPDX-License-Identifier: Apache-2.0
// What is valid and yet hardly meant: said at --check, at start and in the status.

#include "config/settings.h"

#include <string>
#include <vector>

namespace sealgate::admin {

// Sentences; `domains` and `routes` are those in force.
[[nodiscard]] std::vector<std::string> warnings(const config::Settings& settings,
                                                const policy::ManagedDomains& domains,
                                                const policy::Routes& routes);
// The same as far as the file alone can tell.
[[nodiscard]] std::vector<std::string> warnings(const config::Settings& settings);

}  // namespace sealgate::admin
