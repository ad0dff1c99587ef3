// SPDX-License-Identifier: Apache-2.0
// Alerts: what is wrong, what was, and who is told.
#include "admin/alerts.h"

#include "web/resources.h"
#include "web/resources/shared.h"

namespace sealgate::web::resources {

namespace {

constexpr std::size_t kRecent = 20;

const Schema& alert_schema() {
    static const Schema kSchema{
        "Alert",
        "",
        {{"id", Type::integer},
         {"name", Type::text, Presence::required, "Of its kind"},
         {"subject", Type::text, Presence::required, "Which of several; empty where there is one"},
         {"title", Type::text},
         {"detail", Type::text, Presence::required, "What to do"},
         {"raised", Type::time},
         {"ended", Type::time, Presence::optional, "Left out while it lasts"},
         {"end_detail", Type::text, Presence::optional}}};
    return kSchema;
}

const Schema& kind_schema() {
    static const Schema kSchema{
        "AlertKind",
        "",
        {{"name", Type::text},
         {"description", Type::text},
         {"silenced_until", Type::time, Presence::optional, "No notices before"},
         {"silenced_by", Type::text, Presence::optional}}};
    return kSchema;
}

const Schema& list_schema() {
    static const Schema kSchema{
        "Alerts",
        "",
        {{"active", Type::list, Presence::required, "Oldest first", {}, &alert_schema()},
         {"recent", Type::list, Presence::required, "Ended, latest first", {}, &alert_schema()},
         {"kinds", Type::list, Presence::required, "", {}, &kind_schema()},
         {"waiting_notices", Type::integer, Presence::required, "Not sent yet"}}};
    return kSchema;
}

const Schema& silence_schema() {
    static const Schema kSchema{
        "AlertSilence", "", {{"seconds", Type::integer, Presence::required, "From now on"}}};
    return kSchema;
}

const Schema& silenced_schema() {
    static const Schema kSchema{"AlertSilenced", "", {{"until", Type::time}}};
    return kSchema;
}

const Schema& sink_schema() {
    static const Schema kSchema{"AlertSinkAnswer",
                                "",
                                {{"sink", Type::text},
                                 {"taken", Type::boolean},
                                 {"problem", Type::text, Presence::optional, "Why not"}}};
    return kSchema;
}

const Schema& test_schema() {
    static const Schema kSchema{
        "AlertTest",
        "How each sink took the notice",
        {{"sinks", Type::list, Presence::required, "", {}, &sink_schema()}}};
    return kSchema;
}

OrderedJson to_json(const admin::Alert& alert) {
    OrderedJson out{{"id", alert.id},
                    {"name", alert.name},
                    {"subject", alert.subject},
                    {"title", alert.title},
                    {"detail", alert.detail},
                    {"raised", to_rfc3339(alert.raised)}};
    put_time(out, "ended", alert.ended);
    if (!alert.end_detail.empty()) out["end_detail"] = alert.end_detail;
    return out;
}

Result<Response> list(const Services& services, const Call& call) {
    const std::size_t recent = std::min(call.number("recent", kRecent), kLargestPage);
    SG_TRY(const auto all, admin::list_alerts(services.admin, recent));
    OrderedJson out{{"active", OrderedJson::array()},
                    {"recent", OrderedJson::array()},
                    {"kinds", OrderedJson::array()}};
    for (const auto& alert : all.active)
        out["active"].push_back(to_json(alert));
    for (const auto& alert : all.recent)
        out["recent"].push_back(to_json(alert));
    for (const auto& kind : admin::alert_kinds()) {
        OrderedJson item{{"name", kind.name}, {"description", kind.description}};
        for (const auto& silence : all.silences) {
            if (silence.name != kind.name) continue;
            item["silenced_until"] = to_rfc3339(silence.until);
            item["silenced_by"] = silence.by;
        }
        out["kinds"].push_back(std::move(item));
    }
    out["waiting_notices"] = all.waiting_notices;
    return json_response(out);
}

Result<Response> silence(const Services& services, const Call& call) {
    // Longer than what is allowed in any case, so that it cannot overflow.
    constexpr std::uint64_t kLongest = 10ULL * 366 * 86400;
    const auto seconds = std::min(call.body["seconds"].get<std::uint64_t>(), kLongest);
    const WallTime until = services.admin.clock().now() + std::chrono::seconds(seconds);
    SG_TRYV(admin::silence_alert(services.admin, actor(call), call.at("name"), until));
    return json_response({{"until", to_rfc3339(until)}});
}

Result<Response> unsilence(const Services& services, const Call& call) {
    SG_TRYV(admin::silence_alert(services.admin, actor(call), call.at("name"), std::nullopt));
    return no_content();
}

Result<Response> test(const Services& services, const Call& call) {
    SG_TRY(const auto answers, admin::test_alert(services.admin, actor(call), call.at("name")));
    OrderedJson out{{"sinks", OrderedJson::array()}};
    for (const auto& answer : answers) {
        OrderedJson item{{"sink", answer.sink}, {"taken", answer.problem.empty()}};
        if (!answer.problem.empty()) item["problem"] = answer.problem;
        out["sinks"].push_back(std::move(item));
    }
    return json_response(out);
}

}  // namespace

void alerts(Router& router, Services& services) {
    const auto bind = [&services](auto function) {
        return [&services, function](const Call& call) { return function(services, call); };
    };
    router.add({.method = Method::get,
                .path = "/api/v1/alerts",
                .id = "listAlerts",
                .summary = "What is wrong now, and what was lately",
                .query = {{"recent", Type::integer, "How many that have ended; default 20"}},
                .answers = {{200, "Both", &list_schema()}},
                .handler = bind(list)});
    router.add({.method = Method::put,
                .path = "/api/v1/alerts/{name}/silence",
                .id = "silenceAlert",
                .summary = "Holds back the notices of a kind of alert for some time",
                .access = Access::change,
                .request = &silence_schema(),
                .answers = {{200, "Until when", &silenced_schema()}},
                .handler = bind(silence)});
    router.add({.method = Method::del,
                .path = "/api/v1/alerts/{name}/silence",
                .id = "endAlertSilence",
                .summary = "Sends the notices of a kind of alert again",
                .access = Access::change,
                .answers = {{204, "Done"}},
                .handler = bind(unsilence)});
    router.add({.method = Method::post,
                .path = "/api/v1/alerts/{name}/test",
                .id = "testAlert",
                .summary = "Sends a test notice through every sink",
                .access = Access::change,
                .answers = {{200, "How each took it", &test_schema()}},
                .handler = bind(test)});
}

}  // namespace sealgate::web::resources
