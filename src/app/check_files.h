#pragma once
// SPDX-License-Identifier: Apache-2.0

#include "config/settings.h"

#include <vector>

namespace sealgate::app {

// What is wrong with the files that the settings name: certificate, key and authorities are read
// and matched as at start, and the spool's key where it exists; sockets of next hops must be there
// and permitted. Writes nothing.
[[nodiscard]] std::vector<config::Problem> check_files(const config::Settings& settings);

}  // namespace sealgate::app
