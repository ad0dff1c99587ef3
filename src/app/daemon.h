#pragma once
// SPDX-License-Identifier: Apache-2.0

#include "config/settings.h"

#include <memory>

namespace sealgate::app {

// The whole life of the daemon: opens everything below data_dir, serves, and returns the exit
// status when it was told to end. Failures at start are one sentence on stderr.
[[nodiscard]] int run_daemon(std::shared_ptr<const config::Settings> settings);

}  // namespace sealgate::app
