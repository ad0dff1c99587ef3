// SPDX-License-Identifier: Apache-2.0
#include "admin/routes.h"

#include "admin/change.h"
#include "admin/sentence.h"
#include "admin/store_writes.h"
#include "admin/stored.h"
#include "admin/values.h"
#include "net/tls.h"
#include "store/database.h"

#include <algorithm>

namespace sealgate::admin {

namespace {

std::string named(const policy::DomainPattern& pattern) {
    return "the route for " + quoted(pattern.text());
}

Result<policy::DomainPattern> pattern_of(std::string_view text) {
    auto pattern = policy::DomainPattern::parse(text);
    if (!pattern) return bad_input(pattern.error().detail());
    return pattern;
}

std::string joined(const std::vector<std::string>& pins) {
    std::string text;
    for (const std::string& pin : pins)
        text += (text.empty() ? "" : " ") + pin;
    return text;
}

Result<policy::Route> route_of(const config::Settings& settings, const NewRoute& from) {
    policy::Route route;
    SG_TRY(route.domain, pattern_of(from.domain));
    auto hop = policy::NextHop::parse(from.next_hop);
    if (!hop) return bad_input("next_hop: " + hop.error().detail());
    SG_TRYV(check_next_hop(settings, *hop));
    route.next_hop = *std::move(hop);
    const auto tls = policy::parse_route_tls(from.tls);
    if (!tls) {
        return bad_input("tls: " + quoted(from.tls) +
                         " is not known; use none, opportunistic, required or verify");
    }
    route.tls = *tls;
    SG_TRYV(set_trust(settings, from, route));
    return route;
}

Result<std::optional<policy::Route>> load_route(store::Session& session,
                                                const policy::DomainPattern& pattern) {
    SG_TRY(auto routes, load_routes(session));
    const auto found = std::ranges::find_if(
        routes, [&](const policy::Route& route) { return route.domain == pattern; });
    if (found == routes.end()) return std::optional<policy::Route>{};
    return std::optional(std::move(*found));
}

}  // namespace

Status set_trust(const config::Settings& settings, const NewRoute& from, policy::Route& route) {
    route.tls_name.clear();
    route.tls_ca_file.clear();
    route.tls_pins.clear();
    for (const auto& [key, given] : {std::pair("tls_name", !from.tls_name.empty()),
                                     std::pair("tls_ca_file", !from.tls_ca_file.empty()),
                                     std::pair("tls_pins", !from.tls_pins.empty())}) {
        if (!given) continue;
        if (route.tls != policy::RouteTls::verify) {
            return bad_input(std::string(key) +
                             ": it is only looked at with tls 'verify'; leave it out");
        }
        if (!from.tls_pins.empty() && std::string_view(key) != "tls_pins") {
            return bad_input(
                std::string(key) +
                ": with tls_pins the server's key alone counts; leave one of them out");
        }
    }
    if (!from.tls_name.empty()) {
        auto name = domain_name(from.tls_name);
        if (!name) return bad_input("tls_name: " + name.error().detail());
        route.tls_name = name->ascii();
    }
    if (!from.tls_ca_file.empty()) {
        auto usable = net::TlsContext::client(true, settings.path(from.tls_ca_file));
        if (!usable) return bad_input("tls_ca_file: " + usable.error().detail());
        route.tls_ca_file = from.tls_ca_file;
    }
    for (const std::string& text : from.tls_pins) {
        auto pin = policy::parse_key_pin(text);
        if (!pin) return bad_input("tls_pins: " + pin.error().detail());
        route.tls_pins.push_back(*std::move(pin));
    }
    return {};
}

Status check_next_hop(const config::Settings& settings, const policy::NextHop& hop) {
    if (!hop.names_host()) return {};
    for (const config::Listener& listener : settings.listeners) {
        if (listener.address.port != hop.port || listener.address.host != hop.host) continue;
        return bad_input("next_hop: " + quoted(hop.to_string()) + " is our own listener '" +
                         listener.name + "': mail would go in circles; name another server");
    }
    return {};
}

Status put_route(store::Session& session,
                 Journal& journal,
                 const std::optional<policy::Route>& before,
                 const policy::Route& after) {
    SG_TRYV(session.execute(
        "INSERT INTO route (pattern, next_hop, tls, tls_name, tls_ca_file, tls_pins) "
        "VALUES (:p1, :p2, :p3, :p4, :p5, :p6) "
        "ON CONFLICT (pattern) DO UPDATE SET next_hop = excluded.next_hop, "
        "tls = excluded.tls, tls_name = excluded.tls_name, "
        "tls_ca_file = excluded.tls_ca_file, tls_pins = excluded.tls_pins",
        {after.domain.text(),
         after.next_hop.to_string(),
         std::string(policy::to_string(after.tls)),
         after.tls_name,
         after.tls_ca_file,
         joined(after.tls_pins)}));
    return journal.add("route.set",
                       after.domain.text(),
                       before ? to_json(*before) : std::string(kNothing),
                       to_json(after));
}

Status erase_route(store::Session& session, Journal& journal, const policy::Route& before) {
    SG_TRYV(session.execute("DELETE FROM route WHERE pattern = :p1", {before.domain.text()}));
    return journal.add("route.remove", before.domain.text(), to_json(before), kNothing);
}

Result<std::vector<RouteEntry>> list_routes(const Context& context) {
    const auto settings = context.settings();
    std::vector<RouteEntry> entries;
    for (const config::DeclaredRoute& one : settings->routes) {
        entries.push_back({one.route, one.origin});
    }
    SG_TRYV(context.database().read([&](store::Session& session) -> Status {
        SG_TRY(auto routes, load_routes(session));
        for (policy::Route& route : routes) {
            if (declared_route(*settings, route.domain) != nullptr) continue;
            entries.push_back({std::move(route), std::nullopt});
        }
        return {};
    }));
    std::ranges::sort(entries, {}, [](const RouteEntry& entry) -> const std::string& {
        return entry.route.domain.text();
    });
    return entries;
}

Result<Outcome> set_route(Context& context, const Actor& actor, const NewRoute& from) {
    const auto settings = context.settings();
    SG_TRY(const policy::Route route, route_of(*settings, from));
    if (const auto* declared = declared_route(*settings, route.domain)) {
        return managed_by_file(named(route.domain), declared->origin);
    }
    auto outcome = Outcome::unchanged;
    SG_TRYV(Changer::run(context, actor, [&](store::Session& session, Journal& journal) -> Status {
        SG_TRY(const auto before, load_route(session, route.domain));
        if (before && to_json(*before) == to_json(route)) return {};
        outcome = before ? Outcome::changed : Outcome::added;
        return put_route(session, journal, before, route);
    }));
    return outcome;
}

Status remove_route(Context& context, const Actor& actor, std::string_view domain) {
    SG_TRY(const policy::DomainPattern pattern, pattern_of(domain));
    if (const auto* declared = declared_route(*context.settings(), pattern)) {
        return managed_by_file(named(pattern), declared->origin);
    }
    return Changer::run(context, actor, [&](store::Session& session, Journal& journal) -> Status {
        SG_TRY(const auto before, load_route(session, pattern));
        if (!before) {
            return no_such("there is no route for " + quoted(pattern.text()) +
                           "; see 'route list' for those that there are");
        }
        return erase_route(session, journal, *before);
    });
}

}  // namespace sealgate::admin
