// SPDX-License-Identifier: Apache-2.0
#include "flow/settle.h"

#include <algorithm>

namespace sealgate::flow {

using delivery::Outcome;
using spool::State;

namespace {

constexpr std::size_t kMaxNote = 1024;

std::chrono::seconds lifetime(const Live& live, const config::Delivery& settings) {
    return live.envelope.sender ? settings.give_up_after : settings.give_up_bounce_after;
}

void settle_refused(const Live& live, Settled& one, Settlement& out) {
    // Never a bounce of a bounce, and none where NOTIFY forbids it: that end has its own name.
    const bool report = wants(live, one.recipient, ReportItem::Kind::failed);
    one.status.state = report ? State::bounced : State::failed_silently;
    if (report) out.reports.push_back({ReportItem::Kind::failed, one.recipient, one.outcome});
}

void settle_delivered(const Live& live, Settled& one, bool final_hop, Settlement& out) {
    one.status.state = State::delivered;
    const auto kind = final_hop ? ReportItem::Kind::delivered : ReportItem::Kind::relayed;
    if (one.outcome.dsn_passed_on || !wants(live, one.recipient, kind)) return;
    out.reports.push_back({kind, one.recipient, one.outcome});
}

void settle_deferred(const Live& live,
                     Settled& one,
                     WallTime now,
                     const config::Delivery& settings,
                     std::minstd_rand& dice,
                     Settlement& out) {
    const auto age = now - live.received;
    if (age >= lifetime(live, settings)) {
        one.expired = true;
        settle_refused(live, one, out);
        return;
    }
    one.status.state = State::pending;
    one.status.next_attempt = now + retry_delay(settings, one.status.attempts, dice);
    const bool warn = settings.warn_after.count() > 0 && age >= settings.warn_after &&
                      !one.status.delay_reported &&
                      wants(live, one.recipient, ReportItem::Kind::delayed);
    if (!warn) return;
    one.status.delay_reported = true;
    out.reports.push_back({ReportItem::Kind::delayed, one.recipient, one.outcome});
}

}  // namespace

std::chrono::microseconds retry_delay(const config::Delivery& settings,
                                      std::uint32_t attempts,
                                      std::minstd_rand& dice) {
    const std::size_t last = settings.retry.size() - 1;
    const std::size_t index = std::min<std::size_t>(attempts == 0 ? 0 : attempts - 1, last);
    const std::chrono::microseconds base = settings.retry[index];
    const auto spread = static_cast<std::int64_t>(settings.jitter_percent);
    std::uniform_int_distribution<std::int64_t> percent(-spread, spread);
    return base + base * percent(dice) / 100;
}

bool wants(const Live& live, std::uint32_t recipient, ReportItem::Kind kind) {
    if (!live.envelope.sender) return false;
    // What a stranger gives as the sender may be anybody's address.
    const Source& source = *live.source;
    if (source.direction == policy::MailDirection::inbound && !source.trusted) return false;
    const smtp::Notify& notify = live.envelope.recipients[recipient].notify;
    if (notify.never) return false;
    switch (kind) {
        case ReportItem::Kind::failed:
        case ReportItem::Kind::unmanaged:
            return !notify.given() || notify.failure;
        case ReportItem::Kind::delayed:
            return !notify.given() || notify.delay;
        case ReportItem::Kind::relayed:
        case ReportItem::Kind::delivered:
            return notify.success;
    }
    return false;
}

Settlement settle(const Live& live,
                  const std::vector<std::uint32_t>& recipients,
                  const std::vector<Outcome>& outcomes,
                  bool final_hop,
                  WallTime now,
                  const config::Delivery& settings,
                  std::minstd_rand& dice) {
    Settlement out;
    for (std::size_t i = 0; i < recipients.size(); ++i) {
        Settled one;
        one.recipient = recipients[i];
        one.status = live.status[one.recipient];
        one.outcome = outcomes[i];
        one.status.attempts += 1;
        one.status.note = one.outcome.reply.line().substr(0, kMaxNote);
        switch (one.outcome.kind) {
            case Outcome::Kind::delivered:
                settle_delivered(live, one, final_hop, out);
                break;
            case Outcome::Kind::refused:
                settle_refused(live, one, out);
                break;
            case Outcome::Kind::deferred:
                settle_deferred(live, one, now, settings, dice, out);
                break;
        }
        out.settled.push_back(std::move(one));
    }
    return out;
}

}  // namespace sealgate::flow
