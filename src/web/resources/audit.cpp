// SPDX-License-Identifier: Apache-2.0
// The audit log.
#include "admin/audit.h"

#include "base/text.h"
#include "web/problem.h"
#include "web/resources.h"
#include "web/resources/shared.h"

namespace sealgate::web::resources {

namespace {

const Schema& record_schema() {
    static const Schema kSchema{
        "AuditRecord",
        "",
        {{"number", Type::integer},
         {"time", Type::time},
         {"actor", Type::text},
         {"via", Type::text},
         {"action", Type::text},
         {"object", Type::text},
         {"before", Type::text, Presence::required, "JSON; null: was not there"},
         {"after", Type::text, Presence::required, "JSON; null: is gone"},
         {"previous", Type::text, Presence::required, "Hash of the record before"},
         {"hash", Type::text}}};
    return kSchema;
}

const Schema& list_schema() {
    static const Schema kSchema{
        "AuditRecords",
        "Newest first",
        {{"items", Type::list, Presence::required, "", {}, &record_schema()},
         {"next_cursor", Type::text, Presence::optional}}};
    return kSchema;
}

const Schema& verdict_schema() {
    static const Schema kSchema{
        "AuditVerdict",
        "",
        {{"good", Type::boolean},
         {"records", Type::integer, Presence::required, "Good ones, from the first on"},
         {"head", Type::text, Presence::required, "Hash of the last good record"},
         {"first_bad", Type::integer, Presence::optional},
         {"problem", Type::text, Presence::optional}}};
    return kSchema;
}

Result<Response> search(const Services& services, const Call& call) {
    admin::AuditQuery query{.since = time_parameter(call, "since"),
                            .until = time_parameter(call, "until"),
                            .actor = call.find("actor"),
                            .action = call.find("action"),
                            .text = call.find("text"),
                            .below = std::nullopt,
                            .limit = page_size(call)};
    if (const auto cursor = call.find("cursor")) {
        query.below = parse_number(*cursor);
        if (!query.below) return problem(ErrorKind::malformed, "The cursor is not one of ours.");
    }
    SG_TRY(const auto records, admin::search_audit(services.admin, query));
    OrderedJson out{{"items", OrderedJson::array()}};
    for (const auto& record : records) {
        out["items"].push_back({{"number", record.number},
                                {"time", to_rfc3339(record.time)},
                                {"actor", record.actor},
                                {"via", record.via},
                                {"action", record.action},
                                {"object", record.object},
                                {"before", record.before},
                                {"after", record.after},
                                {"previous", record.previous},
                                {"hash", record.hash}});
    }
    if (records.size() == query.limit && records.back().number > 1) {
        out["next_cursor"] = std::to_string(records.back().number);
    }
    return json_response(out);
}

Result<Response> verify(const Services& services, const Call& /*call*/) {
    SG_TRY(const auto verdict, admin::verify_audit(services.admin));
    OrderedJson out{
        {"good", verdict.problem.empty()}, {"records", verdict.records}, {"head", verdict.head}};
    if (verdict.first_bad) out["first_bad"] = *verdict.first_bad;
    if (!verdict.problem.empty()) out["problem"] = verdict.problem;
    return json_response(out);
}

}  // namespace

void audit(Router& router, Services& services) {
    const auto bind = [&services](auto function) {
        return [&services, function](const Call& call) { return function(services, call); };
    };
    router.add({.method = Method::get,
                .path = "/api/v1/audit",
                .id = "searchAudit",
                .summary = "Changes that were made, newest first",
                .query = {{"since", Type::time, "At or after it"},
                          {"until", Type::time, "Before it"},
                          {"actor", Type::text, "Exactly"},
                          {"action", Type::text, "Exactly, or a prefix such as domain."},
                          {"text", Type::text, "In object, before or after"},
                          limit_parameter(),
                          cursor_parameter()},
                .answers = {{200, "One page", &list_schema()}},
                .handler = bind(search)});
    router.add({.method = Method::get,
                .path = "/api/v1/audit/verification",
                .id = "verifyAudit",
                .summary = "Reads the whole chain of hashes and says whether it holds",
                .answers = {{200, "The verdict", &verdict_schema()}},
                .handler = bind(verify)});
}

}  // namespace sealgate::web::resources
