#pragma once
// SPDX-License-Identifier: Apache-2.0
// Routes: where mail for a domain goes next.

#include "admin/context.h"
#include "admin/domains.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sealgate::admin {

struct RouteEntry {
    policy::Route route;
    std::optional<config::Origin> origin;  // set: managed by file
};

// By pattern.
[[nodiscard]] Result<std::vector<RouteEntry>> list_routes(const Context& context);

struct NewRoute {
    std::string domain;  // "example.com", ".example.com" or "*"
    // "host:port", "mx", "mx:DOMAIN", "lmtp:host:port", "lmtp:unix:/path" or "mailbox:DIR"
    std::string next_hop;
    std::string tls = "opportunistic";  // none | opportunistic | required | verify
    std::string tls_name;
    std::string tls_ca_file{};            // a file that can be read now
    std::vector<std::string> tls_pins{};  // SHA-256 of public keys
};

// Adds a route, or replaces the one with the same pattern. malformed: a field, with its name in the
// sentence. conflict: the pattern is managed by file.
Result<Outcome> set_route(Context& context, const Actor& actor, const NewRoute& route);

// not_found, malformed; conflict: managed by file.
Status remove_route(Context& context, const Actor& actor, std::string_view domain);

}  // namespace sealgate::admin
