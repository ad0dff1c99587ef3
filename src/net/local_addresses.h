#pragma once
// SPDX-License-Identifier: Apache-2.0
// The addresses of this machine's network interfaces.

#include "base/network.h"

#include <vector>

namespace sealgate::net {

// As they are now; empty where the system does not tell.
[[nodiscard]] std::vector<IpAddress> local_addresses();

}  // namespace sealgate::net
