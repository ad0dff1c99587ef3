// SPDX-License-Identifier: Apache-2.0
#include "admin/stored.h"

#include "admin/sentence.h"
#include "base/text.h"

#include <algorithm>
#include <cstdint>

namespace sealgate::admin {

namespace {

std::unexpected<Error> strange(std::string_view table, std::string_view value) {
    return fail(ErrorKind::internal,
                "admin.stored",
                "the table '" + std::string(table) + "' of the database holds " + quoted(value) +
                    ", which we did not write; restore the database from a backup");
}

Result<policy::ManagedDomain> domain_from(const std::string& name, std::int64_t subdomains) {
    auto domain = mime::Domain::parse(name);
    if (!domain || domain->is_literal()) return strange("domain", name);
    return policy::ManagedDomain{*std::move(domain), subdomains != 0};
}

Result<policy::UnmanagedOverride> override_from(const std::string& listener,
                                                const std::string& network,
                                                const std::string& domain,
                                                const std::string& action) {
    policy::UnmanagedOverride one;
    one.listener = listener;
    if (!network.empty()) {
        auto parsed = Network::parse(network);
        if (!parsed) return strange("unmanaged_override", network);
        one.network = *parsed;
    }
    if (!domain.empty()) {
        auto parsed = policy::DomainPattern::parse(domain);
        if (!parsed) return strange("unmanaged_override", domain);
        one.domain = *std::move(parsed);
    }
    const auto parsed = policy::parse_unmanaged_action(action);
    if (!parsed) return strange("unmanaged_override", action);
    one.action = *parsed;
    return one;
}

}  // namespace

Result<std::vector<StoredDomain>> load_domains(store::Session& session) {
    SG_TRY(const auto rows,
           (session.select<std::string, std::int64_t, std::int64_t, std::string>(
               "SELECT name, subdomains, added, added_by FROM domain ORDER BY name")));
    std::vector<StoredDomain> domains;
    domains.reserve(rows.size());
    for (const auto& [name, subdomains, added, added_by] : rows) {
        SG_TRY(policy::ManagedDomain domain, domain_from(name, subdomains));
        domains.push_back({std::move(domain), from_column(added), added_by});
    }
    return domains;
}

Result<std::optional<policy::ManagedDomain>> load_domain(store::Session& session,
                                                         const std::string& name) {
    SG_TRY(const auto rows,
           (session.select<std::string, std::int64_t>(
               "SELECT name, subdomains FROM domain WHERE name = :p1", {name})));
    if (rows.empty()) return std::optional<policy::ManagedDomain>{};
    SG_TRY(policy::ManagedDomain domain, domain_from(std::get<0>(rows[0]), std::get<1>(rows[0])));
    return std::optional(std::move(domain));
}

Result<std::vector<policy::Route>> load_routes(store::Session& session) {
    SG_TRY(
        const auto rows,
        (session
             .select<std::string, std::string, std::string, std::string, std::string, std::string>(
                 "SELECT pattern, next_hop, tls, tls_name, tls_ca_file, tls_pins FROM route "
                 "ORDER BY pattern")));
    std::vector<policy::Route> routes;
    for (const auto& [pattern, next_hop, tls, tls_name, tls_ca_file, tls_pins] : rows) {
        policy::Route route;
        auto domain = policy::DomainPattern::parse(pattern);
        if (!domain) return strange("route", pattern);
        auto hop = policy::NextHop::parse(next_hop);
        if (!hop) return strange("route", next_hop);
        const auto mode = policy::parse_route_tls(tls);
        if (!mode) return strange("route", tls);
        route.domain = *std::move(domain);
        route.next_hop = *std::move(hop);
        route.tls = *mode;
        route.tls_name = tls_name;
        route.tls_ca_file = tls_ca_file;
        for (const std::string_view text : split(tls_pins, ' ')) {
            if (text.empty()) continue;
            auto pin = policy::parse_key_pin(text);
            if (!pin) return strange("route", text);
            route.tls_pins.push_back(*std::move(pin));
        }
        routes.push_back(std::move(route));
    }
    return routes;
}

Result<policy::UnmanagedSenders> load_unmanaged(store::Session& session) {
    policy::UnmanagedSenders senders;
    SG_TRY(const auto setting,
           session.select<std::string>("SELECT action FROM unmanaged_setting WHERE id = 1"));
    for (const auto& [action] : setting) {
        const auto parsed = policy::parse_unmanaged_action(action);
        if (!parsed) return strange("unmanaged_setting", action);
        senders.action = *parsed;
    }
    SG_TRY(const auto rows,
           (session.select<std::string, std::string, std::string, std::string>(
               "SELECT listener, network, domain, action FROM unmanaged_override ORDER BY place")));
    for (const auto& [listener, network, domain, action] : rows) {
        SG_TRY(policy::UnmanagedOverride one, override_from(listener, network, domain, action));
        senders.overrides.push_back(std::move(one));
    }
    return senders;
}

Result<StoredTemplates> load_templates(store::Session& session) {
    SG_TRY(
        const auto rows,
        (session
             .select<std::string, std::string, std::string, std::string, std::int64_t, std::string>(
                 "SELECT name, language, content, html, changed, changed_by FROM template_text")));
    StoredTemplates templates;
    for (const auto& [name, language, text, html, changed, changed_by] : rows) {
        templates.emplace(TemplateKey{name, language},
                          StoredTemplate{{text, html}, from_column(changed), changed_by});
    }
    return templates;
}

const config::DeclaredDomain* declared_domain(const config::Settings& settings,
                                              const mime::Domain& name) {
    const auto found = std::ranges::find_if(
        settings.domains,
        [&](const config::DeclaredDomain& declared) { return declared.domain.name == name; });
    return found == settings.domains.end() ? nullptr : &*found;
}

const config::DeclaredRoute* declared_route(const config::Settings& settings,
                                            const policy::DomainPattern& pattern) {
    const auto found = std::ranges::find_if(
        settings.routes,
        [&](const config::DeclaredRoute& declared) { return declared.route.domain == pattern; });
    return found == settings.routes.end() ? nullptr : &*found;
}

std::int64_t to_column(WallTime time) {
    return time.time_since_epoch().count();
}

WallTime from_column(std::int64_t microseconds) {
    return WallTime(std::chrono::microseconds(microseconds));
}

}  // namespace sealgate::admin
