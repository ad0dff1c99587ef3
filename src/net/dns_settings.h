#pragma once
// SPDX-License-Identifier: Apache-2.0

#include "net/dns.h"

namespace sealgate::net {

// What the DNS client is told by settings with the members of config::Dns, which this folder does
// not know.
template <class Settings>
[[nodiscard]] DnsOptions dns_options(const Settings& settings) {
    DnsOptions options;
    for (const auto& server : settings.servers)
        options.servers.servers.push_back(server.to_string());
    options.servers.timeout = settings.timeout;
    options.servers.tries = static_cast<unsigned>(settings.tries);
    options.cache = settings.cache;
    options.family = settings.address_family;
    return options;
}

}  // namespace sealgate::net
