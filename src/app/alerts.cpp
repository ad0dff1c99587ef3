// SPDX-License-Identifier: Apache-2.0
#include "app/alerts.h"

#include "alert/notice_text.h"
#include "alert/syslog_sink.h"
#include "alert/webhook_sink.h"

#include <algorithm>
#include <cstdio>

namespace sealgate::app {

using alert::HopSeen;
using alert::Observation;

namespace {

constexpr std::size_t kMostLookedAt = 10'000;  // messages, for the oldest that waits

// By mail, through our own spool and routes.
class MailSink final : public alert::Sink {
public:
    MailSink(flow::Gateway& gateway, std::vector<mime::Address> to, std::string hostname)
        : gateway_(gateway),
          to_(std::move(to)),
          hostname_(std::move(hostname)) {}

    [[nodiscard]] std::string_view name() const override { return "mail"; }
    [[nodiscard]] Status send(const admin::AlertNotice& notice, std::stop_token /*stop*/) override {
        alert::Letter letter = alert::letter(notice, hostname_);
        return gateway_.await<Status>([&]() -> net::Task<Status> {
            flow::NoticeMail mail{to_, std::move(letter.subject), std::move(letter.text)};
            co_return co_await gateway_.send_notice(std::move(mail));
        });
    }

private:
    flow::Gateway& gateway_;
    std::vector<mime::Address> to_;
    std::string hostname_;
};

std::vector<std::unique_ptr<alert::Sink>> make_sinks(flow::Gateway& gateway,
                                                     const Clock& clock,
                                                     const config::Settings& settings) {
    const config::Alerts& alerts = settings.alerts;
    std::vector<std::unique_ptr<alert::Sink>> sinks;
    std::vector<mime::Address> to;
    for (const std::string& text : alerts.mail_to) {
        if (auto address = mime::Address::parse(text)) to.push_back(*std::move(address));
    }
    if (!to.empty()) {
        sinks.push_back(std::make_unique<MailSink>(gateway, std::move(to), settings.hostname));
    }
    if (!alerts.syslog.empty()) {
        sinks.push_back(std::make_unique<alert::SyslogSink>(settings.path(alerts.syslog), clock));
    }
    if (auto url = config::HttpsUrl::parse(alerts.webhook_url)) {
        alert::WebhookOptions options;
        options.url = *std::move(url);
        options.secret_file = settings.path(alerts.webhook_secret_file);
        if (!alerts.webhook_ca_file.empty()) {
            options.ca_file = settings.path(alerts.webhook_ca_file);
        }
        options.allow_private = alerts.webhook_private;
        options.hostname = settings.hostname;
        sinks.push_back(std::make_unique<alert::WebhookSink>(std::move(options), clock));
    }
    return sinks;
}

bool waits(const flow::Live& live) {
    return std::ranges::any_of(live.status, [](const spool::RecipientStatus& one) {
        return one.state == spool::State::pending;
    });
}

// The queue is in order of age. Alerts about the alerts' own mail would beget more of it.
void find_oldest(flow::Gateway& gateway, Observation& seen) {
    std::size_t looked = 0;
    for (const auto& [id, live] : gateway.queue().messages()) {
        if (++looked > kMostLookedAt) return;
        if (live->source->listener == flow::kNoticeSource || !waits(*live)) continue;
        seen.oldest_waiting = live->received;
        seen.oldest_trace = trace_id(live->source->connection, live->id);
        return;
    }
}

void find_hops(flow::Gateway& gateway, SteadyTime now, Observation& seen) {
    using std::chrono::duration_cast;
    using std::chrono::seconds;
    for (delivery::HopReach& reach : gateway.hop_reach()) {
        HopSeen hop;
        hop.name = std::move(reach.next_hop);
        hop.failures = reach.failures;
        hop.reachable = reach.failures == 0;
        // As far as it was tried: nobody may have asked since.
        if (!hop.reachable) {
            hop.failing_for = duration_cast<seconds>(reach.last_tried - reach.failing_since);
        }
        hop.last_tried = duration_cast<seconds>(now - reach.last_tried);
        hop.note = std::move(reach.note);
        seen.hops.push_back(std::move(hop));
    }
}

}  // namespace

alert::EngineOptions alert_options(flow::Gateway& gateway,
                                   maillog::MailLog& log,
                                   os::FileSystem& files,
                                   const Clock& clock,
                                   admin::Context& context) {
    alert::EngineOptions options;
    options.observe = [&gateway, &log, &files, &clock, &context] {
        Observation seen = gateway.call([&] {
            Observation inside;
            inside.spool_healthy = gateway.spool().healthy();
            inside.certificate_ends = gateway.certificate_ends();
            find_oldest(gateway, inside);
            find_hops(gateway, clock.steady(), inside);
            return inside;
        });
        seen.mail_log_healthy = log.healthy();
        if (auto free = files.free_space(context.settings()->data_dir)) seen.disk_free = *free;
        return seen;
    };
    options.sinks = [&gateway, &clock](const config::Settings& settings) {
        return make_sinks(gateway, clock, settings);
    };
    options.report = [&gateway](const std::string& line, bool good) {
        std::fprintf(stderr, "sealgated: %s\n", line.c_str());
        gateway.note_house(good ? maillog::Level::notice : maillog::Level::warning, line);
    };
    return options;
}

}  // namespace sealgate::app
