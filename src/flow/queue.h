#pragma once
// SPDX-License-Identifier: Apache-2.0
// Everything we answer for and have not finished: what is due goes to its next hop, what is not
// waits for its time. One instance, I/O thread only.
//
// Invariants
//  1. A recipient is in at most one attempt at a time (Live::in_flight), and in at most one line
//  for a
//     next hop (Live::in_line). What stands in line can still be held or discarded.
//  2. A recipient's end is noted in the spool before the queue forgets the message; the reports it
//     needs are synced in the same batch.
//  3. No route, no permit, no content: the recipient waits as after a failed attempt, or is held.
//     Nothing is dropped.

#include "flow/fair_line.h"
#include "flow/services.h"
#include "flow/settle.h"
#include "flow/window.h"

#include <deque>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

namespace sealgate::flow {

class Queue {
public:
    explicit Queue(Services& services);
    Queue(const Queue&) = delete;
    Queue& operator=(const Queue&) = delete;
    Queue(Queue&&) = delete;
    Queue& operator=(Queue&&) = delete;
    ~Queue();

    // Takes over a message that the spool has (Live::spooled). What is due is attempted at once.
    void admit(const LivePointer& live);
    // A message of our own: in the spool, in the log and under way when the call returns.
    net::Task<Status> submit(LivePointer live);
    // The end of an attempt that somebody else began for a message now in the queue.
    net::Task<void> finish_attempt(LivePointer live,
                                   std::vector<std::uint32_t> recipients,
                                   delivery::Carried carried,
                                   bool final_hop);
    // Starts the schedule; stop() lets attempts under way end and begins no new ones.
    void start();
    void stop();
    [[nodiscard]] std::size_t attempts_under_way() const { return under_way_; }

    // For administrators.
    [[nodiscard]] const std::map<std::uint64_t, LivePointer>& messages() const { return messages_; }
    [[nodiscard]] LivePointer find(MessageId id) const;
    // Recipients of the messages here, counted as they change.
    struct Totals {
        std::size_t pending = 0;
        std::size_t held = 0;
        void count(spool::State state, bool more);
    };
    [[nodiscard]] const Totals& totals() const { return totals_; }
    // The routes may be others now: what waited for one is tried at once where there is one.
    void routes_changed();
    // `note` says in the log what is done and by whom: "held by root".
    // Makes pending recipients due now, past any back-off. False when there is nothing to retry.
    bool retry(const LivePointer& live, const std::string& note);
    // pending -> held and back; durable when the call returns. False when nothing changed.
    net::Task<Result<bool>> hold(LivePointer live, std::string note);
    net::Task<Result<bool>> release(LivePointer live, std::string note);
    // Ends what is pending or held as discarded; no report is sent.
    net::Task<Result<bool>> discard(LivePointer live, std::string note);

    struct DestinationView {
        std::string next_hop;
        std::size_t waiting = 0;
        bool backing_off = false;
        std::string note;
    };
    [[nodiscard]] std::vector<DestinationView> destinations() const;
    [[nodiscard]] std::string next_hop_of(const Live& live, std::uint32_t recipient) const;
    // In use for mail from here, by delivery::identity().
    [[nodiscard]] std::size_t connections_to(const std::string& identity) const;

private:
    struct Destination;
    enum class After : std::uint8_t { next, made_room };  // what a worker does after an attempt
    struct Job {
        LivePointer live;
        std::vector<std::uint32_t> recipients;
    };

    // The one way in which a recipient's status changes here, so that the totals are true.
    void set_status(Live& live, std::uint32_t recipient, spool::RecipientStatus status);
    void dispatch(const LivePointer& live);
    void push(Destination& destination, Job job);
    // One more worker for what stands in line there, if the next hop and the limit of all
    // connections allow it; else the destination waits for its turn.
    void employ(Destination& destination);
    // How many workers at a time a next hop may have: what it bears, and what users leave of the
    // limit.
    [[nodiscard]] std::size_t places(const Destination& destination) const;
    // Where users sign in: the next hop of the route "*", if a listener takes AUTH.
    [[nodiscard]] const std::string& users_hop() const;
    // The same for all next hops together; at least 1.
    [[nodiscard]] std::size_t all_places() const;
    // A worker ends: whoever waited longest for one begins.
    void pass_on_place();
    void forget_idle_destinations();
    void schedule(const LivePointer& live);
    void forget_if_finished(const LivePointer& live);
    // There is no next hop to ask: an attempt that ends at once, on the same schedule as any other.
    net::Task<void> finish_unrouted(LivePointer live, std::vector<std::uint32_t> recipients);
    void make_routed_due(const LivePointer& live);
    net::Task<void> tick();
    net::Task<void> work(Destination& destination);
    bool begin(const Destination& destination, Job& job);
    net::Task<After> attempt(Destination& destination, Job job);
    // No connection where others have one: the next hop takes no more at a time.
    [[nodiscard]] bool is_crowded(const Destination& destination) const;
    void make_room(Destination& destination, Job job);
    net::Task<Content> content_of(const LivePointer& live);
    void note_reached(Destination& destination);
    void note_failure(Destination& destination, const delivery::Outcome& outcome);
    // Builds, commits and admits the reports of a settlement together with its updates.
    net::Task<Status> conclude(const LivePointer& live, Content content, Settlement settlement);
    void apply(const LivePointer& live, const Settlement& settlement);
    [[nodiscard]] Settlement without_reports(const Live& live, Settlement settlement) const;
    // After the settlement is in force. `waited_for_route`: that there is none was said before.
    void log_settled(const Live& live,
                     const Settlement& settlement,
                     const std::string& through,
                     bool waited_for_route);
    struct Change {
        std::set<spool::State> from;
        spool::State to;
        maillog::Verdict verdict;
        std::string note;
    };
    net::Task<Result<bool>> apply(LivePointer live, Change change);
    [[nodiscard]] bool backs_off(const Destination& destination) const;
    void reset_back_off(const Live& live, std::uint32_t recipient);
    void put_on_hold(const LivePointer& live,
                     const std::vector<std::uint32_t>& recipients,
                     const std::string& why);

    Services& services_;
    Totals totals_;
    std::map<std::uint64_t, LivePointer> messages_;  // by id, which is by age
    std::multimap<SteadyTime, std::uint64_t> due_;
    std::set<std::uint64_t> unrouted_;  // messages with a recipient that waits for a route
    std::map<std::string, std::unique_ptr<Destination>> destinations_;
    std::deque<Destination*> without_worker_;  // what stands in line there waits for a connection
    std::size_t workers_ = 0;                  // of all destinations
    struct UsersHop {
        SitePointer site;
        std::shared_ptr<const config::Settings> settings;
        std::string identity;  // "" = none
    };
    mutable UsersHop users_hop_;  // as of these settings and routes
    SteadyTime next_cleaning_{};
    net::Timer timer_;
    std::minstd_rand dice_{static_cast<std::minstd_rand::result_type>(std::random_device{}())};
    std::size_t under_way_ = 0;
    bool stopping_ = false;
};

// The parcel of some recipients of a message, released by their permits; nullopt when one of them
// has none, which is a broken invariant: nothing is sent then.
[[nodiscard]] std::optional<delivery::Released> release_parcel(
    const Live& live, const std::vector<std::uint32_t>& recipients, const Content& content);
// What those recipients get instead.
[[nodiscard]] delivery::Outcome no_permit();

}  // namespace sealgate::flow
