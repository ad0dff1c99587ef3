// SPDX-License-Identifier: Apache-2.0
#include "flow/outcome.h"

#include <algorithm>

namespace sealgate::flow {

using delivery::Outcome;

namespace {

struct Tally {
    std::size_t taken = 0;
    std::size_t refused = 0;
    std::size_t deferred = 0;
    std::size_t waiting = 0;
};

Tally count(const std::vector<ThroughRecipient>& recipients) {
    Tally tally;
    for (const ThroughRecipient& one : recipients) {
        if (one.settled || (one.outcome && one.outcome->kind == Outcome::Kind::delivered)) {
            ++tally.taken;
        } else if (!one.outcome) {
            ++tally.waiting;
        } else if (one.outcome->kind == Outcome::Kind::refused) {
            ++tally.refused;
        } else {
            ++tally.deferred;
        }
    }
    return tally;
}

const smtp::Reply* first_reply(const std::vector<ThroughRecipient>& recipients,
                               Outcome::Kind kind) {
    for (const ThroughRecipient& one : recipients) {
        if (!one.settled && one.outcome && one.outcome->kind == kind) return &one.outcome->reply;
    }
    return nullptr;
}

Fate fate_of(const ThroughRecipient& one, bool may_report) {
    if (one.settled) return Fate::done;
    if (!one.outcome) return Fate::spool;
    switch (one.outcome->kind) {
        case Outcome::Kind::delivered:
            return Fate::done;
        case Outcome::Kind::refused:
            return may_report ? Fate::report : Fate::alarm;
        case Outcome::Kind::deferred:
            return Fate::spool;
    }
    return Fate::spool;
}

}  // namespace

smtp::Reply pass_on(const smtp::Reply& reply) {
    smtp::Reply out = reply;
    if (reply.positive()) {
        out.code = 250;  // it has been taken, whatever else the code says
    } else if (!reply.permanent() && (!reply.transient() || reply.code == 421)) {
        out.code = 451;
        out.enhanced = "4.3.0";
    }
    if (out.enhanced.empty()) out.enhanced = std::to_string(out.code / 100) + ".0.0";
    return out;
}

ThroughPlan plan_through(policy::MailDirection direction,
                         bool may_report,
                         const std::vector<ThroughRecipient>& recipients,
                         std::string_view id) {
    const Tally tally = count(recipients);
    const bool outbound = direction == policy::MailDirection::outbound;
    ThroughPlan plan;

    if (tally.taken == 0) {
        if (tally.deferred == 0 && tally.waiting == 0) {
            plan.fates.assign(recipients.size(), Fate::client);
            const smtp::Reply* reply = first_reply(recipients, Outcome::Kind::refused);
            // Without recipients there is nothing to answer for; that is our bug, and it refuses.
            plan.reply = reply != nullptr ? pass_on(*reply) : replies::not_stored();
            return plan;
        }
        if (!outbound) {
            plan.fates.assign(recipients.size(), Fate::client);
            const smtp::Reply* reply = first_reply(recipients, Outcome::Kind::deferred);
            plan.reply = reply != nullptr
                             ? pass_on(*reply)
                             : smtp::Reply{451, "4.4.1", "the next hop does not answer"};
            if (!plan.reply.transient())
                plan.reply = {451, "4.4.1", "the next hop did not take it"};
            plan.may_duplicate =
                tally.waiting > 0 ||
                std::any_of(recipients.begin(), recipients.end(), [](const ThroughRecipient& one) {
                    return one.outcome && one.outcome->uncertain;
                });
            return plan;
        }
    }

    const bool report = outbound || may_report;
    for (const ThroughRecipient& one : recipients)
        plan.fates.push_back(fate_of(one, report));
    const smtp::Reply* reply = first_reply(recipients, Outcome::Kind::delivered);
    const bool next_hop_took_all = tally.taken == recipients.size() && reply != nullptr;
    plan.reply = next_hop_took_all ? pass_on(*reply) : replies::accepted(id);
    return plan;
}

ThroughPlan plan_each(const std::vector<ThroughRecipient>& recipients, std::string_view id) {
    ThroughPlan plan;
    for (const ThroughRecipient& one : recipients) {
        if (one.settled) {
            plan.fates.push_back(Fate::done);
            plan.each.push_back(replies::accepted(id));
            continue;
        }
        const bool taken = one.outcome && one.outcome->kind == Outcome::Kind::delivered;
        plan.fates.push_back(taken ? Fate::done : Fate::client);
        if (!one.outcome) {
            plan.each.push_back({451, "4.4.1", "the next hop does not answer"});
            plan.may_duplicate = true;
            continue;
        }
        plan.may_duplicate = plan.may_duplicate || one.outcome->uncertain;
        smtp::Reply reply = pass_on(one.outcome->reply);
        // The kind decides: a reply of another class would say something else to the client.
        const bool fits = taken                                         ? reply.positive()
                          : one.outcome->kind == Outcome::Kind::refused ? reply.permanent()
                                                                        : reply.transient();
        if (!fits) reply = {451, "4.4.1", "the next hop did not take it"};
        plan.each.push_back(std::move(reply));
    }
    return plan;
}

namespace replies {

smtp::Reply accepted(std::string_view id) {
    return {250, "2.0.0", "accepted as " + std::string(id)};
}
smtp::Reply not_stored() {
    return {451, "4.3.0", "the message could not be stored, try again later"};
}
smtp::Reply log_not_writable() {
    return {451, "4.3.0", "the mail log cannot be written, try again later"};
}
smtp::Reply overloaded() {
    return {452, "4.3.1", "not enough room at the moment, try again later"};
}
smtp::Reply too_busy() {
    return {421, "4.3.2", "too busy, try again later"};
}
smtp::Reply endless_content() {
    return {421, "4.7.0", "far more content than is taken here"};
}
smtp::Reply not_allowed() {
    return {554, "5.7.1", "this host may not send mail here"};
}
smtp::Reply not_signed_in() {
    return {530, "5.7.0", "Authentication required"};
}
smtp::Reply next_hop_gone() {
    return {421, "4.4.2", "the session at the next hop has ended, sign in again"};
}
smtp::Reply unmanaged(std::string_view domain) {
    return {550, "5.7.1", "the sender's domain " + std::string(domain) + " is not managed here"};
}
smtp::Reply not_ours(std::string_view domain) {
    return {550, "5.7.1", "relaying denied: no mail for " + std::string(domain) + " is taken here"};
}
smtp::Reply null_sender() {
    return {550, "5.7.1", "the null sender is for delivery reports to one recipient"};
}
smtp::Reply no_route(std::string_view domain) {
    return {451, "4.3.5", "there is no route for " + std::string(domain)};
}
smtp::Reply loop() {
    return {554, "5.4.6", "mail loop detected"};
}
smtp::Reply header_over_limit() {
    return {554, "5.6.0", "the message header is too large"};
}
smtp::Reply too_many_messages() {
    return {421, "4.7.0", "too many messages in one session"};
}
smtp::Reply shutting_down() {
    return {421, "4.3.2", "shutting down, try again later"};
}
smtp::Reply timed_out() {
    return {421, "4.4.2", "timed out"};
}

}  // namespace replies

}  // namespace sealgate::flow
