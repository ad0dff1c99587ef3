#pragma once
// SPDX-License-Identifier: Apache-2.0
// Unmanaged senders: what is done with them, and which were seen.

#include "admin/context.h"
#include "admin/domains.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sealgate::admin {

struct UnmanagedSetting {
    policy::UnmanagedSenders senders;
    std::optional<config::Origin> origin;  // set: the whole setting is managed by file
};

[[nodiscard]] Result<UnmanagedSetting> unmanaged_setting(const Context& context);

// conflict: managed by file.
Status set_unmanaged_action(Context& context, const Actor& actor, policy::UnmanagedAction action);
// Replaces all overrides. malformed: an override that names a listener that does not exist, or more
// than 1000 of them. conflict: managed by file.
Status set_unmanaged_overrides(Context& context,
                               const Actor& actor,
                               std::vector<policy::UnmanagedOverride> overrides);

struct SeenSender {
    std::string domain;  // A-label form, or an address literal
    std::string unicode;
    std::uint64_t count = 0;  // messages
    WallTime first_seen;
    WallTime last_seen;
    std::string last_source;  // IP address
    policy::UnmanagedAction last_action = policy::UnmanagedAction::reject;
};

// Most recently seen first; domains that are managed by now are left out. `since`: last seen at or
// after it.
[[nodiscard]] Result<std::vector<SeenSender>> list_unmanaged(
    const Context& context, std::optional<WallTime> since = std::nullopt);

struct Sighting {
    mime::Domain domain;
    IpAddress source;
    policy::UnmanagedAction action = policy::UnmanagedAction::reject;
    WallTime time;
    std::uint64_t count = 1;
};

// Written by the gateway, in batches (one transaction each). Gives the domains that were never seen
// before, for the alert. No audit record: this is not an administrator's change. At most 100 000
// domains are kept: those seen longest ago make room.
Result<std::vector<std::string>> record_unmanaged(Context& context,
                                                  std::span<const Sighting> sightings);

// Adds the domain to the managed domains. not_found: it was never seen as an unmanaged sender (a
// typing error would otherwise make a stranger's domain ours). Else as add_domain.
Result<Outcome> adopt_unmanaged(Context& context,
                                const Actor& actor,
                                std::string_view domain,
                                std::optional<bool> subdomains = std::nullopt);

}  // namespace sealgate::admin
