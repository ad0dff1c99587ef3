// SPDX-License-Identifier: Apache-2.0
// What an administrator can see of the queue and do to it.
#include "flow/queue.h"

namespace sealgate::flow {

using maillog::Level;
using maillog::Verdict;
using net::Task;
using spool::State;

bool Queue::retry(const LivePointer& live, const std::string& note) {
    bool any = false;
    const WallTime now = services_.clock.now();
    for (std::size_t i = 0; i < live->status.size(); ++i) {
        if (live->status[i].state != State::pending || live->in_flight[i]) continue;
        live->status[i].next_attempt = now;
        any = true;
        reset_back_off(*live, static_cast<std::uint32_t>(i));
        services_.journal.recipient(*live, i, Verdict::none, Level::notice, note);
    }
    if (!any) return false;
    (void)services_.journal.flush();
    dispatch(live);
    return true;
}

Task<Result<bool>> Queue::hold(LivePointer live, std::string note) {
    const Change change{{State::pending}, State::held, Verdict::held, std::move(note)};
    auto changed = co_await apply(std::move(live), change);
    co_return changed;
}

Task<Result<bool>> Queue::release(LivePointer live, std::string note) {
    const Change change{{State::held}, State::pending, Verdict::accepted, std::move(note)};
    auto changed = co_await apply(live, change);
    if (changed && *changed) dispatch(live);
    co_return changed;
}

Task<Result<bool>> Queue::discard(LivePointer live, std::string note) {
    const Change change{
        {State::pending, State::held}, State::discarded, Verdict::discarded, std::move(note)};
    auto changed = co_await apply(live, change);
    if (changed && *changed) forget_if_finished(live);
    co_return changed;
}

Task<Result<bool>> Queue::apply(LivePointer live, Change change) {
    spool::Batch batch;
    for (std::uint32_t i = 0; i < live->status.size(); ++i) {
        const State from = live->status[i].state;
        // What an attempt holds right now gets its end from that attempt.
        if (live->in_flight[i] || !change.from.contains(from)) continue;
        spool::RecipientStatus status = live->status[i];
        status.state = change.to;
        status.note = change.note;
        if (change.to == State::pending) status.next_attempt = services_.clock.now();
        batch.updates.push_back({live->id, i, std::move(status)});
        live->in_flight[i] = true;  // nobody else may begin something with it meanwhile
    }
    if (batch.updates.empty()) co_return false;
    const std::vector<spool::Update> updates = batch.updates;
    auto committed = co_await services_.spool.commit(std::move(batch));
    for (const spool::Update& update : updates) {
        live->in_flight[update.recipient] = false;
        if (!committed) continue;
        live->status[update.recipient] = update.status;
        services_.journal.recipient(
            *live,
            update.recipient,
            change.verdict,
            Level::notice,
            change.to == State::discarded ? "discarded: " + change.note : change.note);
        if (change.to == State::held) services_.counters.held.add();
        if (change.to == State::discarded) services_.counters.discarded.add();
    }
    (void)services_.journal.flush();
    if (!committed) {
        dispatch(live);  // what came due meanwhile was passed over
        co_return std::unexpected(std::move(committed).error());
    }
    co_return true;
}

std::string Queue::next_hop_of(const Live& live, std::uint32_t recipient) const {
    const policy::Route* route =
        services_.site->routes.find(live.envelope.recipients[recipient].address.domain());
    if (route == nullptr) return "";
    return route->towards(live.envelope.recipients[recipient].address.domain())
        .next_hop.to_string();
}

}  // namespace sealgate::flow
