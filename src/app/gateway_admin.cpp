// SPDX-License-Identifier: Apache-2.0
#include "app/gateway_admin.h"

#include "base/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <map>

namespace sealgate::app {

using admin::QueueChange;
using admin::QueueItem;
using admin::QueueState;
using flow::LivePointer;
using spool::State;

namespace {

constexpr std::size_t kMaxDestinations = 100;

QueueState to_queue_state(State state) {
    switch (state) {
        case State::pending:
            return QueueState::pending;
        case State::held:
            return QueueState::held;
        case State::delivered:
            return QueueState::delivered;
        case State::bounced:
            return QueueState::bounced;
        case State::discarded:
            return QueueState::discarded;
        case State::failed_silently:
            return QueueState::failed;
    }
    return QueueState::failed;
}

QueueItem to_item(const flow::Queue& queue, const flow::Live& live) {
    QueueItem item;
    item.id = live.id;
    item.connection = live.source->connection;
    item.trace = trace_id(live.source->connection, live.id);
    item.received = live.received;
    item.sender = live.sender_text();
    item.size = live.content_size;
    for (std::uint32_t i = 0; i < live.status.size(); ++i) {
        const spool::RecipientStatus& status = live.status[i];
        admin::QueueRecipient recipient;
        recipient.address = live.envelope.recipients[i].address.text();
        recipient.state = to_queue_state(status.state);
        recipient.attempts = status.attempts;
        if (status.state == State::pending) recipient.next_attempt = status.next_attempt;
        recipient.note = status.note;
        if (item.next_hop.empty() && !spool::is_final(status.state)) {
            item.next_hop = queue.next_hop_of(live, i);
        }
        item.recipients.push_back(std::move(recipient));
    }
    return item;
}

bool icontains(std::string_view text, std::string_view part) {
    return to_lower(text).find(to_lower(part)) != std::string::npos;
}

bool matches(const admin::QueueFilter& filter, const QueueItem& item) {
    if (!filter.sender.empty() && !icontains(item.sender, filter.sender)) return false;
    if (!filter.next_hop.empty() && !icontains(item.next_hop, filter.next_hop)) return false;
    if (!filter.state && filter.recipient.empty()) return true;
    return std::any_of(item.recipients.begin(), item.recipients.end(), [&](const auto& one) {
        return (!filter.state || one.state == *filter.state) &&
               (filter.recipient.empty() || icontains(one.address, filter.recipient));
    });
}

std::uint64_t resident_memory() {
    std::uint64_t pages = 0;
    if (std::FILE* file = std::fopen("/proc/self/statm", "re")) {
        unsigned long long total = 0;
        unsigned long long resident = 0;
        // NOLINTNEXTLINE(cert-err34-c): two counters the kernel wrote
        if (std::fscanf(file, "%llu %llu", &total, &resident) == 2) pages = resident;
        (void)std::fclose(file);
    }
    constexpr std::uint64_t kPage = 4096;
    return pages * kPage;
}

}  // namespace

GatewayAdmin::GatewayAdmin(flow::Gateway& gateway,
                           maillog::MailLog& log,
                           const Clock& clock,
                           std::string hostname,
                           const std::atomic<bool>& ready,
                           const syslog::Sender* syslog)
    : gateway_(gateway),
      log_(log),
      clock_(clock),
      hostname_(std::move(hostname)),
      ready_(ready),
      syslog_(syslog),
      started_(clock.now()),
      started_steady_(clock.steady()) {}

admin::GatewayStatus GatewayAdmin::status() {
    admin::GatewayStatus status;
    status.version = SEALGATE_VERSION;
    status.started = started_;
    status.uptime =
        std::chrono::duration_cast<std::chrono::seconds>(clock_.steady() - started_steady_);
    status.hostname = hostname_;
    status.ready = ready_;
    status.log_healthy = log_.healthy();
    status.memory = resident_memory();
    if (syslog_ != nullptr) {
        const syslog::SenderStats stats = syslog_->stats();
        status.syslog = admin::SyslogStatus{.connected = stats.connected,
                                            .sent = stats.sent,
                                            .dropped = stats.dropped,
                                            .behind = stats.behind};
    }
    return gateway_.call([&]() -> admin::GatewayStatus {
        for (const flow::ListenerView& view : gateway_.listeners()) {
            admin::ListenerStatus listener;
            listener.name = view.name;
            listener.address = view.address;
            listener.direction = config::to_string(view.direction);
            listener.mode = config::to_string(view.mode);
            listener.sessions = view.sessions;
            status.listeners.push_back(std::move(listener));
        }
        const flow::Counters& counters = gateway_.counters();
        status.counters.messages = counters.messages.get();
        status.counters.delivered = counters.delivered.get();
        status.counters.deferred = counters.deferred.get();
        status.counters.bounced = counters.bounced.get();
        status.counters.rejected = counters.rejected.get();
        status.counters.passed = counters.passed.get();
        status.counters.held = counters.held.get();
        status.counters.discarded = counters.discarded.get();
        status.counters.failed = counters.failed_silently.get();
        status.counters.unreported = counters.unreported.get();
        status.counters.possible_duplicates = counters.possible_duplicates.get();
        status.counters.connections = counters.connections.get();
        status.queued_messages = gateway_.queue().messages().size();
        status.pending_recipients = gateway_.queue().totals().pending;
        status.held_recipients = gateway_.queue().totals().held;
        status.delivery_time = {
            .bounds_ms = {flow::Durations::kBounds.begin(), flow::Durations::kBounds.end()},
            .within = {counters.delivery_time.within().begin(),
                       counters.delivery_time.within().end()},
            .all = counters.delivery_time.all(),
            .sum_ms = counters.delivery_time.sum_ms()};
        status.spool_healthy = gateway_.spool().healthy();
        status.spool_room = gateway_.spool().room();
        status.content_held = gateway_.budget().used();
        return status;
    });
}

Result<admin::QueuePage> GatewayAdmin::list_queue(const admin::QueueFilter& filter,
                                                  const std::string& cursor,
                                                  std::size_t limit) {
    std::uint64_t after = 0;
    if (!cursor.empty()) {
        const auto id = parse_message_id(cursor);
        if (!id)
            return fail(ErrorKind::malformed, "app.queue", "This is not a cursor of a queue list.");
        after = id->value + 1;
    }
    return gateway_.call([&]() -> Result<admin::QueuePage> {
        admin::QueuePage page;
        const auto& messages = gateway_.queue().messages();
        for (auto at = messages.lower_bound(after); at != messages.end(); ++at) {
            QueueItem item = to_item(gateway_.queue(), *at->second);
            if (!matches(filter, item)) continue;
            if (page.items.size() == limit) {
                page.next_cursor = to_string(page.items.back().id);
                break;
            }
            page.items.push_back(std::move(item));
        }
        return page;
    });
}

Result<QueueItem> GatewayAdmin::show_queued(MessageId id) {
    return gateway_.call([&]() -> Result<QueueItem> {
        const LivePointer live = gateway_.queue().find(id);
        if (!live) {
            return fail(ErrorKind::not_found,
                        "app.queue",
                        "No message " + to_string(id) +
                            " is in the queue; what became of it is in the mail log.");
        }
        return to_item(gateway_.queue(), *live);
    });
}

admin::QueueStats GatewayAdmin::queue_stats() {
    return gateway_.call([&]() -> admin::QueueStats {
        admin::QueueStats stats;
        std::map<std::string, admin::DestinationStats> by_hop;
        for (const auto& [id, live] : gateway_.queue().messages()) {
            ++stats.messages;
            stats.octets += live->content_size;
            stats.oldest = stats.oldest ? std::min(*stats.oldest, live->received) : live->received;
            const QueueItem item = to_item(gateway_.queue(), *live);
            admin::DestinationStats& hop = by_hop[item.next_hop];
            ++hop.messages;
            for (const admin::QueueRecipient& one : item.recipients) {
                if (one.state == QueueState::held) ++stats.held_recipients;
                if (one.state != QueueState::pending) continue;
                ++stats.pending_recipients;
                if (!hop.next_attempt || *one.next_attempt < *hop.next_attempt) {
                    hop.next_attempt = one.next_attempt;
                }
                if (hop.note.empty()) hop.note = one.note;
            }
        }
        for (auto& [name, hop] : by_hop) {
            hop.next_hop = name;
            stats.destinations.push_back(std::move(hop));
        }
        std::sort(stats.destinations.begin(),
                  stats.destinations.end(),
                  [](const auto& a, const auto& b) { return a.messages > b.messages; });
        if (stats.destinations.size() > kMaxDestinations)
            stats.destinations.resize(kMaxDestinations);
        return stats;
    });
}

std::vector<MessageId> GatewayAdmin::find_queued(const ConnectionId& connection,
                                                 std::optional<std::uint64_t> number) {
    const std::string trace =
        number ? to_string(connection) + "." + std::to_string(*number) : std::string();
    return gateway_.call([&]() -> std::vector<MessageId> {
        std::vector<MessageId> found;
        for (const auto& [id, live] : gateway_.queue().messages()) {
            if (live->source->connection != connection) continue;
            if (number && trace_id(connection, live->id) != trace) continue;
            found.push_back(live->id);
        }
        return found;
    });
}

Result<QueueChange> GatewayAdmin::change(const admin::QueueSelection& selection,
                                         Verb verb,
                                         std::string_view done) {
    std::string note =
        fmt::format("{} by {}", done, selection.by.empty() ? "an administrator" : selection.by);
    if (!selection.reason.empty()) note += ": " + selection.reason;
    return gateway_.await<Result<QueueChange>>([&]() -> net::Task<Result<QueueChange>> {
        flow::Queue& queue = gateway_.queue();
        std::vector<MessageId> ids = selection.ids;
        if (selection.all) {
            for (const auto& [id, live] : queue.messages())
                ids.push_back({id});
        }
        QueueChange change;
        for (const MessageId id : ids) {
            const LivePointer live = queue.find(id);
            if (!live) {
                change.not_found.push_back(id);
                continue;
            }
            bool changed = false;
            if (selection.dry_run) {
                changed = would_change(*live, verb);
            } else if (verb == Verb::retry) {
                changed = queue.retry(live, note);
            } else {
                auto task = verb == Verb::hold      ? queue.hold(live, note)
                            : verb == Verb::release ? queue.release(live, note)
                                                    : queue.discard(live, note);
                auto applied = co_await std::move(task);
                if (!applied) co_return std::unexpected(std::move(applied).error());
                changed = *applied;
            }
            if (changed) {
                change.changed.push_back(id);
                change.subjects.push_back({id,
                                           live->source->connection,
                                           live->sender_text(),
                                           live->envelope.recipients.size()});
                continue;
            }
            change.unchanged.push_back(id);
            if (verb == Verb::retry && has_held(*live)) change.held.push_back(id);
        }
        co_return change;
    });
}

Result<QueueChange> GatewayAdmin::retry_queued(const admin::QueueSelection& selection) {
    return change(selection, Verb::retry, "to be attempted now: asked");
}
Result<QueueChange> GatewayAdmin::hold_queued(const admin::QueueSelection& selection) {
    return change(selection, Verb::hold, "held");
}
Result<QueueChange> GatewayAdmin::release_queued(const admin::QueueSelection& selection) {
    return change(selection, Verb::release, "released");
}
Result<QueueChange> GatewayAdmin::delete_queued(const admin::QueueSelection& selection) {
    return change(selection, Verb::remove, "deleted");
}

bool GatewayAdmin::would_change(const flow::Live& live, Verb verb) {
    for (std::size_t i = 0; i < live.status.size(); ++i) {
        if (live.in_flight[i]) continue;
        const State state = live.status[i].state;
        if (state == State::pending && verb != Verb::release) return true;
        if (state == State::held && (verb == Verb::release || verb == Verb::remove)) return true;
    }
    return false;
}

bool GatewayAdmin::has_held(const flow::Live& live) {
    return std::any_of(live.status.begin(), live.status.end(), [](const auto& one) {
        return one.state == State::held;
    });
}

}  // namespace sealgate::app
