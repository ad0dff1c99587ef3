#pragma once
// SPDX-License-Identifier: Apache-2.0
// What an administrator can see and do in the running gateway: its queue and its state. The daemon
// implements it; the HTTP API and its tests see only this.
//
// Every function may be called from any thread but the mail I/O thread, and may block for
// milliseconds while it asks that thread. A change is in force, and durable where the spool is
// concerned, when the function returns.

#include "base/clock.h"
#include "base/ids.h"
#include "base/result.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sealgate::admin {

// Where a recipient of a queued message stands.
enum class QueueState : std::uint8_t { pending, held, delivered, bounced, discarded, failed };
[[nodiscard]] constexpr std::string_view to_string(QueueState state) {
    switch (state) {
        case QueueState::pending:
            return "pending";
        case QueueState::held:
            return "held";
        case QueueState::delivered:
            return "delivered";
        case QueueState::bounced:
            return "bounced";
        case QueueState::discarded:
            return "discarded";
        case QueueState::failed:
            return "failed";
    }
    return "failed";
}

struct QueueRecipient {
    std::string address;
    QueueState state = QueueState::pending;
    std::uint32_t attempts = 0;
    std::optional<WallTime> next_attempt;  // only while pending
    std::string note;                      // last reply or reason; foreign text, not escaped
};

// A message with at least one recipient that is pending or held.
struct QueueItem {
    MessageId id;
    ConnectionId connection;
    std::string trace;  // "SMTP-00042.1", as in our 250 and our Received field
    WallTime received{};
    std::string sender;  // "" = the null sender
    std::uint64_t size = 0;
    std::vector<QueueRecipient> recipients;
    std::string next_hop;  // of the first recipient that is not finished
};

// All given fields must match; texts are substrings, ASCII case does not matter.
struct QueueFilter {
    std::optional<QueueState> state;  // at least one recipient in this state; pending or held
    std::string sender;
    std::string recipient;
    std::string next_hop;
};

struct QueuePage {
    std::vector<QueueItem> items;  // oldest first
    std::string next_cursor;       // "" = no more
};

struct QueueSelection {
    std::vector<MessageId> ids;
    bool all = false;      // every message of the queue; ids is empty then
    bool dry_run = false;  // say what would change, change nothing
    std::string by;        // who asks, for the mail log
    std::string reason;    // behind it, where one was given
};

// What the audit log keeps of a message.
struct QueueSubject {
    MessageId id;
    ConnectionId connection;
    std::string sender;
    std::size_t recipients = 0;
};

struct QueueChange {
    std::vector<MessageId> changed;
    std::vector<QueueSubject> subjects;  // of `changed`, in its order
    std::vector<MessageId> unchanged;    // already so: held twice, nothing pending to retry
    std::vector<MessageId> held;         // of `unchanged`: not retried since it is held
    std::vector<MessageId> not_found;
};

struct DestinationStats {
    std::string next_hop;
    std::size_t messages = 0;
    std::optional<WallTime> next_attempt;  // the earliest
    std::string note;                      // why it waits: the last failure there
};

struct QueueStats {
    std::size_t messages = 0;
    std::uint64_t octets = 0;
    std::size_t pending_recipients = 0;
    std::size_t held_recipients = 0;
    std::optional<WallTime> oldest;              // received
    std::vector<DestinationStats> destinations;  // most messages first, at most 100
};

struct ListenerStatus {
    std::string name;
    std::string address;  // the real one, also when port 0 was asked for
    std::string direction;
    std::string mode;
    std::size_t sessions = 0;
};

// Since the start of the process, counted in recipients but for `messages`.
struct Counters {
    std::uint64_t messages = 0;  // accepted
    std::uint64_t delivered = 0;
    std::uint64_t deferred = 0;  // attempts that ended in "later"
    std::uint64_t bounced = 0;
    std::uint64_t rejected = 0;
    std::uint64_t passed = 0;  // unmanaged sender, unmodified
    std::uint64_t held = 0;
    std::uint64_t discarded = 0;
    std::uint64_t failed = 0;      // for good, and no report may be sent
    std::uint64_t unreported = 0;  // of those: others had been taken, the sender is a stranger's
    std::uint64_t possible_duplicates = 0;  // messages that may arrive twice
    std::uint64_t connections = 0;          // from clients, since the start
};

// How long delivered recipients took, from the end of data to the next hop's answer.
struct DeliveryTimes {
    std::vector<std::uint64_t> bounds_ms;  // ascending
    std::vector<std::uint64_t> within;     // beside each bound: longer than the one before it
    std::uint64_t all = 0;                 // also those longer than the last bound
    std::uint64_t sum_ms = 0;
};

// The mail log's way to a syslog receiver; records, since the start.
struct SyslogStatus {
    bool connected = false;
    std::uint64_t sent = 0;
    std::uint64_t dropped = 0;  // further behind than the backlog allows
    std::uint64_t behind = 0;   // not sent yet
};

struct GatewayStatus {
    std::string version;
    WallTime started{};
    std::chrono::seconds uptime{};
    std::string hostname;
    bool ready = false;  // every listener answers
    std::vector<ListenerStatus> listeners;
    Counters counters;
    DeliveryTimes delivery_time;
    std::size_t queued_messages = 0;
    std::size_t pending_recipients = 0;
    std::size_t held_recipients = 0;
    bool spool_healthy = false;
    std::uint64_t spool_room = 0;  // octets that can still be accepted
    bool log_healthy = false;
    std::optional<SyslogStatus> syslog;  // where one is configured
    std::uint64_t memory = 0;            // resident set, octets
    std::uint64_t content_held = 0;      // octets of message content in memory
};

class Gateway {
public:
    Gateway() = default;
    Gateway(const Gateway&) = delete;
    Gateway& operator=(const Gateway&) = delete;
    Gateway(Gateway&&) = delete;
    Gateway& operator=(Gateway&&) = delete;
    virtual ~Gateway() = default;

    [[nodiscard]] virtual GatewayStatus status() = 0;

    // One page, oldest first, at most `limit` items. `cursor` is that of the page before, or "".
    // malformed: not a cursor of ours.
    [[nodiscard]] virtual Result<QueuePage> list_queue(const QueueFilter& filter,
                                                       const std::string& cursor,
                                                       std::size_t limit) = 0;
    // not_found: unknown, or finished already.
    [[nodiscard]] virtual Result<QueueItem> show_queued(MessageId id) = 0;
    // The messages of a connection, or the one with this number in it ("SMTP-00042.1"); oldest
    // first.
    [[nodiscard]] virtual std::vector<MessageId> find_queued(
        const ConnectionId& connection, std::optional<std::uint64_t> number) = 0;
    [[nodiscard]] virtual QueueStats queue_stats() = 0;

    // Attempts pending recipients now, past the back-off of message and destination. In force when
    // the attempts are scheduled, not when they have ended.
    [[nodiscard]] virtual Result<QueueChange> retry_queued(const QueueSelection& selection) = 0;
    // Pending recipients wait until they are released.
    [[nodiscard]] virtual Result<QueueChange> hold_queued(const QueueSelection& selection) = 0;
    // Held recipients become pending and are attempted now.
    [[nodiscard]] virtual Result<QueueChange> release_queued(const QueueSelection& selection) = 0;
    // Pending and held recipients become discarded; no report is sent.
    [[nodiscard]] virtual Result<QueueChange> delete_queued(const QueueSelection& selection) = 0;
};

}  // namespace sealgate::admin
