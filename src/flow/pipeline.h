#pragma once
// SPDX-License-Identifier: Apache-2.0
// The life of a message, from the end of data to the answer. Start reading here, then pipeline.cpp.

#include "flow/outcome.h"
#include "flow/queue.h"
#include "flow/services.h"
#include "flow/user_hop.h"

#include <memory>
#include <string>
#include <vector>

namespace sealgate::flow {

// A transaction already open at a next hop, in which the client's recipients were asked for
// (`through`, inbound). It goes on to the content, or is reset.
struct Probe {
    policy::Route route;
    std::unique_ptr<delivery::Upstream> upstream;
    std::vector<std::uint32_t> recipients;  // positions in the envelope
    UserHopPointer home;                    // a user's own: where it goes back to; null: the pool
};

struct Manner {
    config::Mode mode = config::Mode::store;
    std::chrono::seconds patience{30};  // through: how long the client waits for next hops
    bool each_recipient = false;        // LMTP: through answers for each recipient
};

class Pipeline {
public:
    Pipeline(Services& services, Queue& queue) : services_(services), queue_(queue) {}

    // From the end of data to the reply for it: one, or with Manner::each_recipient perhaps one for
    // each recipient. When it is a 250, every recipient that it speaks of is with its next hop, on
    // our disk, or has been decided; else the client still answers for them.
    using Answers = std::vector<smtp::Reply>;
    net::Task<Answers> process(Accepted mail, Manner manner, std::vector<Probe>& probes);

private:
    net::Task<smtp::Reply> store(LivePointer live, std::vector<ReportItem> reports);
    net::Task<Answers> through(LivePointer live,
                               std::vector<ReportItem> reports,
                               Manner manner,
                               std::vector<Probe> probes);
    [[nodiscard]] std::optional<smtp::Reply> refuse_whole(const Classified& mail);
    [[nodiscard]] std::vector<ReportItem> log_decisions(const Live& live);
    // The end of the recipients that an unmanaged sender may not reach; `reports` keeps those of
    // which the sender is to be told.
    void settle_unmanaged(Live& live, std::vector<ReportItem>& reports);
    struct Attempt;
    [[nodiscard]] std::vector<std::shared_ptr<Attempt>> begin_attempts(const LivePointer& live,
                                                                       std::vector<Probe> probes);
    net::Task<void> run(std::shared_ptr<Attempt> attempt);
    net::Task<void> wait_for(const std::vector<std::shared_ptr<Attempt>>& attempts,
                             std::chrono::seconds patience);
    [[nodiscard]] std::vector<ReportItem> apply_plan(const LivePointer& live,
                                                     const ThroughPlan& plan,
                                                     const std::vector<ThroughRecipient>& outcomes,
                                                     const std::vector<std::string>& through);
    // Commits the message (when a recipient is unfinished) and its reports, and hands them to the
    // queue.
    net::Task<Status> keep(const LivePointer& live, std::vector<ReportItem> reports);
    net::Task<Status> commit(const LivePointer& live, std::vector<ReportItem> reports);

    Services& services_;
    Queue& queue_;
};

// The stages; each takes by value what the one before returned.
[[nodiscard]] Classified classify(Accepted mail, const TraceGuard& trace);
[[nodiscard]] Decided decide(Classified mail);
// What is done with a sender in no managed domain. A client whose address is not known is never let
// through unmodified: an override may be meant for its network, or for others.
[[nodiscard]] policy::UnmanagedAction unmanaged_action(const Site& site,
                                                       const Source& source,
                                                       const mime::Domain& sender);
[[nodiscard]] Live transform(Decided mail, const TraceGuard& trace, bool trace_headers);

}  // namespace sealgate::flow
