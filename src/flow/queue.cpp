// SPDX-License-Identifier: Apache-2.0
#include "flow/queue.h"

#include "flow/report.h"
#include "flow/stored_envelope.h"
#include "net/offload.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <set>
#include <utility>

namespace sealgate::flow {

using delivery::Carried;
using delivery::Outcome;
using maillog::Level;
using maillog::Verdict;
using net::Task;
using spool::State;

namespace {

constexpr std::chrono::milliseconds kTick{200};
constexpr std::chrono::seconds kFirstBackOff{15};
constexpr std::chrono::seconds kLongestBackOff{600};
constexpr std::chrono::seconds kStoreTroubleDelay{60};

constexpr std::chrono::seconds kStillReachable{60};  // after its last answer
constexpr std::chrono::seconds kCleaning{60};
constexpr std::chrono::seconds kRemembered{900};  // how a next hop behaved, without mail for it

std::string sender_domain(const Live& live) {
    return live.envelope.sender ? live.envelope.sender->domain().ascii() : std::string();
}

// The next hop took the connection and then had enough of us: 421, or none of its words.
bool is_too_much(const Outcome& outcome) {
    return outcome.kind == Outcome::Kind::deferred &&
           (!outcome.remote || outcome.reply.code == 421);
}

Outcome no_route() {
    return delivery::local_outcome(
        Outcome::Kind::deferred, "4.3.5", "there is no route for this domain");
}

bool waits_for_route(const spool::RecipientStatus& status) {
    static const std::string note =
        no_route().reply.line();  // asked for each recipient of all mail
    return status.state == State::pending && status.note == note;
}

}  // namespace

// One next hop, with what waits for it and how it has been behaving.
struct Queue::Destination {
    Destination(std::string key, std::size_t connections)
        : identity(std::move(key)),
          window(connections) {}
    std::string identity;
    policy::Route route;
    FairLine<Job> ready;  // by the sender's domain
    std::size_t workers = 0;
    Window window;
    bool waits_for_worker = false;  // is in without_worker_
    unsigned failures = 0;          // connections that failed, in a row
    SteadyTime not_before{};
    SteadyTime last_reached{};
    SteadyTime last_used{};
    Outcome failure;  // the newest
};

std::optional<delivery::Released> release_parcel(const Live& live,
                                                 const std::vector<std::uint32_t>& recipients,
                                                 const Content& content) {
    delivery::Shipment shipment;
    std::optional<policy::ClearPermit> permit;
    for (const std::uint32_t index : recipients) {
        permit = live.decisions[index].clear_permit();
        if (!permit) return std::nullopt;
        shipment.recipients.push_back(live.envelope.recipients[index]);
    }
    if (!permit) return std::nullopt;
    shipment.sender = live.envelope.sender;
    shipment.parameters = live.envelope.parameters;
    shipment.prefix = live.prefix;
    shipment.content = content;
    shipment.forwarded = live.forwarded;
    shipment.has_eight_bit = live.has_eight_bit;
    shipment.needs_smtputf8 = live.needs_smtputf8;
    return delivery::release_clear(std::move(shipment), *permit);
}

Outcome no_permit() {
    return delivery::local_outcome(
        Outcome::Kind::deferred, "4.3.0", "no decision allows this message to leave");
}

Queue::Queue(Services& services) : services_(services), timer_(services.loop) {}
Queue::~Queue() = default;

LivePointer Queue::find(MessageId id) const {
    const auto found = messages_.find(id.value);
    return found == messages_.end() ? nullptr : found->second;
}

void Queue::set_status(Live& live, std::uint32_t recipient, spool::RecipientStatus status) {
    // What is not in the queue is counted when it is admitted.
    const auto found = messages_.find(live.id.value);
    if (found != messages_.end() && found->second.get() == &live) {
        totals_.count(live.status[recipient].state, false);
        totals_.count(status.state, true);
    }
    live.status[recipient] = std::move(status);
}

void Queue::Totals::count(State state, bool more) {
    std::size_t* const total = state == State::pending ? &pending
                               : state == State::held  ? &held
                                                       : nullptr;
    if (total != nullptr) *total += more ? 1 : static_cast<std::size_t>(-1);
}

void Queue::start() {
    net::asio::co_spawn(services_.loop.get_executor(), tick(), net::asio::detached);
}

void Queue::stop() {
    stopping_ = true;
    timer_.cancel();
}

Task<void> Queue::tick() {
    while (!stopping_) {
        timer_.expires_after(kTick);
        auto [error] = co_await timer_.async_wait(net::kUse);
        if (error || stopping_) co_return;
        const SteadyTime now = services_.clock.steady();
        while (!due_.empty() && due_.begin()->first <= now) {
            const std::uint64_t id = due_.begin()->second;
            due_.erase(due_.begin());
            if (const LivePointer live = find({id})) dispatch(live);
        }
        forget_idle_destinations();
        if (!services_.journal.flush()) continue;  // the alarm is the log's own
    }
}

void Queue::admit(const LivePointer& live) {
    if (messages_.emplace(live->id.value, live).second) {
        for (const spool::RecipientStatus& status : live->status)
            totals_.count(status.state, true);
    }
    live->in_flight.resize(live->status.size());
    live->in_line.resize(live->status.size());
    if (std::any_of(live->status.begin(), live->status.end(), waits_for_route)) {
        unrouted_.insert(live->id.value);
        make_routed_due(live);
    }
    dispatch(live);
}

Task<Status> Queue::submit(LivePointer live) {
    spool::Batch batch;
    batch.messages.push_back(to_spool(*live));
    auto committed = co_await services_.spool.commit(std::move(batch));
    if (!committed) co_return committed;
    live->spooled = true;
    services_.journal.message(*live);
    (void)services_.journal.flush();
    admit(live);
    co_return Status();
}

void Queue::dispatch(const LivePointer& live) {
    if (stopping_) return;
    const WallTime now = services_.clock.now();
    std::map<Destination*, Job> jobs;
    std::vector<std::uint32_t> unrouted;
    for (std::uint32_t i = 0; i < live->status.size(); ++i) {
        spool::RecipientStatus& status = live->status[i];
        if (status.state != State::pending || live->in_flight[i] || live->in_line[i] ||
            status.next_attempt > now) {
            continue;
        }
        const policy::Route* route =
            services_.site->routes.find(live->envelope.recipients[i].address.domain());
        if (route == nullptr) {
            unrouted.push_back(i);
            live->in_flight[i] = true;
            continue;
        }
        const mime::Domain& domain = live->envelope.recipients[i].address.domain();
        std::string identity = delivery::identity(*route, domain);
        std::unique_ptr<Destination>& destination = destinations_[identity];
        if (!destination) {
            destination = std::make_unique<Destination>(
                std::move(identity), services_.settings->delivery.initial_connections);
            destination->route = route->towards(domain);
        }
        Job& job = jobs[destination.get()];
        job.live = live;
        job.recipients.push_back(i);
        live->in_line[i] = true;
    }
    for (auto& [destination, job] : jobs)
        push(*destination, std::move(job));
    if (!unrouted.empty()) {
        net::asio::co_spawn(services_.loop.get_executor(),
                            finish_unrouted(live, std::move(unrouted)),
                            net::asio::detached);
    }
    schedule(live);
}

Task<void> Queue::finish_unrouted(LivePointer live, std::vector<std::uint32_t> recipients) {
    unrouted_.insert(live->id.value);
    Carried carried;
    carried.reached = false;
    carried.outcomes.assign(recipients.size(), no_route());
    co_await finish_attempt(live, std::move(recipients), std::move(carried), false);
}

void Queue::make_routed_due(const LivePointer& live) {
    for (std::size_t i = 0; i < live->status.size(); ++i) {
        if (live->in_flight[i] || !waits_for_route(live->status[i])) continue;
        if (next_hop_of(*live, static_cast<std::uint32_t>(i)).empty()) continue;
        live->status[i].next_attempt = services_.clock.now();
    }
}

void Queue::routes_changed() {
    const std::set<std::uint64_t> waiting = std::exchange(unrouted_, {});
    for (const std::uint64_t id : waiting) {
        const LivePointer live = find({id});
        if (!live) continue;
        make_routed_due(live);
        dispatch(live);
        unrouted_.insert(id);  // perhaps another recipient of it waits on
    }
}

void Queue::push(Destination& destination, Job job) {
    // What stands in line behind a slow next hop may not use up the memory that others need.
    if (job.live->spooled && services_.budget.crowded() && !job.live->any_in_flight()) {
        job.live->content.reset();
    }
    const std::string sender = sender_domain(*job.live);
    destination.ready.push(sender, std::move(job));
    employ(destination);
}

void Queue::employ(Destination& destination) {
    destination.last_used = services_.clock.steady();
    if (destination.ready.empty() || stopping_) return;
    if (destination.workers >= places(destination)) return;
    // One worker looks whether a next hop that failed is back; a crowd would only wait for it
    // together.
    if (destination.failures > 0 && destination.workers > 0) return;
    // Where connections are dear, one finds out whether a next hop answers at all.
    const bool answers = destination.last_reached != SteadyTime{};
    const std::size_t all = all_places();
    if (!answers && destination.workers > 0 && workers_ >= all / 2) return;
    // The last tenth is for next hops that have answered: those that hang cannot use up everything.
    if (workers_ >= (answers ? all : all - all / 10)) {
        if (destination.workers == 0 && !destination.waits_for_worker) {
            destination.waits_for_worker = true;
            without_worker_.push_back(&destination);
        }
        return;
    }
    ++destination.workers;
    ++workers_;
    net::asio::co_spawn(services_.loop.get_executor(), work(destination), net::asio::detached);
}

std::size_t Queue::places(const Destination& destination) const {
    const config::Delivery& limits = services_.settings->delivery;
    const std::size_t borne = destination.window.size(limits.connections_per_next_hop);
    const UserPlaces& users = services_.user_places;
    // Users may still be at a next hop that is no longer that of the route "*".
    std::size_t taken = users.all() == 0 ? 0 : users.at(destination.identity);
    if (destination.identity == users_hop()) {
        taken = std::max(taken, UserPlaces::kept_free(limits));
    }
    if (taken == 0) return borne;
    const std::size_t limit = UserPlaces::limit(limits);
    // One is left by UserPlaces::take(), but for a limit that has been lowered since.
    return std::min(borne, limit > taken ? limit - taken : 1);
}

// Looked up anew when settings or routes are others; employ() asks for each message.
const std::string& Queue::users_hop() const {
    if (users_hop_.site != services_.site || users_hop_.settings != services_.settings) {
        const policy::Route* any = services_.site->routes.any();
        const bool auth = std::ranges::any_of(services_.settings->listeners, [](const auto& one) {
            return one.auth != config::Auth::none;
        });
        users_hop_ = {services_.site,
                      services_.settings,
                      auth && any != nullptr ? delivery::identity(*any) : std::string()};
    }
    return users_hop_.identity;
}

std::size_t Queue::all_places() const {
    const std::size_t all = services_.settings->delivery.connections;
    const std::size_t taken = services_.user_places.all();
    return all > taken ? all - taken : 1;
}

std::size_t Queue::connections_to(const std::string& identity) const {
    const auto found = destinations_.find(identity);
    return found == destinations_.end() ? 0 : found->second->workers;
}

void Queue::pass_on_place() {
    // Each once: one that may not begin yet goes back to the end.
    for (std::size_t left = without_worker_.size(); left > 0 && !stopping_; --left) {
        if (workers_ >= all_places()) return;
        Destination& next = *without_worker_.front();
        without_worker_.pop_front();
        next.waits_for_worker = false;
        employ(next);
    }
}

void Queue::forget_idle_destinations() {
    const SteadyTime now = services_.clock.steady();
    if (now < next_cleaning_) return;
    next_cleaning_ = now + kCleaning;
    std::erase_if(destinations_, [&](const auto& one) {
        const Destination& it = *one.second;
        return it.workers == 0 && it.ready.empty() && !it.waits_for_worker &&
               std::max(it.last_used, it.not_before) + kRemembered < now;
    });
}

void Queue::schedule(const LivePointer& live) {
    WallTime next = WallTime::max();
    for (std::size_t i = 0; i < live->status.size(); ++i) {
        if (live->status[i].state == State::pending && !live->in_flight[i] && !live->in_line[i]) {
            next = std::min(next, live->status[i].next_attempt);
        }
    }
    if (next == WallTime::max()) return;
    // A clock that jumps may not put an attempt off for ever.
    constexpr std::chrono::microseconds kLongest = std::chrono::hours(24);
    const auto wait = std::clamp<std::chrono::microseconds>(
        next - services_.clock.now(), std::chrono::microseconds(0), kLongest);
    due_.emplace(services_.clock.steady() + wait, live->id.value);
}

void Queue::forget_if_finished(const LivePointer& live) {
    if (live->finished()) {
        messages_.erase(live->id.value);
        unrouted_.erase(live->id.value);
        return;
    }
    // Until the next attempt the spool holds the content, not our memory.
    if (live->spooled && !live->any_in_flight()) live->content.reset();
    // Not ours yet: its commit is still under way.
    if (find(live->id)) dispatch(live);
}

Task<void> Queue::work(Destination& destination) {
    while (!destination.ready.empty() && !stopping_) {
        // Others have no connection at all: the last but one of ours is theirs.
        if (destination.workers > (without_worker_.empty() ? places(destination) : 1)) break;
        if (destination.workers > 1 && workers_ > all_places()) break;
        Job job = destination.ready.pop();
        if (!begin(destination, job)) continue;
        ++under_way_;
        const After after = co_await attempt(destination, std::move(job));
        --under_way_;
        if (after == After::made_room) break;
        employ(destination);  // what went well may bear one more
    }
    --destination.workers;
    --workers_;
    destination.last_used = services_.clock.steady();
    if (without_worker_.empty()) {
        employ(destination);
        co_return;
    }
    // Whoever waited longest is first; what is left here goes to the end of that line. Posted, so
    // that workers that have nothing to wait for do not stand on one another's stacks.
    if (!destination.ready.empty() && destination.workers == 0) {
        destination.waits_for_worker = true;
        without_worker_.push_back(&destination);
    }
    net::asio::post(services_.loop, [this] { pass_on_place(); });
}

// Much may have happened while the job stood in line: an administrator held the message, or its
// route was changed. Only what is still to go, and to go here, is begun.
bool Queue::begin(const Destination& destination, Job& job) {
    const LivePointer live = job.live;
    bool elsewhere = false;
    std::erase_if(job.recipients, [&](std::uint32_t i) {
        live->in_line[i] = false;
        if (live->status[i].state != State::pending || live->in_flight[i]) return true;
        const mime::Domain& domain = live->envelope.recipients[i].address.domain();
        const policy::Route* route = services_.site->routes.find(domain);
        const bool here = route != nullptr && delivery::identity(*route, domain) ==
                                                  delivery::identity(destination.route);
        elsewhere = elsewhere || !here;
        if (here) live->in_flight[i] = true;
        return !here;
    });
    if (elsewhere) dispatch(live);
    return !job.recipients.empty();
}

Task<Content> Queue::content_of(const LivePointer& live) {
    if (live->content) co_return live->content;
    const MessageId id = live->id;
    auto loaded =
        co_await net::offload(services_.pool, [this, id] { return services_.spool.load(id); });
    if (loaded) {
        // Counted like any other content while it is in memory.
        live->content = services_.budget.hold(std::string(**loaded));
        co_return live->content;
    }
    if (loaded.error().kind() != ErrorKind::transient) {
        std::vector<std::uint32_t> all(live->status.size());
        std::iota(all.begin(), all.end(), 0U);
        put_on_hold(live, all, "the stored content cannot be read: " + loaded.error().detail());
    } else {
        services_.journal.house(Level::error, "spool: " + loaded.error().detail());
    }
    co_return nullptr;
}

void Queue::put_on_hold(const LivePointer& live,
                        const std::vector<std::uint32_t>& recipients,
                        const std::string& why) {
    std::vector<spool::Update> updates;
    for (const std::uint32_t i : recipients) {
        if (live->status[i].state != State::pending) continue;
        spool::RecipientStatus held = live->status[i];
        held.state = State::held;
        held.note = why;
        set_status(*live, i, std::move(held));
        updates.push_back({live->id, i, live->status[i]});
        services_.counters.held.add();
        services_.journal.recipient(
            *live, i, Verdict::held, Level::error, "held: " + live->status[i].note);
    }
    services_.spool.note(std::move(updates));
}

Task<Queue::After> Queue::attempt(Destination& destination, Job job) {
    const LivePointer live = job.live;
    Carried carried;
    const bool final_hop = destination.route.next_hop.kind == policy::NextHop::Kind::mailbox;
    if (backs_off(destination)) {
        // Its neighbour failed to connect a moment ago: the same answer, without asking again.
        carried.reached = false;
        carried.through = destination.route.next_hop.to_string();
        carried.outcomes.assign(job.recipients.size(), destination.failure);
        co_await finish_attempt(live, std::move(job.recipients), std::move(carried), final_hop);
        co_return After::next;
    }
    const Content content = co_await content_of(live);
    if (!content) {
        for (const std::uint32_t i : job.recipients) {
            live->in_flight[i] = false;
            live->status[i].next_attempt = services_.clock.now() + kStoreTroubleDelay;
        }
        schedule(live);
        co_return After::next;
    }
    const auto released = release_parcel(*live, job.recipients, content);
    if (!released) {
        put_on_hold(live, job.recipients, no_permit().reply.text);
        for (const std::uint32_t i : job.recipients)
            live->in_flight[i] = false;
        forget_if_finished(live);
        co_return After::next;
    }
    carried = co_await services_.carrier.deliver(destination.route, *released);
    if (carried.reached) {
        note_reached(destination);
        const std::size_t most = services_.settings->delivery.connections_per_next_hop;
        if (std::any_of(carried.outcomes.begin(), carried.outcomes.end(), is_too_much)) {
            destination.window.failed(destination.workers);
        } else {
            destination.window.succeeded(most);
        }
    } else if (carried.outcomes.front().kind == Outcome::Kind::deferred) {
        if (is_crowded(destination)) {
            make_room(destination, std::move(job));
            co_return After::made_room;
        }
        note_failure(destination, carried.outcomes.front());
    }
    co_await finish_attempt(live, std::move(job.recipients), std::move(carried), final_hop);
    co_return After::next;
}

bool Queue::is_crowded(const Destination& destination) const {
    return destination.workers > 1 && destination.failures == 0 &&
           services_.clock.steady() < destination.last_reached + kStillReachable;
}

void Queue::make_room(Destination& destination, Job job) {
    destination.window.failed(destination.workers);
    for (const std::uint32_t i : job.recipients) {
        job.live->in_flight[i] = false;
        job.live->in_line[i] = true;
    }
    const std::string sender = sender_domain(*job.live);
    destination.ready.put_back(sender, std::move(job));
}

void Queue::note_reached(Destination& destination) {
    if (destination.failures > 0) {
        services_.journal.house(
            Level::notice,
            "next hop " + destination.route.next_hop.to_string() + " is reachable again");
    }
    destination.failures = 0;
    destination.last_reached = services_.clock.steady();
}

void Queue::reset_back_off(const Live& live, std::uint32_t recipient) {
    const mime::Domain& domain = live.envelope.recipients[recipient].address.domain();
    const policy::Route* route = services_.site->routes.find(domain);
    if (route == nullptr) return;
    const auto found = destinations_.find(delivery::identity(*route, domain));
    if (found != destinations_.end()) found->second->not_before = {};
}

std::vector<Queue::DestinationView> Queue::destinations() const {
    std::vector<DestinationView> views;
    views.reserve(destinations_.size());
    for (const auto& [key, destination] : destinations_) {
        views.push_back({destination->route.next_hop.to_string(),
                         destination->ready.size(),
                         destination->failures > 0,
                         destination->failure.reply.text});
    }
    return views;
}

// Until its next hop may be asked again. What `through` has found out meanwhile counts as well.
bool Queue::backs_off(const Destination& destination) const {
    return destination.failures > 0 && services_.clock.steady() < destination.not_before &&
           !services_.carrier.reaches(destination.route);
}

void Queue::note_failure(Destination& destination, const Outcome& outcome) {
    destination.failure = outcome;
    // Those that asked at the same time fail together: that is one failure.
    if (destination.failures > 0 && services_.clock.steady() < destination.not_before) return;
    const unsigned doublings = std::min(destination.failures, 6U);
    const auto wait =
        std::min<std::chrono::seconds>(kFirstBackOff * (1U << doublings), kLongestBackOff);
    if (destination.failures == 0) {
        services_.journal.house(Level::warning,
                                "next hop " + destination.route.next_hop.to_string() +
                                    " is not reachable: " + outcome.reply.text);
    }
    ++destination.failures;
    destination.not_before = services_.clock.steady() + wait;
}

Task<void> Queue::finish_attempt(LivePointer live,
                                 std::vector<std::uint32_t> recipients,
                                 Carried carried,
                                 bool final_hop) {
    Settlement settlement = settle(*live,
                                   recipients,
                                   carried.outcomes,
                                   final_hop,
                                   services_.clock.now(),
                                   services_.settings->delivery,
                                   dice_);
    const bool waited_for_route =
        std::any_of(recipients.begin(), recipients.end(), [&](std::uint32_t i) {
            return waits_for_route(live->status[i]);
        });
    Content content = live->content;
    if (!content && !settlement.reports.empty()) {
        // Nobody was asked, so nobody loaded it. A report goes out without it, if it must.
        const MessageId id = live->id;
        auto loaded =
            co_await net::offload(services_.pool, [this, id] { return services_.spool.load(id); });
        if (loaded) content = *std::move(loaded);
    }
    auto concluded = co_await conclude(live, content, settlement);
    if (!concluded) {
        services_.journal.house(Level::error, "spool: " + concluded.error().detail());
        settlement = without_reports(*live, std::move(settlement));
        apply(live, settlement);
    }
    log_settled(*live, settlement, carried.through, waited_for_route);
    for (const std::uint32_t i : recipients)
        live->in_flight[i] = false;
    (void)services_.journal.flush();
    forget_if_finished(live);
}

void Queue::apply(const LivePointer& live, const Settlement& settlement) {
    std::vector<spool::Update> updates;
    updates.reserve(settlement.settled.size());
    for (const Settled& one : settlement.settled) {
        set_status(*live, one.recipient, one.status);
        updates.push_back({live->id, one.recipient, one.status});
    }
    services_.spool.note(std::move(updates));
}

// When the reports could not be stored: what only a report can tell the sender waits for another
// attempt; what was delivered is delivered, and must not go again for the sake of its report.
Settlement Queue::without_reports(const Live& live, Settlement settlement) const {
    for (const ReportItem& item : settlement.reports) {
        for (Settled& one : settlement.settled) {
            if (one.recipient != item.recipient || one.status.state == State::delivered) continue;
            one.status = live.status[one.recipient];
            one.status.next_attempt = services_.clock.now() + kStoreTroubleDelay;
        }
    }
    settlement.reports.clear();
    return settlement;
}

Task<Status> Queue::conclude(const LivePointer& live, Content content, Settlement settlement) {
    if (settlement.reports.empty()) {
        apply(live, settlement);
        co_return Status();
    }
    std::vector<spool::Update> updates;
    updates.reserve(settlement.settled.size());
    for (const Settled& one : settlement.settled) {
        updates.push_back({live->id, one.recipient, one.status});
    }

    spool::Batch batch;
    batch.updates = std::move(updates);
    std::vector<LivePointer> reports;
    for (const std::vector<ReportItem>& items : group_reports(std::move(settlement.reports))) {
        auto connection = services_.log.next_connection();
        if (!connection) co_return std::unexpected(std::move(connection).error());
        const ReportContext context{*services_.settings,
                                    *services_.site,
                                    services_.trace,
                                    *connection,
                                    services_.clock.now()};
        auto report = make_report(context, *live, content, items);
        if (!report) co_return std::unexpected(std::move(report).error());
        auto made = std::make_shared<Live>(*std::move(report));
        batch.messages.push_back(to_spool(*made));
        reports.push_back(std::move(made));
    }
    auto committed = co_await services_.spool.commit(std::move(batch));
    if (!committed) co_return committed;
    for (Settled& one : settlement.settled)
        set_status(*live, one.recipient, std::move(one.status));
    for (const LivePointer& report : reports) {
        report->spooled = true;
        services_.journal.message(*report);
        services_.journal.report(*live, *report);
        admit(report);
    }
    co_return Status();
}

void Queue::log_settled(const Live& live,
                        const Settlement& settlement,
                        const std::string& through,
                        bool waited_for_route) {
    for (const Settled& one : settlement.settled) {
        const std::string said = outcome_text(through, one.outcome);
        switch (one.status.state) {
            case State::delivered:
                services_.counters.delivered.add();
                services_.counters.delivery_time.add(
                    std::chrono::duration_cast<std::chrono::milliseconds>(services_.clock.now() -
                                                                          live.received));
                services_.journal.recipient(
                    live, one.recipient, Verdict::delivered, Level::info, "delivered to " + said);
                break;
            case State::bounced:
                services_.counters.bounced.add();
                services_.journal.recipient(
                    live,
                    one.recipient,
                    Verdict::bounced,
                    Level::notice,
                    (one.expired ? "given up after " + std::to_string(one.status.attempts) +
                                       " attempts, bouncing message from "
                                 : "refused, bouncing message from ") +
                        live.sender_text() + ": " + said);
                break;
            case State::failed_silently:
                services_.counters.failed_silently.add();
                services_.journal.recipient(live,
                                            one.recipient,
                                            Verdict::failed,
                                            Level::warning,
                                            "failed, and no report may be sent: " + said);
                break;
            case State::pending: {
                services_.counters.deferred.add();
                // Somebody has to make the route: the first line about it is an error.
                const bool news = waits_for_route(one.status) && !waited_for_route;
                services_.journal.recipient(
                    live,
                    one.recipient,
                    Verdict::deferred,
                    news ? Level::error : Level::notice,
                    fmt::format("deferred (attempt {}): {}", one.status.attempts, said));
                break;
            }
            case State::held:
            case State::discarded:
                break;
        }
    }
}

}  // namespace sealgate::flow
