// SPDX-License-Identifier: Apache-2.0
// The state of the gateway, and the two questions of a supervisor.
#include "admin/warnings.h"
#include "web/resources.h"
#include "web/resources/shared.h"

namespace sealgate::web::resources {

namespace {

const Schema& listener_schema() {
    static const Schema kSchema{"ListenerStatus",
                                "",
                                {{"name", Type::text},
                                 {"address", Type::text},
                                 {"direction", Type::text},
                                 {"mode", Type::text},
                                 {"sessions", Type::integer}}};
    return kSchema;
}

const Schema& queue_schema() {
    static const Schema kSchema{"QueueSummary",
                                "",
                                {{"messages", Type::integer},
                                 {"pending_recipients", Type::integer},
                                 {"held_recipients", Type::integer}}};
    return kSchema;
}

const Schema& spool_schema() {
    static const Schema kSchema{
        "SpoolStatus",
        "",
        {{"healthy", Type::boolean},
         {"room", Type::integer, Presence::required, "Octets that can still be accepted"}}};
    return kSchema;
}

const Schema& log_schema() {
    static const Schema kSchema{"LogStatus",
                                "",
                                {{"healthy", Type::boolean},
                                 {"records", Type::integer, Presence::required, "Ever written"}}};
    return kSchema;
}

const Schema& memory_schema() {
    static const Schema kSchema{
        "MemoryStatus",
        "",
        {{"resident", Type::integer, Presence::required, "Octets"},
         {"content", Type::integer, Presence::required, "Octets of message content"}}};
    return kSchema;
}

const Schema& waiting_schema() {
    static const Schema kSchema{"WaitingSetting",
                                "A setting of the file that a reload could not put in force",
                                {{"key", Type::text},
                                 {"value",
                                  Type::text,
                                  Presence::required,
                                  "As TOML, from the next start on; empty: gone"}}};
    return kSchema;
}

const Schema& status_schema() {
    static const Schema kSchema{
        "Status",
        "",
        {{"state", Type::text, Presence::required, "", {"ok", "degraded", "starting"}},
         {"version", Type::text},
         {"hostname", Type::text},
         {"warnings", Type::texts, Presence::required, "What is valid and yet hardly meant"},
         {"waiting_for_restart", Type::list, Presence::required, "", {}, &waiting_schema()},
         {"started", Type::time},
         {"uptime", Type::integer, Presence::required, "Seconds"},
         {"listeners", Type::list, Presence::required, "", {}, &listener_schema()},
         {"queue", Type::object, Presence::required, "", {}, &queue_schema()},
         {"counters",
          Type::numbers,
          Presence::required,
          "Since the start: messages accepted, and recipients by what became of them"},
         {"spool", Type::object, Presence::required, "", {}, &spool_schema()},
         {"mail_log", Type::object, Presence::required, "", {}, &log_schema()},
         {"memory", Type::object, Presence::required, "", {}, &memory_schema()}}};
    return kSchema;
}

const Schema& health_schema() {
    static const Schema kSchema{"Health", "", {{"status", Type::text}}};
    return kSchema;
}

std::string_view state_of(const admin::GatewayStatus& status) {
    if (!status.ready) return "starting";
    return status.spool_healthy && status.log_healthy ? "ok" : "degraded";
}

Result<Response> show(const Services& services, const Call& /*call*/) {
    const auto status = services.gateway.status();
    const auto& counters = status.counters;
    OrderedJson listeners = OrderedJson::array();
    for (const auto& listener : status.listeners) {
        listeners.push_back({{"name", listener.name},
                             {"address", listener.address},
                             {"direction", listener.direction},
                             {"mode", listener.mode},
                             {"sessions", listener.sessions}});
    }
    const auto settings = services.admin.settings();
    OrderedJson warnings = OrderedJson::array();
    if (const auto now = services.admin.published()) {
        for (auto& warning : admin::warnings(*settings, now->domains, now->routes))
            warnings.push_back(std::move(warning));
    }
    OrderedJson waiting = OrderedJson::array();
    for (const auto& [key, value] : settings->waiting)
        waiting.push_back({{"key", key}, {"value", value}});
    return json_response(
        {{"state", state_of(status)},
         {"version", status.version},
         {"hostname", status.hostname},
         {"warnings", std::move(warnings)},
         {"waiting_for_restart", std::move(waiting)},
         {"started", to_rfc3339(status.started)},
         {"uptime", status.uptime.count()},
         {"listeners", std::move(listeners)},
         {"queue",
          {{"messages", status.queued_messages},
           {"pending_recipients", status.pending_recipients},
           {"held_recipients", status.held_recipients}}},
         {"counters",
          {{"messages", counters.messages},
           {"delivered", counters.delivered},
           {"deferred", counters.deferred},
           {"bounced", counters.bounced},
           {"rejected", counters.rejected},
           {"passed", counters.passed},
           {"held", counters.held},
           {"discarded", counters.discarded},
           {"failed", counters.failed},
           {"unreported", counters.unreported},
           {"possible_duplicates", counters.possible_duplicates},
           {"connections", counters.connections}}},
         {"spool", {{"healthy", status.spool_healthy}, {"room", status.spool_room}}},
         {"mail_log", {{"healthy", status.log_healthy}, {"records", services.log.last_sequence()}}},
         {"memory", {{"resident", status.memory}, {"content", status.content_held}}}});
}

Result<Response> alive(const Services& /*services*/, const Call& /*call*/) {
    return json_response({{"status", "ok"}});
}

// Ready is who can take mail now: a supervisor takes others out of the balance, it does not restart
// them.
Result<Response> ready(const Services& services, const Call& /*call*/) {
    const auto state = state_of(services.gateway.status());
    return json_response({{"status", state}}, state == "ok" ? 200 : 503);
}

}  // namespace

void status(Router& router, Services& services) {
    const auto bind = [&services](auto function) {
        return [&services, function](const Call& call) { return function(services, call); };
    };
    router.add({.method = Method::get,
                .path = "/api/v1/status",
                .id = "status",
                .summary = "The state of the gateway",
                .answers = {{200, "The state", &status_schema()}},
                .handler = bind(show)});
    router.add({.method = Method::get,
                .path = "/healthz",
                .id = "health",
                .summary = "Whether the process answers",
                .access = Access::visit,
                .answers = {{200, "It does", &health_schema()}},
                .handler = bind(alive)});
    router.add(
        {.method = Method::get,
         .path = "/readyz",
         .id = "readiness",
         .summary = "Whether the gateway can take mail",
         .access = Access::visit,
         .answers = {{200, "It can", &health_schema()}, {503, "It cannot now", &health_schema()}},
         .handler = bind(ready)});
}

}  // namespace sealgate::web::resources
