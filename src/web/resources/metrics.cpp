// SPDX-License-Identifier: Apache-2.0
// The same numbers as /api/v1/status for a collector, in OpenMetrics 1.0 text.
#include "web/resources.h"

#include <fmt/format.h>

namespace sealgate::web::resources {

namespace {

// In a label only backslash, quote and line feed must be escaped.
std::string label(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '\n') {
            out += "\\n";
            continue;
        }
        if (c == '\\' || c == '"') out += '\\';
        out += c;
    }
    return out;
}

class Exposition {
public:
    void family(std::string_view name, std::string_view type, std::string_view help) {
        name_ = name;
        suffix_ = type == "counter" ? "_total" : type == "info" ? "_info" : "";
        fmt::format_to(std::back_inserter(text_),
                       "# TYPE sealgate_{0} {1}\n# HELP sealgate_{0} {2}\n",
                       name,
                       type,
                       help);
    }
    void sample(std::uint64_t value, std::string_view labels = "") {
        fmt::format_to(std::back_inserter(text_),
                       "sealgate_{}{}{} {}\n",
                       name_,
                       suffix_,
                       labels.empty() ? std::string() : fmt::format("{{{}}}", labels),
                       value);
    }
    std::string finish() { return std::move(text_) + "# EOF\n"; }

private:
    std::string text_;
    std::string_view name_;
    std::string_view suffix_;
};

void write_traffic(Exposition& out, const admin::Counters& counters) {
    out.family("messages", "counter", "Messages accepted.");
    out.sample(counters.messages);
    out.family("recipients", "counter", "Recipients by what became of them.");
    out.sample(counters.delivered, "outcome=\"delivered\"");
    out.sample(counters.bounced, "outcome=\"bounced\"");
    out.sample(counters.rejected, "outcome=\"rejected\"");
    out.sample(counters.held, "outcome=\"held\"");
    out.sample(counters.discarded, "outcome=\"discarded\"");
    out.sample(counters.failed, "outcome=\"failed\"");
    out.family("recipients_passed", "counter", "Recipients of mail passed through unmodified.");
    out.sample(counters.passed);
    out.family("deferrals", "counter", "Delivery attempts that ended in a temporary failure.");
    out.sample(counters.deferred);
    out.family(
        "recipients_unreported", "counter", "Failed recipients of which nobody could be told.");
    out.sample(counters.unreported);
    out.family("possible_duplicates", "counter", "Messages that may have arrived twice.");
    out.sample(counters.possible_duplicates);
    out.family("connections", "counter", "Connections from clients.");
    out.sample(counters.connections);
}

std::string render(const admin::GatewayStatus& status) {
    Exposition out;
    out.family("build", "info", "The program.");
    out.sample(1, fmt::format("version=\"{}\"", label(status.version)));
    out.family("start_time_seconds", "gauge", "When the process started, in Unix time.");
    out.sample(static_cast<std::uint64_t>(
        std::chrono::duration_cast<Seconds>(status.started.time_since_epoch()).count()));
    write_traffic(out, status.counters);
    out.family("queue_messages", "gauge", "Messages accepted and not finished.");
    out.sample(status.queued_messages);
    out.family("queue_recipients", "gauge", "Recipients of queued messages by state.");
    out.sample(status.pending_recipients, "state=\"pending\"");
    out.sample(status.held_recipients, "state=\"held\"");
    out.family("smtp_sessions", "gauge", "Open SMTP sessions.");
    for (const auto& listener : status.listeners) {
        out.sample(listener.sessions, fmt::format("listener=\"{}\"", label(listener.name)));
    }
    out.family("spool_healthy", "gauge", "1 while the spool can be written.");
    out.sample(status.spool_healthy ? 1 : 0);
    out.family("spool_room_bytes", "gauge", "Octets that can still be accepted.");
    out.sample(status.spool_room);
    out.family("mail_log_healthy", "gauge", "1 while the mail log can be written.");
    out.sample(status.log_healthy ? 1 : 0);
    out.family("resident_memory_bytes", "gauge", "Memory of the process.");
    out.sample(status.memory);
    out.family("content_memory_bytes", "gauge", "Message content in memory.");
    out.sample(status.content_held);
    return out.finish();
}

}  // namespace

void metrics(Router& router, Services& services) {
    router.add({.method = Method::get,
                .path = "/metrics",
                .id = "metrics",
                .summary = "Numbers for a collector, as OpenMetrics text",
                .access = Access::visit,
                .answers = {{.description = "OpenMetrics 1.0 text"}},
                .handler = [&services](const Call& /*call*/) -> Result<Response> {
                    return Response{
                        .content_type =
                            "application/openmetrics-text; version=1.0.0; charset=utf-8",
                        .body = render(services.gateway.status())};
                }});
}

}  // namespace sealgate::web::resources
