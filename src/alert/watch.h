#pragma once
// SPDX-License-Identifier: Apache-2.0
// What is wrong, judged from what was seen, and how that differs from what was wrong before. Pure.

#include "admin/alerts.h"
#include "base/clock.h"
#include "config/settings.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace sealgate::alert {

// A next hop that was asked for a connection since the start.
struct HopSeen {
    std::string name;
    bool reachable = true;                // of the last time
    unsigned failures = 0;                // in a row
    std::chrono::seconds failing_for{0};  // since the first of them
    std::chrono::seconds last_tried{0};   // so long ago
    std::string note;                     // why not; foreign text
};

// The state of the gateway at one moment.
struct Observation {
    bool mail_log_healthy = true;
    bool spool_healthy = true;
    std::optional<std::uint64_t> disk_free;  // octets; nullopt: could not be found out
    std::vector<HopSeen> hops;
    std::optional<WallTime> oldest_waiting;  // when the oldest message that waits was received
    std::string oldest_trace;                // "SMTP-00042.1"
    std::optional<WallTime> certificate_ends;
};

struct Changes {
    std::vector<admin::NewAlert> begun;
    std::vector<admin::AlertEnd> ended;
};

// `active` are the alerts that have not ended, of any kind. What could not be found out changes
// nothing. Limits have some play, so that what hovers about one is not raised again and again: an
// alert of the disk ends at a tenth more than the limit.
[[nodiscard]] Changes judge(const Observation& seen,
                            const std::vector<admin::Alert>& active,
                            const config::Settings& settings,
                            WallTime now);

// "12 min", "4 h", "3 days": for people.
[[nodiscard]] std::string in_words(std::chrono::seconds span);

// A domain that is not managed and was never seen before.
struct NewDomain {
    std::string domain;
    std::string source;      // IP address
    std::string action;      // "reject" ...
    std::string connection;  // "SMTP-00042"
};
// One alert for all of them, at least one; at most kMaxNamed are named.
inline constexpr std::size_t kMaxNamed = 50;
[[nodiscard]] admin::NewAlert first_mail(const std::vector<NewDomain>& domains, std::size_t all);

}  // namespace sealgate::alert
