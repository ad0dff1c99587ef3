#pragma once
// SPDX-License-Identifier: Apache-2.0
// Alerts as they are kept: what is wrong, what was, and the notices that are still to be sent. A
// state outlives restarts, so an alert is raised once and ended once; a notice is written together
// with the state it speaks of and goes when its sink has it, so it is sent at least once or given
// up with a line in the log.

#include "admin/context.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sealgate::admin {

// The things that alerts are about.
inline constexpr std::string_view kAlertUnmanagedDomain = "unmanaged-domain";
inline constexpr std::string_view kAlertMailLog = "mail-log";
inline constexpr std::string_view kAlertSpool = "spool";
inline constexpr std::string_view kAlertDisk = "disk";
inline constexpr std::string_view kAlertNextHop = "next-hop";
inline constexpr std::string_view kAlertQueueAge = "queue-age";
inline constexpr std::string_view kAlertCertificate = "certificate";

struct AlertKind {
    std::string_view name;
    std::string_view description;
    bool event = false;  // it happens and has no end
};
[[nodiscard]] const std::vector<AlertKind>& alert_kinds();

struct Alert {
    std::uint64_t id = 0;
    std::string name;     // of its kind
    std::string subject;  // which of several: "mx.example.com:25"; "" where there is only one
    std::string title;    // a few words
    std::string detail;   // sentences that say what to do
    WallTime raised{};
    std::optional<WallTime> ended;  // of an event: when it was raised
    std::string end_detail;
};

struct AlertSilence {
    std::string name;
    WallTime until{};
    std::string by;
};

struct AlertList {
    std::vector<Alert> active;  // oldest first
    std::vector<Alert> recent;  // ended, latest first
    std::vector<AlertSilence> silences;
    std::uint64_t waiting_notices = 0;
};

// `recent`: how many of those that have ended. Silences that are over are left out.
[[nodiscard]] Result<AlertList> list_alerts(const Context& context, std::size_t recent);
[[nodiscard]] Result<std::vector<Alert>> active_alerts(const Context& context);

struct NewAlert {
    std::string name;
    std::string subject;
    std::string title;
    std::string detail;
    bool event = false;  // it happened, and has no end that could be told
};
struct AlertEnd {
    std::uint64_t id = 0;
    std::string detail;
};
// Writes what began and what ended, with a notice of each for every sink, in one transaction. What
// is active already, or ended already, is left as it is. An alert that ends before a notice of it
// was tried, because its kind is silenced, ends without one. The newest 1000 that have ended are
// kept.
Status record_alerts(Context& context,
                     const std::vector<NewAlert>& begun,
                     const std::vector<AlertEnd>& ended,
                     const std::vector<std::string>& sinks);

enum class NoticeKind : std::uint8_t { raised, ended, test };
[[nodiscard]] std::string_view to_string(NoticeKind kind);

struct AlertNotice {
    Alert alert;
    NoticeKind kind = NoticeKind::raised;
    std::string sink;
    std::uint64_t attempts = 0;  // so far
};
// Those due now for a sink, in the order in which they have to be sent, at most `limit`. An end is
// not due before the notice of its beginning has gone.
[[nodiscard]] Result<std::vector<AlertNotice>> due_notices(const Context& context,
                                                           std::string_view sink,
                                                           std::size_t limit);
// It has been sent, or is given up.
Status drop_notice(Context& context, const AlertNotice& notice);
Status postpone_notice(Context& context, const AlertNotice& notice, WallTime due);
// Notices for sinks that are not configured any more.
Status drop_notices_except(Context& context, const std::vector<std::string>& sinks);

// Holds back the notices of a kind until then; nullopt: no longer. malformed: no such kind, or a
// time that is not to come or over a year away.
Status silence_alert(Context& context,
                     const Actor& actor,
                     std::string_view name,
                     std::optional<WallTime> until);

struct SinkAnswer {
    std::string sink;
    std::string problem;  // "" = taken
};
// Sends a notice that says that it is a test through every sink, now, and tells how each took it.
// not_found: no such kind. conflict: no sink is configured. May take some ten seconds.
[[nodiscard]] Result<std::vector<SinkAnswer>> test_alert(Context& context,
                                                         const Actor& actor,
                                                         std::string_view name);

}  // namespace sealgate::admin
