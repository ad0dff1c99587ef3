// SPDX-License-Identifier: Apache-2.0
#include "alert/engine.h"

#include "alert/notice_text.h"

#include <fmt/format.h>

#include <algorithm>

namespace sealgate::alert {

using admin::AlertNotice;
using admin::NoticeKind;
using std::chrono::seconds;

const std::vector<seconds>& Engine::retry_waits() {
    static const std::vector<seconds> waits{
        seconds(10), seconds(60), seconds(300), seconds(900), seconds(3600), seconds(4 * 3600)};
    return waits;
}

Engine::Engine(admin::Context& context, EngineOptions options)
    : context_(context),
      options_(std::move(options)) {}

Engine::~Engine() {
    stop();
}

void Engine::start() {
    thread_ = std::thread([this] { run(stopping_.get_token()); });
}

void Engine::stop() {
    stopping_.request_stop();
    wake_.notify_all();
    if (thread_.joinable()) thread_.join();
    // The last domains are alerts of the next start, if they cannot be told now.
    tell_domains(true);
}

void Engine::run(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
        round();
        std::unique_lock lock(mutex_);
        (void)wake_.wait_for(lock, stop, kEvery, [] { return false; });
    }
}

void Engine::round() {
    refresh_sinks();
    tell_domains(false);
    watch();
    for (const std::unique_ptr<Sink>& sink : sinks_)
        send_due(*sink);
}

void Engine::refresh_sinks() {
    const auto settings = context_.settings();
    if (settings == settings_) return;
    settings_ = settings;
    sinks_ = options_.sinks(*settings);
    if (auto dropped = admin::drop_notices_except(context_, sink_names()); !dropped) {
        settings_.reset();  // once more in the next round
    }
}

std::vector<std::string> Engine::sink_names() const {
    std::vector<std::string> names;
    names.reserve(sinks_.size());
    for (const std::unique_ptr<Sink>& sink : sinks_)
        names.emplace_back(sink->name());
    return names;
}

void Engine::watch() {
    const SteadyTime now = context_.clock().steady();
    if (observed_once_ && now - observed_ < kObserveEvery) return;
    const auto active = admin::active_alerts(context_);
    if (!active) return;  // the store is busy: the next round
    observed_once_ = true;
    observed_ = now;
    const Observation seen = options_.observe();
    record(judge(seen, *active, *context_.settings(), context_.clock().now()), *active);
}

void Engine::record(const Changes& changes, const std::vector<admin::Alert>& active) {
    // What could not be written is found again in the next round, and told then.
    if (!admin::record_alerts(context_, changes.begun, changes.ended, sink_names())) return;
    for (const admin::NewAlert& one : changes.begun)
        options_.report(fmt::format("alert {}: {}", one.name, one.title), false);
    for (const admin::AlertEnd& one : changes.ended) {
        const auto alert = std::ranges::find(active, one.id, &admin::Alert::id);
        if (alert == active.end()) continue;
        options_.report(fmt::format("alert {} over: {}: {}", alert->name, alert->title, one.detail),
                        true);
    }
}

void Engine::note_domain(NewDomain domain) {
    const std::lock_guard lock(mutex_);
    ++domain_count_;
    if (domains_.size() < kMaxNamed) domains_.push_back(std::move(domain));
}

void Engine::tell_domains(bool all) {
    const SteadyTime now = context_.clock().steady();
    if (!all && told_domains_once_ && now - told_domains_ < kBetweenEvents) return;
    std::vector<NewDomain> domains;
    std::size_t count = 0;
    {
        const std::lock_guard lock(mutex_);
        if (domains_.empty()) return;
        domains = domains_;
        count = domain_count_;
    }
    if (context_.settings()->alerts.unmanaged_domain &&
        !admin::record_alerts(context_, {first_mail(domains, count)}, {}, sink_names())) {
        return;  // the store is busy: the next round
    }
    told_domains_once_ = true;
    told_domains_ = now;
    const std::lock_guard lock(mutex_);
    domain_count_ -= count;
    domains_.erase(domains_.begin(),
                   domains_.begin() + static_cast<std::ptrdiff_t>(domains.size()));
}

void Engine::send_due(Sink& sink) {
    const auto due = admin::due_notices(context_, sink.name(), kMaxNotices);
    if (!due) return;
    for (const AlertNotice& notice : *due) {
        if (stopping_.stop_requested()) return;
        const Status sent = sink.send(notice, stopping_.get_token());
        if (!sent && stopping_.stop_requested()) return;  // our own end is no failure of the sink
        settle(sink, notice, sent);
        if (!sent) return;  // the others would most likely wait as long for the same
    }
}

void Engine::settle(Sink& sink, const AlertNotice& notice, const Status& sent) {
    const auto& waits = retry_waits();
    Status written;
    if (sent) {
        written = admin::drop_notice(context_, notice);
    } else if (notice.attempts < waits.size()) {
        written = admin::postpone_notice(
            context_, notice, context_.clock().now() + waits[notice.attempts]);
        if (notice.attempts == 0) {
            options_.report(fmt::format("alert {}: the notice by {} will be tried again: {}",
                                        notice.alert.name,
                                        sink.name(),
                                        sent.error().detail()),
                            false);
        }
    } else {
        written = admin::drop_notice(context_, notice);
        options_.report(fmt::format("alert {}: the notice by {} is given up after {} attempts: {}",
                                    notice.alert.name,
                                    sink.name(),
                                    notice.attempts + 1,
                                    sent.error().detail()),
                        false);
    }
    // Not written: it is sent once more, which its receiver can tell by its id.
    (void)written;
}

Result<std::vector<admin::SinkAnswer>> Engine::test(std::string_view name) {
    AlertNotice notice;
    notice.kind = NoticeKind::test;
    notice.alert.name = name;
    notice.alert.title = fmt::format("a test of the alert {}", name);
    notice.alert.detail = "Somebody asked for this test; nothing is wrong.";
    notice.alert.raised = context_.clock().now();
    std::vector<admin::SinkAnswer> answers;
    // Sinks of its own: those of the thread are in use.
    for (const std::unique_ptr<Sink>& sink : options_.sinks(*context_.settings())) {
        const Status sent = sink->send(notice, stopping_.get_token());
        answers.push_back({std::string(sink->name()), sent ? "" : sent.error().detail()});
    }
    return answers;
}

}  // namespace sealgate::alert
