// SPDX-License-Identifier: Apache-2.0
// Routes: where mail for a domain goes next.
#include "admin/routes.h"

#include "web/resources.h"
#include "web/resources/shared.h"

namespace sealgate::web::resources {

namespace {

const std::vector<std::string_view> kTls{"none", "opportunistic", "required", "verify"};

const Schema& route_schema() {
    static const Schema kSchema{
        "Route",
        "The most specific pattern wins",
        {{"domain", Type::text, Presence::required, "Exact, \".suffix\" or \"*\""},
         {"next_hop",
          Type::text,
          Presence::required,
          "host:port, mx, mx:DOMAIN, lmtp:host:port, lmtp:unix:/path or mailbox:DIR"},
         {"tls", Type::text, Presence::required, "", kTls},
         {"tls_name", Type::text, Presence::optional, "The name in the certificate, for verify"},
         {"tls_ca_file", Type::text, Presence::optional, "Its authorities, PEM"},
         {"tls_pins", Type::texts, Presence::optional, "SHA-256 of the public keys, for verify"},
         {"origin", Type::object, Presence::optional, "", {}, &origin_schema()}}};
    return kSchema;
}

const Schema& list_schema() {
    static const Schema kSchema{
        "Routes", "", {{"items", Type::list, Presence::required, "", {}, &route_schema()}}};
    return kSchema;
}

const Schema& new_route_schema() {
    static const Schema kSchema{
        "NewRoute",
        "",
        {{"domain", Type::text},
         {"next_hop", Type::text},
         {"tls", Type::text, Presence::optional, "Default opportunistic", kTls},
         {"tls_name", Type::text, Presence::optional},
         {"tls_ca_file", Type::text, Presence::optional},
         {"tls_pins", Type::texts, Presence::optional}}};
    return kSchema;
}

const Schema& outcome_schema() {
    static const Schema kSchema{
        "RouteOutcome",
        "",
        {{"outcome", Type::text, Presence::required, "", {"added", "changed", "unchanged"}}}};
    return kSchema;
}

Result<Response> list(const Services& services, const Call& /*call*/) {
    SG_TRY(const auto entries, admin::list_routes(services.admin));
    OrderedJson out{{"items", OrderedJson::array()}};
    for (const auto& entry : entries) {
        OrderedJson item{{"domain", entry.route.domain.text()},
                         {"next_hop", entry.route.next_hop.to_string()},
                         {"tls", policy::to_string(entry.route.tls)}};
        if (!entry.route.tls_name.empty()) item["tls_name"] = entry.route.tls_name;
        if (!entry.route.tls_ca_file.empty()) item["tls_ca_file"] = entry.route.tls_ca_file;
        if (!entry.route.tls_pins.empty()) item["tls_pins"] = entry.route.tls_pins;
        put_origin(item, entry.origin);
        out["items"].push_back(std::move(item));
    }
    return json_response(out);
}

Result<Response> set(const Services& services, const Call& call) {
    const admin::NewRoute route{
        .domain = call.body["domain"].get<std::string>(),
        .next_hop = call.body["next_hop"].get<std::string>(),
        .tls = call.body.value("tls", "opportunistic"),
        .tls_name = call.body.value("tls_name", ""),
        .tls_ca_file = call.body.value("tls_ca_file", ""),
        .tls_pins = call.body.value("tls_pins", std::vector<std::string>())};
    SG_TRY(const auto outcome, admin::set_route(services.admin, actor(call), route));
    return json_response({{"outcome", admin::to_string(outcome)}},
                         outcome == admin::Outcome::added ? 201 : 200);
}

Result<Response> remove(const Services& services, const Call& call) {
    SG_TRYV(admin::remove_route(services.admin, actor(call), call.at("domain")));
    return no_content();
}

}  // namespace

void routes(Router& router, Services& services) {
    const auto bind = [&services](auto function) {
        return [&services, function](const Call& call) { return function(services, call); };
    };
    router.add({.method = Method::get,
                .path = "/api/v1/routes",
                .id = "listRoutes",
                .summary = "Where mail goes next, by domain",
                .answers = {{200, "All of them", &list_schema()}},
                .handler = bind(list)});
    router.add(
        {.method = Method::post,
         .path = "/api/v1/routes",
         .id = "setRoute",
         .summary = "Adds a route, or replaces the one with the same pattern",
         .access = Access::change,
         .request = &new_route_schema(),
         .answers = {{200, "It was there", &outcome_schema()}, {201, "Added", &outcome_schema()}},
         .handler = bind(set)});
    router.add({.method = Method::del,
                .path = "/api/v1/routes/{domain}",
                .id = "removeRoute",
                .summary = "Removes a route",
                .access = Access::change,
                .answers = {{204, "Removed"}},
                .handler = bind(remove)});
}

}  // namespace sealgate::web::resources
