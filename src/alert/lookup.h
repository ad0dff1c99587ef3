#pragma once
// SPDX-License-Identifier: Apache-2.0

#include "base/network.h"
#include "base/result.h"

#include <chrono>
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

namespace sealgate::alert {

using Lookup = std::function<Result<std::vector<IpAddress>>(
    const std::string& host, std::chrono::milliseconds patience, const std::stop_token& stop)>;

// The addresses of a host by the system's resolver, in its order. Blocks at most `patience`, less
// once `stop` asks; a look-up that hangs goes on in a thread of its own and its answer is dropped.
// transient: no answer, or no such name.
[[nodiscard]] Result<std::vector<IpAddress>> look_up(const std::string& host,
                                                     std::chrono::milliseconds patience,
                                                     const std::stop_token& stop);

}  // namespace sealgate::alert
