#pragma once
// SPDX-License-Identifier: Apache-2.0

#include "base/network.h"

namespace sealgate::alert {

// Whether an address is one of the public Internet (IANA special-purpose registries, RFC 6890):
// not this host, private, link-local, shared, for documentation, multicast or reserved, and not one
// that stands for an IPv4 address inside (6to4, Teredo, NAT64). IPv4-mapped addresses are judged as
// what they map.
[[nodiscard]] bool is_public(const IpAddress& address);

}  // namespace sealgate::alert
