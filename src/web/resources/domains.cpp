// SPDX-License-Identifier: Apache-2.0
// Managed domains.
#include "admin/domains.h"

#include "web/problem.h"
#include "web/resources.h"
#include "web/resources/shared.h"
#include "web/target.h"

namespace sealgate::web::resources {

namespace {

constexpr std::size_t kImportLimit = 64UL * 1024 * 1024;

const Schema& domain_schema() {
    static const Schema kSchema{
        "Domain",
        "An entry of the list of managed domains",
        {{"name", Type::text, Presence::required, "In A-label form"},
         {"unicode", Type::text, Presence::required, "The same for people"},
         {"subdomains", Type::boolean, Presence::required, "Covers its subdomains as well"},
         {"origin", Type::object, Presence::optional, "", {}, &origin_schema()},
         {"added", Type::time, Presence::optional},
         {"added_by", Type::text, Presence::optional}}};
    return kSchema;
}

const Schema& list_schema() {
    static const Schema kSchema{
        "Domains",
        "By name",
        {{"items", Type::list, Presence::required, "", {}, &domain_schema()},
         {"next_cursor", Type::text, Presence::optional}}};
    return kSchema;
}

const Schema& new_domain_schema() {
    static const Schema kSchema{
        "NewDomain",
        "",
        {{"name", Type::text},
         {"subdomains",
          Type::boolean,
          Presence::optional,
          "Left out: an entry that is there stays as it is, a new one has false"}}};
    return kSchema;
}

const Schema& outcome_schema() {
    static const Schema kSchema{
        "DomainOutcome",
        "",
        {{"outcome", Type::text, Presence::required, "", {"added", "changed", "unchanged"}},
         {"subdomains", Type::boolean, Presence::required, "Whether it covers subdomains now"}}};
    return kSchema;
}

const Schema& import_schema() {
    static const Schema kSchema{
        "DomainImport",
        "",
        {{"added", Type::integer}, {"changed", Type::integer}, {"unchanged", Type::integer}}};
    return kSchema;
}

const Schema& test_schema() {
    static const Schema kSchema{
        "DomainTest",
        "",
        {{"domain", Type::text, Presence::required, "What was looked up, in A-label form"},
         {"managed", Type::boolean},
         {"entry",
          Type::object,
          Presence::optional,
          "The entry that makes it managed",
          {},
          &domain_schema()}}};
    return kSchema;
}

OrderedJson to_json(const admin::DomainEntry& entry) {
    OrderedJson out{{"name", entry.domain.name.ascii()},
                    {"unicode", entry.unicode},
                    {"subdomains", entry.domain.subdomains}};
    put_origin(out, entry.origin);
    put_time(out, "added", entry.added);
    if (!entry.added_by.empty()) out["added_by"] = entry.added_by;
    return out;
}

Result<Response> list(const Services& services, const Call& call) {
    SG_TRY(const auto entries, admin::list_domains(services.admin));
    const auto after = call.find("cursor").value_or("");
    const auto limit = page_size(call);
    OrderedJson out{{"items", OrderedJson::array()}};
    std::string last;
    for (const auto& entry : entries) {
        const auto& name = entry.domain.name.ascii();
        if (!after.empty() && name <= after) continue;
        if (out["items"].size() == limit) {
            out["next_cursor"] = last;
            break;
        }
        out["items"].push_back(to_json(entry));
        last = name;
    }
    return json_response(out);
}

Result<Response> add(const Services& services, const Call& call) {
    const auto name = call.body["name"].get<std::string>();
    std::optional<bool> subdomains;
    if (call.body.contains("subdomains")) subdomains = call.body["subdomains"].get<bool>();
    SG_TRY(const auto outcome, admin::add_domain(services.admin, actor(call), name, subdomains));
    SG_TRY(const auto covers, admin::covers_subdomains(services.admin, name));
    auto answer = json_response(
        {{"outcome", admin::to_string(outcome)}, {"subdomains", covers.value_or(false)}},
        outcome == admin::Outcome::added ? 201 : 200);
    if (outcome == admin::Outcome::added) {
        answer.fields.emplace_back("Location", "/api/v1/domains/" + percent_encode(name));
    }
    return answer;
}

Result<Response> remove(const Services& services, const Call& call) {
    SG_TRYV(admin::remove_domain(services.admin, actor(call), call.at("name")));
    return no_content();
}

Result<Response> import(const Services& services, const Call& call) {
    SG_TRY(const auto report,
           admin::import_domains(
               services.admin, actor(call), call.request.body, call.flag("dry_run")));
    if (report.problems.empty()) {
        return json_response({{"added", report.added},
                              {"changed", report.changed},
                              {"unchanged", report.unchanged}});
    }
    ProblemDetail detail{.status = 422,
                         .type = "malformed",
                         .title = "The input is not valid",
                         .detail = "Nothing was imported; correct these lines first:"};
    constexpr std::size_t kShown = 100;
    for (const auto& problem : report.problems) {
        if (detail.errors.size() == kShown) break;
        detail.errors.emplace_back("/" + std::to_string(problem.line), problem.message);
    }
    return problem(detail);
}

Result<Response> test(const Services& services, const Call& call) {
    const auto address = call.find("address");
    if (!address) return problem(ErrorKind::malformed, "The query parameter 'address' is needed.");
    SG_TRY(const auto result, admin::test_domain(services.admin, *address));
    OrderedJson out{{"domain", result.domain.ascii()}, {"managed", result.entry.has_value()}};
    if (result.entry) out["entry"] = to_json(*result.entry);
    return json_response(out);
}

}  // namespace

void domains(Router& router, Services& services) {
    const auto bind = [&services](auto function) {
        return [&services, function](const Call& call) { return function(services, call); };
    };
    router.add({.method = Method::get,
                .path = "/api/v1/domains",
                .id = "listDomains",
                .summary = "The managed domains, by name",
                .query = {limit_parameter(), cursor_parameter()},
                .answers = {{200, "One page", &list_schema()}},
                .handler = bind(list)});
    router.add(
        {.method = Method::post,
         .path = "/api/v1/domains",
         .id = "addDomain",
         .summary = "Adds a managed domain, or changes whether it covers its subdomains",
         .access = Access::change,
         .request = &new_domain_schema(),
         .answers = {{200, "It was there", &outcome_schema()}, {201, "Added", &outcome_schema()}},
         .handler = bind(add)});
    router.add({.method = Method::del,
                .path = "/api/v1/domains/{name}",
                .id = "removeDomain",
                .summary = "Removes a managed domain",
                .access = Access::change,
                .answers = {{204, "Removed"}},
                .handler = bind(remove)});
    router.add({.method = Method::post,
                .path = "/api/v1/domains/import",
                .id = "importDomains",
                .summary = "Adds many managed domains, one a line, all or nothing",
                .access = Access::change,
                .query = {{"dry_run", Type::boolean, "Only say what would change"}},
                .text_limit = kImportLimit,
                .answers = {{200, "Imported", &import_schema()}},
                .handler = bind(import)});
    router.add({.method = Method::get,
                .path = "/api/v1/domain-test",
                .id = "testDomain",
                .summary = "Whether an address or domain is managed, and by which entry",
                .query = {{"address", Type::text, "An address or a domain"}},
                .answers = {{200, "The answer", &test_schema()}},
                .handler = bind(test)});
}

}  // namespace sealgate::web::resources
