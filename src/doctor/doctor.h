#pragma once
// SPDX-License-Identifier: Apache-2.0
// Looks at everything around the gateway that can be wrong, and says what to do. Changes nothing,
// sends no mail, and does not need the daemon.

#include "config/settings.h"
#include "policy/routes.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sealgate::doctor {

enum class Level : std::uint8_t { ok, warn, fail };
[[nodiscard]] std::string_view to_string(Level level);

struct Finding {
    std::string area;  // "clock", "listener outbound"
    Level level = Level::ok;
    std::string text;    // a sentence; peers' text in it is escaped
    std::string advice;  // what to do; "" when all is well
};
using Findings = std::vector<Finding>;

struct Subject {
    config::Settings settings;
    bool running = false;    // the daemon answers on its socket
    std::optional<int> pid;  // of it
    // In force, as far as that is known: from the daemon, or those of the file.
    std::vector<policy::Route> routes;
};

// All checks below, in this order. Takes at most about 15 s for each next hop that hangs.
[[nodiscard]] Findings examine(const Subject& subject);
[[nodiscard]] Level worst(const Findings& findings);

void check_name(const Subject& subject, Findings& out);       // DNS of the host name
void check_listeners(const Subject& subject, Findings& out);  // who answers there
void check_certificate(const Subject& subject, Findings& out);
void check_clock(Findings& out);  // synchronised, as the kernel knows it
void check_disk(const Subject& subject, Findings& out);
void check_files(const Subject& subject, Findings& out);  // owners and permissions
void check_database(const Subject& subject, Findings& out);
void check_limits(const Subject& subject, Findings& out);  // RLIMIT_NOFILE of the daemon
void check_next_hops(const Subject& subject, Findings& out);

// The pid of the process that listens on this TCP port, "" when there is none or it cannot be told;
// other users' processes are visible to root alone. "nginx (pid 42)".
[[nodiscard]] std::string listener_of(std::uint16_t port);

}  // namespace sealgate::doctor
