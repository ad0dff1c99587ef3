// SPDX-License-Identifier: Apache-2.0
#include "flow/pipeline.h"

#include "flow/report.h"
#include "flow/stored_envelope.h"

#include <fmt/format.h>

#include <algorithm>

namespace sealgate::flow {

using maillog::Level;
using maillog::Verdict;
using net::Task;
using policy::Action;
using spool::State;

// receive ─▶ classify ─▶ decide ─▶ transform ─▶ deliver ─▶ settle
//
// `store` answers when the message is on our disk, and delivers afterwards. `through` delivers
// while the client waits, and the next hop's answer becomes ours. Everything else is the same path.
Task<Pipeline::Answers> Pipeline::process(Accepted mail,
                                          Manner manner,
                                          std::vector<Probe>& probes) {
    Classified classified = classify(std::move(mail), services_.trace);
    if (auto refused = refuse_whole(classified)) co_return Answers{*refused};

    Decided decided = decide(std::move(classified));
    auto live = std::make_shared<Live>(
        transform(std::move(decided), services_.trace, services_.settings->smtp.trace_headers));

    // A decision to reject that could only be made now is about the null sender, and the same for
    // every recipient: there is one answer to the data. Every other reject was answered at RCPT.
    const bool rejected = std::any_of(live->decisions.begin(),
                                      live->decisions.end(),
                                      [](const policy::Decision& one) { return one.rejects(); });
    if (rejected) {
        services_.counters.rejected.add(live->decisions.size());
        for (std::uint32_t i = 0; i < live->decisions.size(); ++i) {
            services_.journal.recipient(*live,
                                        i,
                                        Verdict::rejected,
                                        Level::notice,
                                        "rejecting message from the null sender");
        }
        (void)services_.journal.flush();
        co_return Answers{replies::null_sender()};
    }

    std::vector<ReportItem> reports = log_decisions(*live);
    if (!services_.journal.flush() &&
        services_.settings->mail_log.on_failure == config::OnFailure::stop) {
        co_return Answers{replies::log_not_writable()};
    }
    if (manner.mode == config::Mode::store) {
        auto reply = co_await store(std::move(live), std::move(reports));
        co_return Answers{reply};
    }
    auto answers = co_await through(std::move(live), std::move(reports), manner, std::move(probes));
    co_return answers;
}

std::optional<smtp::Reply> Pipeline::refuse_whole(const Classified& mail) {
    const Accepted& accepted = mail.mail;
    const bool loops = mail.facts.received_fields > services_.settings->smtp.received_limit ||
                       mail.facts.own_traces > TraceGuard::kMaxOwnTraces;
    if (!loops && !mail.facts.header_over_limit) return std::nullopt;
    const std::string why =
        loops ? fmt::format("mail loop: {} Received fields, {} trace fields of ours",
                            mail.facts.received_fields,
                            mail.facts.own_traces)
              : "the header is over its limit";
    services_.counters.rejected.add(accepted.envelope.recipients.size());
    const std::string& message_id = mail.facts.message_id;
    services_.journal.refused_message(
        accepted,
        message_id,
        "rejecting message" + (message_id.empty() ? "" : " " + message_id) + ": " + why);
    (void)services_.journal.flush();
    // Refused in the session: whoever hands us the message reports it, once.
    return loops ? replies::loop() : replies::header_over_limit();
}

std::vector<ReportItem> Pipeline::log_decisions(const Live& live) {
    Journal& journal = services_.journal;
    journal.message(live);
    services_.counters.messages.add();
    std::vector<ReportItem> reports;
    for (std::uint32_t i = 0; i < live.decisions.size(); ++i) {
        switch (live.decisions[i].action) {
            case Action::pass_unmodified:
                services_.counters.passed.add();
                journal.passing_through(live, i);
                break;
            case Action::bounce_unmanaged: {
                if (wants(live, i, ReportItem::Kind::unmanaged)) {
                    journal.bouncing_unmanaged(live, i);
                } else {
                    journal.recipient(live,
                                      i,
                                      Verdict::failed,
                                      Level::notice,
                                      "unmanaged domain blocked: no report may be sent");
                }
                delivery::Outcome outcome =
                    delivery::local_outcome(delivery::Outcome::Kind::refused,
                                            "5.7.1",
                                            "the sender's domain is not managed");
                reports.push_back({ReportItem::Kind::unmanaged, i, std::move(outcome)});
                break;
            }
            case Action::relay:
                journal.recipient(live, i, Verdict::accepted, Level::info, "accepted for delivery");
                break;
            case Action::reject_unmanaged:
            case Action::reject_not_ours:
            case Action::reject_null_sender:
                break;  // answered before
        }
    }
    return reports;
}

void Pipeline::settle_unmanaged(Live& live, std::vector<ReportItem>& reports) {
    for (const ReportItem& item : reports) {
        const bool report = wants(live, item.recipient, item.kind);
        live.status[item.recipient].state = report ? State::bounced : State::failed_silently;
        (report ? services_.counters.bounced : services_.counters.failed_silently).add();
    }
    std::erase_if(reports, [&](const ReportItem& item) {
        return live.status[item.recipient].state == State::failed_silently;
    });
}

Task<smtp::Reply> Pipeline::store(LivePointer live, std::vector<ReportItem> reports) {
    const std::string id = trace_id(live->source->connection, live->id);
    settle_unmanaged(*live, reports);
    auto kept = co_await keep(live, std::move(reports));
    if (!kept) co_return replies::not_stored();
    co_return replies::accepted(id);
}

Task<Status> Pipeline::keep(const LivePointer& live, std::vector<ReportItem> reports) {
    auto kept = co_await commit(live, std::move(reports));
    if (!kept) {
        services_.journal.connection(*live->source,
                                     Level::error,
                                     "the message could not be stored: " + kept.error().detail());
    }
    (void)services_.journal.flush();
    co_return kept;
}

Task<Status> Pipeline::commit(const LivePointer& live, std::vector<ReportItem> reports) {
    spool::Batch batch;
    std::vector<LivePointer> made;
    if (!live->finished()) {
        batch.messages.push_back(to_spool(*live));
        made.push_back(live);
    }
    for (const std::vector<ReportItem>& items : group_reports(std::move(reports))) {
        auto connection = services_.log.next_connection();
        if (!connection) co_return std::unexpected(std::move(connection).error());
        const ReportContext context{*services_.settings,
                                    *services_.site,
                                    services_.trace,
                                    *connection,
                                    services_.clock.now()};
        auto report = make_report(context, *live, live->content, items);
        if (!report) co_return std::unexpected(std::move(report).error());
        made.push_back(std::make_shared<Live>(*std::move(report)));
        batch.messages.push_back(to_spool(*made.back()));
    }
    if (batch.messages.empty()) co_return Status();
    auto committed = co_await services_.spool.commit(std::move(batch));
    if (!committed) co_return committed;
    for (const LivePointer& one : made) {
        one->spooled = true;
        if (one != live) {
            services_.journal.message(*one);
            services_.journal.report(*live, *one);
        }
        if (!one->finished()) {
            queue_.admit(one);
        } else if (one == live) {
            // An attempt that nobody waited for ended meanwhile: the spool learns it now.
            std::vector<spool::Update> ends;
            ends.reserve(one->status.size());
            for (std::uint32_t i = 0; i < one->status.size(); ++i)
                ends.push_back({one->id, i, one->status[i]});
            services_.spool.note(std::move(ends));
        }
    }
    co_return Status();
}

}  // namespace sealgate::flow
