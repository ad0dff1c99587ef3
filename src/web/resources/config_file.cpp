// SPDX-License-Identifier: Apache-2.0
// The store as a file: exported, compared with a file, made equal to one.
#include "admin/store_file.h"
#include "config/objects.h"
#include "web/problem.h"
#include "web/resources.h"
#include "web/resources/shared.h"

#include <fmt/format.h>

namespace sealgate::web::resources {

namespace {

const Schema& export_schema() {
    static const Schema kSchema{
        "StoreExport",
        "What lies in the store; the ETag is for If-Match of applyConfiguration",
        {{"toml", Type::text}, {"state", Type::text, Presence::required, "As in the ETag"}}};
    return kSchema;
}

const Schema& change_schema() {
    static const Schema kSchema{
        "StoreChange",
        "",
        {{"change", Type::text, Presence::required, "", {"add", "remove", "change"}},
         {"object",
          Type::text,
          Presence::required,
          "",
          {"domain", "route", "unmanaged_senders", "unmanaged_senders.override", "template"}},
         {"name", Type::text, Presence::optional, "Where there can be several"},
         {"before",
          Type::text,
          Presence::optional,
          "Fields as TOML, the action, or the text of a template"},
         {"after", Type::text, Presence::optional, "The same"}}};
    return kSchema;
}

const Schema& comparison_schema() {
    static const Schema kSchema{
        "StoreComparison",
        "",
        {{"changes", Type::list, Presence::required, "", {}, &change_schema()},
         {"removals", Type::integer, Presence::required, "Of the changes"},
         {"state",
          Type::text,
          Presence::required,
          "Of the store, as in the ETag; after applyConfiguration: the new one"}}};
    return kSchema;
}

std::string etag_of(std::string_view state) {
    return fmt::format("\"{}\"", state);
}

Response with_state(const OrderedJson& body, std::string_view state) {
    auto answer = json_response(body);
    answer.fields.emplace_back("ETag", etag_of(state));
    return answer;
}

// Findings with their lines: the first in the sentence, with the file's name.
Response refuse(ProblemDetail detail, const std::vector<config::Problem>& found) {
    detail.detail = config::to_string(found.front());
    constexpr std::size_t kShown = 100;
    for (const config::Problem& one : found) {
        if (found.size() == 1 || detail.errors.size() == kShown) break;
        detail.errors.emplace_back("/" + std::to_string(one.line), one.message);
    }
    return problem(detail);
}

Response show(const admin::StoreComparison& comparison) {
    if (!comparison.problems.empty()) {
        return refuse({.status = 422, .type = "malformed", .title = "The input is not valid"},
                      comparison.problems);
    }
    if (!comparison.owned.empty()) {
        return refuse({.status = 409, .type = "conflict", .title = "Changed meanwhile or not ours"},
                      comparison.owned);
    }
    OrderedJson out{{"changes", OrderedJson::array()},
                    {"removals", comparison.removals},
                    {"state", comparison.state}};
    for (const admin::StoreChange& one : comparison.changes) {
        OrderedJson item{{"change", admin::to_string(one.kind)}, {"object", one.object}};
        if (!one.name.empty()) item["name"] = one.name;
        if (one.kind != admin::StoreChangeKind::add) item["before"] = one.before;
        if (one.kind != admin::StoreChangeKind::remove) item["after"] = one.after;
        out["changes"].push_back(std::move(item));
    }
    return with_state(out, comparison.state);
}

std::string file_name(const Call& call) {
    return call.find("file").value_or("the file");
}

Result<Response> write(const Services& services, const Call& /*call*/) {
    SG_TRY(auto made, admin::export_store(services.admin));
    const std::string state = made.state;
    return with_state({{"toml", std::move(made.toml)}, {"state", state}}, state);
}

Result<Response> compare(const Services& services, const Call& call) {
    SG_TRY(const auto comparison,
           admin::compare_store(services.admin, call.request.body, file_name(call)));
    return show(comparison);
}

Result<Response> apply(const Services& services, const Call& call) {
    const admin::ApplyOptions options{
        .removals = call.flag("removals"),
        .guard = [&](const std::string& state) { return check_if_match(call, etag_of(state)); }};
    SG_TRY(const auto comparison,
           admin::apply_store(
               services.admin, actor(call), call.request.body, file_name(call), options));
    return show(comparison);
}

}  // namespace

void config_file(Router& router, Services& services) {
    const auto bind = [&services](auto function) {
        return [&services, function](const Call& call) { return function(services, call); };
    };
    const Parameter file{"file", Type::text, "The name of the file, for messages"};
    router.add(
        {.method = Method::get,
         .path = "/api/v1/config/export",
         .id = "exportConfiguration",
         .summary = "Domains, routes, unmanaged senders and templates of the store as a file",
         .answers = {{200, "The file", &export_schema()}},
         .handler = bind(write)});
    router.add({.method = Method::post,
                .path = "/api/v1/config/diff",
                .id = "compareConfiguration",
                .summary = "What applyConfiguration would change",
                .access = Access::read,
                .query = {file},
                .text_limit = config::kMaxObjectsFile,
                .answers = {{200, "The changes", &comparison_schema()}},
                .handler = bind(compare)});
    router.add({.method = Method::post,
                .path = "/api/v1/config/apply",
                .id = "applyConfiguration",
                .summary = "Makes the store equal to a file, all or nothing",
                .access = Access::change,
                .query = {file,
                          {"removals",
                           Type::boolean,
                           "What the file leaves out may be removed; else that is refused"}},
                .text_limit = config::kMaxObjectsFile,
                .answers = {{200, "What was changed", &comparison_schema()}},
                .handler = bind(apply)});
}

}  // namespace sealgate::web::resources
