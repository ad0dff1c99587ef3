// SPDX-License-Identifier: Apache-2.0
// The same numbers as /api/v1/status for a collector, in the text format of Prometheus (0.0.4).
#include "admin/alerts.h"
#include "web/resources.h"

#include <prometheus/text_serializer.h>

#include <algorithm>
#include <limits>

namespace sealgate::web::resources {

namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;
using Labels = std::vector<ClientMetric::Label>;

constexpr double kMilli = 1000.0;

// The families in the order in which they are shown. The library keeps the format.
class Exposition {
public:
    void counter(std::string_view name, std::string_view help) {
        add(std::string(name) + "_total", help, MetricType::Counter);
    }
    void gauge(std::string_view name, std::string_view help) {
        add(std::string(name), help, MetricType::Gauge);
    }
    void sample(std::uint64_t value, Labels labels = {}) {
        ClientMetric metric;
        metric.label = std::move(labels);
        metric.counter.value = static_cast<double>(value);
        metric.gauge.value = static_cast<double>(value);
        families_.back().metric.push_back(std::move(metric));
    }
    void histogram(std::string_view name,
                   std::string_view help,
                   const admin::DeliveryTimes& times) {
        add(std::string(name), help, MetricType::Histogram);
        ClientMetric metric;
        std::uint64_t so_far = 0;
        for (std::size_t i = 0; i < times.bounds_ms.size(); ++i) {
            so_far += times.within[i];
            metric.histogram.bucket.push_back(
                {so_far, static_cast<double>(times.bounds_ms[i]) / kMilli});
        }
        metric.histogram.bucket.push_back({times.all, std::numeric_limits<double>::infinity()});
        metric.histogram.sample_count = times.all;
        metric.histogram.sample_sum = static_cast<double>(times.sum_ms) / kMilli;
        families_.back().metric.push_back(std::move(metric));
    }
    [[nodiscard]] std::string text() const {
        return prometheus::TextSerializer().Serialize(families_);
    }

private:
    void add(std::string name, std::string_view help, MetricType type) {
        families_.push_back({"sealgate_" + std::move(name), std::string(help), type, {}});
    }

    std::vector<MetricFamily> families_;
};

void write_traffic(Exposition& out, const admin::Counters& counters) {
    out.counter("messages", "Messages accepted.");
    out.sample(counters.messages);
    out.counter("recipients", "Recipients by what became of them.");
    out.sample(counters.delivered, {{"outcome", "delivered"}});
    out.sample(counters.bounced, {{"outcome", "bounced"}});
    out.sample(counters.rejected, {{"outcome", "rejected"}});
    out.sample(counters.held, {{"outcome", "held"}});
    out.sample(counters.discarded, {{"outcome", "discarded"}});
    out.sample(counters.failed, {{"outcome", "failed"}});
    out.counter("recipients_passed", "Recipients of mail passed through unmodified.");
    out.sample(counters.passed);
    out.counter("deferrals", "Delivery attempts that ended in a temporary failure.");
    out.sample(counters.deferred);
    out.counter("recipients_unreported", "Failed recipients of which nobody could be told.");
    out.sample(counters.unreported);
    out.counter("possible_duplicates", "Messages that may have arrived twice.");
    out.sample(counters.possible_duplicates);
    out.counter("connections", "Connections from clients.");
    out.sample(counters.connections);
}

void write_log(Exposition& out, const maillog::MailLog& log, const admin::GatewayStatus& status) {
    const maillog::Stats stats = log.stats();
    out.gauge("mail_log_healthy", "1 while the mail log can be written.");
    out.sample(status.log_healthy ? 1 : 0);
    out.counter("mail_log_refused_events", "Events that the mail log could not record.");
    out.sample(stats.refused_events);
    out.gauge("mail_log_bytes", "Size of the mail log's records.");
    out.sample(stats.record_bytes);
    out.gauge("mail_log_behind", "Records that a follower of the mail log has not taken yet.");
    out.sample(stats.index_behind, {{"follower", "index"}});
    out.sample(stats.text_behind, {{"follower", "text"}});
    out.sample(stats.json_behind, {{"follower", "json"}});
    if (!status.syslog) return;
    out.sample(status.syslog->behind, {{"follower", "syslog"}});
    out.gauge("syslog_connected", "1 while the syslog receiver is reached.");
    out.sample(status.syslog->connected ? 1 : 0);
    out.counter("syslog_sent", "Records of the mail log sent as syslog.");
    out.sample(status.syslog->sent);
    out.counter("syslog_dropped", "Records of the mail log not sent, since too many waited.");
    out.sample(status.syslog->dropped);
}

// Of a next hop alone there may be several; which they are the list of alerts says. Nothing where
// the store cannot be read: a 0 would say that all is well.
void write_alerts(Exposition& out, const admin::Context& context) {
    const auto active = admin::active_alerts(context);
    if (!active) return;
    out.gauge("alert_active", "1 while an alert of this kind is raised.");
    for (const admin::AlertKind& kind : admin::alert_kinds()) {
        if (kind.event) continue;
        const bool raised = std::ranges::count(*active, kind.name, &admin::Alert::name) > 0;
        out.sample(raised ? 1 : 0, {{"condition", std::string(kind.name)}});
    }
}

std::string render(const admin::GatewayStatus& status, const Services& services) {
    Exposition out;
    out.gauge("build_info", "The program; always 1.");
    out.sample(1, {{"version", status.version}});
    out.gauge("start_time_seconds", "When the process started, in Unix time.");
    out.sample(static_cast<std::uint64_t>(
        std::chrono::duration_cast<Seconds>(status.started.time_since_epoch()).count()));
    write_traffic(out, status.counters);
    out.histogram("delivery_seconds",
                  "From the end of a message's data to the next hop's answer, per delivered "
                  "recipient.",
                  status.delivery_time);
    out.gauge("queue_messages", "Messages accepted and not finished.");
    out.sample(status.queued_messages);
    out.gauge("queue_recipients", "Recipients of queued messages by state.");
    out.sample(status.pending_recipients, {{"state", "pending"}});
    out.sample(status.held_recipients, {{"state", "held"}});
    out.gauge("smtp_sessions", "Open SMTP sessions.");
    for (const auto& listener : status.listeners)
        out.sample(listener.sessions, {{"listener", listener.name}});
    out.gauge("spool_healthy", "1 while the spool can be written.");
    out.sample(status.spool_healthy ? 1 : 0);
    out.gauge("spool_room_bytes", "Octets that can still be accepted.");
    out.sample(status.spool_room);
    write_log(out, services.log, status);
    write_alerts(out, services.admin);
    out.gauge("resident_memory_bytes", "Memory of the process.");
    out.sample(status.memory);
    out.gauge("content_memory_bytes", "Message content in memory.");
    out.sample(status.content_held);
    return out.text();
}

}  // namespace

void metrics(Router& router, Services& services) {
    router.add({.method = Method::get,
                .path = "/metrics",
                .id = "metrics",
                .summary = "Numbers for a collector, in the text format of Prometheus",
                .access = Access::visit,
                .answers = {{.description = "Prometheus text format 0.0.4"}},
                .handler = [&services](const Call& /*call*/) -> Result<Response> {
                    return Response{.content_type = "text/plain; version=0.0.4; charset=utf-8",
                                    .body = render(services.gateway.status(), services)};
                }});
}

}  // namespace sealgate::web::resources
