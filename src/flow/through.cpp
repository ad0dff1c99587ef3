// SPDX-License-Identifier: Apache-2.0
// Delivery while the client waits: attempts for every parcel at once, patience, and then the
// outcome table.
#include "flow/pipeline.h"

#include <algorithm>

namespace sealgate::flow {

using delivery::Outcome;
using maillog::Level;
using maillog::Verdict;
using net::Task;
using spool::State;

// One parcel on its way. It lives on when the client's patience ends: what it learns then is
// settled by the queue, which has the message by that time.
struct Pipeline::Attempt {
    LivePointer live;
    policy::Route route;
    std::unique_ptr<delivery::Upstream> upstream;  // a probe's; null: one from the pool
    UserHopPointer home;                           // as in Probe
    std::vector<std::uint32_t> recipients;
    std::optional<delivery::Carried> carried;
    bool detached = false;   // nobody waits any more
    bool abandoned = false;  // and nobody wants to know: the client kept the responsibility
    net::Timer* waiter = nullptr;

    [[nodiscard]] bool final_hop() const {
        return route.next_hop.kind == policy::NextHop::Kind::mailbox;
    }
};

std::vector<std::shared_ptr<Pipeline::Attempt>> Pipeline::begin_attempts(
    const LivePointer& live, std::vector<Probe> probes) {
    std::vector<std::shared_ptr<Attempt>> attempts;
    std::vector<bool> covered(live->status.size(), false);
    for (Probe& probe : probes) {
        auto attempt = std::make_shared<Attempt>();
        attempt->live = live;
        attempt->route = probe.route;
        attempt->upstream = std::move(probe.upstream);
        attempt->recipients = std::move(probe.recipients);
        attempt->home = std::move(probe.home);
        for (const std::uint32_t i : attempt->recipients)
            covered[i] = true;
        attempts.push_back(std::move(attempt));
    }
    for (std::uint32_t i = 0; i < live->status.size(); ++i) {
        if (covered[i] || live->status[i].state != State::pending) continue;
        const mime::Domain& domain = live->envelope.recipients[i].address.domain();
        const policy::Route* route = services_.site->routes.find(domain);
        if (route == nullptr)
            continue;  // no outcome: it waits in the spool, or the client keeps it
        const std::string key = delivery::identity(*route, domain);
        auto found = std::find_if(attempts.begin(), attempts.end(), [&](const auto& one) {
            return !one->upstream && delivery::identity(one->route) == key;
        });
        if (found == attempts.end()) {
            auto attempt = std::make_shared<Attempt>();
            attempt->live = live;
            attempt->route = route->towards(domain);
            attempts.push_back(std::move(attempt));
            found = std::prev(attempts.end());
        }
        (*found)->recipients.push_back(i);
    }
    return attempts;
}

Task<void> Pipeline::run(std::shared_ptr<Attempt> attempt) {
    const auto released =
        release_parcel(*attempt->live, attempt->recipients, attempt->live->content);
    delivery::Carried carried;
    if (!released) {
        carried.outcomes.assign(attempt->recipients.size(), no_permit());
        if (attempt->upstream) co_await attempt->upstream->reset();
    } else if (attempt->upstream) {
        carried.through = attempt->upstream->description();
        carried.outcomes = co_await attempt->upstream->finish(*released);
    } else {
        carried = co_await services_.carrier.deliver(attempt->route, *released);
    }
    if (attempt->upstream && attempt->home) {
        attempt->home->give_back(std::move(attempt->upstream));
    } else if (attempt->upstream) {
        services_.upstreams.give_back(attempt->route, std::move(attempt->upstream));
    }
    if (attempt->abandoned) {
        const bool taken =
            std::any_of(carried.outcomes.begin(), carried.outcomes.end(), [](const Outcome& one) {
                return one.kind == Outcome::Kind::delivered;
            });
        if (taken) services_.counters.possible_duplicates.add();
        co_return;
    }
    if (attempt->detached) {
        co_await queue_.finish_attempt(
            attempt->live, attempt->recipients, std::move(carried), attempt->final_hop());
        co_return;
    }
    attempt->carried = std::move(carried);
    if (attempt->waiter != nullptr) attempt->waiter->cancel();
}

Task<void> Pipeline::wait_for(const std::vector<std::shared_ptr<Attempt>>& attempts,
                              std::chrono::seconds patience) {
    const SteadyTime until = std::chrono::steady_clock::now() + patience;
    for (const std::shared_ptr<Attempt>& attempt : attempts) {
        if (attempt->carried) continue;
        net::Timer timer(services_.loop);
        timer.expires_at(until);
        attempt->waiter = &timer;
        auto [error] = co_await timer.async_wait(net::kUse);
        (void)error;  // cancelled: it answered; else the patience is over
        attempt->waiter = nullptr;
    }
}

namespace {

ThroughPlan plan_for(const Live& live,
                     const Manner& manner,
                     const std::vector<ThroughRecipient>& outcomes) {
    const std::string id = trace_id(live.source->connection, live.id);
    if (manner.each_recipient) return plan_each(outcomes, id);
    // What a user may send, the queue may not: it cannot sign in. So the user keeps what is not
    // taken.
    const bool users = !live.source->user.empty();
    if (users) return plan_through(policy::MailDirection::inbound, true, outcomes, id);
    // A report to a sender outside needs a reason to trust the address: here, that the host is
    // trusted.
    return plan_through(live.source->direction, live.source->trusted, outcomes, id);
}

Pipeline::Answers answers_of(const ThroughPlan& plan) {
    if (!plan.each.empty()) return plan.each;
    return {plan.reply};
}

// LMTP: what the client keeps is no matter of ours any more, whatever else of the message has to be
// written down.
void leave_with_client(Live& live, const ThroughPlan& plan) {
    for (std::size_t i = 0; i < plan.fates.size(); ++i) {
        if (plan.fates[i] == Fate::client) live.status[i].state = State::failed_silently;
    }
}

}  // namespace

Task<Pipeline::Answers> Pipeline::through(LivePointer live,
                                          std::vector<ReportItem> reports,
                                          Manner manner,
                                          std::vector<Probe> probes) {
    settle_unmanaged(*live, reports);
    const std::vector<std::shared_ptr<Attempt>> attempts = begin_attempts(live, std::move(probes));
    for (const std::shared_ptr<Attempt>& attempt : attempts) {
        net::asio::co_spawn(services_.loop.get_executor(), run(attempt), net::asio::detached);
    }
    co_await wait_for(attempts, manner.patience);

    std::vector<ThroughRecipient> outcomes(live->status.size());
    std::vector<std::string> hops(live->status.size());
    for (std::size_t i = 0; i < outcomes.size(); ++i) {
        outcomes[i].settled = live->status[i].state != State::pending;
    }
    for (const std::shared_ptr<Attempt>& attempt : attempts) {
        if (!attempt->carried) continue;
        for (std::size_t k = 0; k < attempt->recipients.size(); ++k) {
            outcomes[attempt->recipients[k]].outcome = attempt->carried->outcomes[k];
            hops[attempt->recipients[k]] = attempt->carried->through;
        }
    }
    const ThroughPlan plan = plan_for(*live, manner, outcomes);
    if (plan.may_duplicate) services_.counters.possible_duplicates.add();

    std::vector<ReportItem> more = apply_plan(live, plan, outcomes, hops);
    reports.insert(reports.end(), more.begin(), more.end());
    const bool any_left =
        std::find(plan.fates.begin(), plan.fates.end(), Fate::client) != plan.fates.end();
    // With one answer for all, one recipient that stays with the client means that all of them do.
    const bool keeps = manner.each_recipient || !any_left;
    for (const std::shared_ptr<Attempt>& attempt : attempts) {
        if (attempt->carried) continue;
        attempt->detached = keeps && !any_left;
        attempt->abandoned = !attempt->detached;
        for (const std::uint32_t i : attempt->recipients)
            live->in_flight[i] = true;
    }
    if (!keeps) co_return answers_of(plan);
    if (manner.each_recipient) leave_with_client(*live, plan);
    if (!reports.empty() || !live->finished()) {
        auto kept = co_await keep(live, std::move(reports));
        if (!kept) {
            // What was taken will come twice; what was not taken is not lost.
            services_.counters.possible_duplicates.add();
            for (const std::shared_ptr<Attempt>& attempt : attempts)
                attempt->abandoned = true;
            co_return Answers{replies::not_stored()};
        }
    }
    co_return answers_of(plan);
}

namespace {

// For a recipient that stays with the client: what kind of answer made it so.
std::string refusal_words(const smtp::Reply& answer, const std::optional<Outcome>& outcome) {
    // A client that is told 4xx comes again, whatever was said about this one recipient.
    const bool refused = outcome && outcome->kind == Outcome::Kind::refused;
    if (!answer.permanent() || !refused) return "not taken, the client keeps it: ";
    return outcome->remote ? "refused by the next hop: " : "refused: ";
}

}  // namespace

std::vector<ReportItem> Pipeline::apply_plan(const LivePointer& live,
                                             const ThroughPlan& plan,
                                             const std::vector<ThroughRecipient>& outcomes,
                                             const std::vector<std::string>& through) {
    std::vector<ReportItem> reports;
    Journal& journal = services_.journal;
    for (std::uint32_t i = 0; i < plan.fates.size(); ++i) {
        if (outcomes[i].settled) continue;
        const bool answered = outcomes[i].outcome.has_value();
        const std::string said =
            answered ? outcome_text(through[i], *outcomes[i].outcome)
                     : std::string("no answer from the next hop within the patience");
        spool::RecipientStatus& status = live->status[i];
        switch (plan.fates[i]) {
            case Fate::done: {
                status.state = State::delivered;
                services_.counters.delivered.add();
                services_.counters.delivery_time.add(
                    std::chrono::duration_cast<std::chrono::milliseconds>(services_.clock.now() -
                                                                          live->received));
                journal.recipient(
                    *live, i, Verdict::delivered, Level::info, "delivered to " + said);
                const auto kind =
                    services_.site->routes.find(live->envelope.recipients[i].address.domain());
                const bool final_hop =
                    kind != nullptr && kind->next_hop.kind == policy::NextHop::Kind::mailbox;
                const auto report =
                    final_hop ? ReportItem::Kind::delivered : ReportItem::Kind::relayed;
                if (!outcomes[i].outcome->dsn_passed_on && wants(*live, i, report)) {
                    reports.push_back({report, i, *outcomes[i].outcome});
                }
                break;
            }
            case Fate::spool:
                services_.counters.deferred.add();
                if (answered) {
                    status.attempts = 1;
                    status.next_attempt =
                        services_.clock.now() + services_.settings->delivery.retry.front();
                    status.note = outcomes[i].outcome->reply.line().substr(0, 1024);
                }
                journal.recipient(*live, i, Verdict::deferred, Level::notice, "deferred: " + said);
                break;
            case Fate::report: {
                const bool report = wants(*live, i, ReportItem::Kind::failed);
                status.state = report ? State::bounced : State::failed_silently;
                if (report) {
                    reports.push_back({ReportItem::Kind::failed, i, *outcomes[i].outcome});
                    services_.counters.bounced.add();
                } else {
                    services_.counters.failed_silently.add();
                }
                journal.recipient(*live,
                                  i,
                                  report ? Verdict::bounced : Verdict::failed,
                                  Level::notice,
                                  (report ? "refused, bouncing message from " + live->sender_text()
                                          : std::string("failed, and no report may be sent")) +
                                      ": " + said);
                break;
            }
            case Fate::alarm:
                status.state = State::failed_silently;
                services_.counters.unreported.add();
                services_.counters.failed_silently.add();
                journal.recipient(*live,
                                  i,
                                  Verdict::failed,
                                  Level::error,
                                  "refused after others were taken, and the sender is not to be "
                                  "trusted with a report: " +
                                      said);
                break;
            case Fate::client:
                services_.counters.rejected.add();
                journal.recipient(*live,
                                  i,
                                  Verdict::rejected,
                                  Level::notice,
                                  refusal_words(plan.each.empty() ? plan.reply : plan.each[i],
                                                outcomes[i].outcome) +
                                      said);
                break;
        }
    }
    return reports;
}

}  // namespace sealgate::flow
