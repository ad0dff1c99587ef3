// SPDX-License-Identifier: Apache-2.0
// Unmanaged senders: those seen, and what is done with them.
#include "admin/unmanaged.h"

#include "web/problem.h"
#include "web/resources.h"
#include "web/resources/shared.h"

namespace sealgate::web::resources {

namespace {

const std::vector<std::string_view> kActions{"reject", "bounce", "pass"};

const Schema& seen_schema() {
    static const Schema kSchema{
        "UnmanagedSender",
        "A domain that is not managed and tried to send through us",
        {{"domain", Type::text},
         {"unicode", Type::text, Presence::required, "The same for people"},
         {"count", Type::integer, Presence::required, "Messages"},
         {"first_seen", Type::time},
         {"last_seen", Type::time},
         {"last_source", Type::text, Presence::required, "IP address"},
         {"action", Type::text, Presence::required, "What was done last", kActions}}};
    return kSchema;
}

const Schema& list_schema() {
    static const Schema kSchema{"UnmanagedSenders",
                                "Most recently seen first",
                                {{"items", Type::list, Presence::required, "", {}, &seen_schema()},
                                 {"next_cursor", Type::text, Presence::optional}}};
    return kSchema;
}

const Schema& adopt_schema() {
    static const Schema kSchema{
        "Adoption", "", {{"subdomains", Type::boolean, Presence::optional, "As in NewDomain"}}};
    return kSchema;
}

const Schema& outcome_schema() {
    static const Schema kSchema{
        "AdoptionOutcome",
        "",
        {{"outcome", Type::text, Presence::required, "", {"added", "changed", "unchanged"}}}};
    return kSchema;
}

const Schema& override_schema() {
    static const Schema kSchema{
        "UnmanagedOverride",
        "All given fields must match",
        {{"listener", Type::text, Presence::optional},
         {"network", Type::text, Presence::optional, "Of the source: 10.1.0.0/16"},
         {"domain", Type::text, Presence::optional, "Of the sender: exact, \".suffix\" or \"*\""},
         {"action", Type::text, Presence::required, "", kActions}}};
    return kSchema;
}

const Schema& setting_schema() {
    static const Schema kSchema{
        "UnmanagedSetting",
        "What is done with mail from unmanaged senders",
        {{"action", Type::text, Presence::required, "", kActions},
         {"overrides",
          Type::list,
          Presence::required,
          "The first that matches decides",
          {},
          &override_schema()},
         {"origin", Type::object, Presence::optional, "", {}, &origin_schema()}}};
    return kSchema;
}

const Schema& new_setting_schema() {
    static const Schema kSchema{
        "NewUnmanagedSetting",
        "A field that is left out stays as it is",
        {{"action", Type::text, Presence::optional, "", kActions},
         {"overrides", Type::list, Presence::optional, "Replaces all", {}, &override_schema()}}};
    return kSchema;
}

OrderedJson to_json(const admin::SeenSender& seen) {
    return {{"domain", seen.domain},
            {"unicode", seen.unicode},
            {"count", seen.count},
            {"first_seen", to_rfc3339(seen.first_seen)},
            {"last_seen", to_rfc3339(seen.last_seen)},
            {"last_source", seen.last_source},
            {"action", policy::to_string(seen.last_action)}};
}

OrderedJson to_json(const admin::UnmanagedSetting& setting) {
    OrderedJson out{{"action", policy::to_string(setting.senders.action)},
                    {"overrides", OrderedJson::array()}};
    for (const auto& entry : setting.senders.overrides) {
        OrderedJson item = OrderedJson::object();
        if (!entry.listener.empty()) item["listener"] = entry.listener;
        if (entry.network) item["network"] = entry.network->to_string();
        if (entry.domain) item["domain"] = entry.domain->text();
        item["action"] = policy::to_string(entry.action);
        out["overrides"].push_back(std::move(item));
    }
    put_origin(out, setting.origin);
    return out;
}

// The cursor is the domain that ended the page before: domains seen meanwhile move to the front and
// are not shown again.
Result<Response> list(const Services& services, const Call& call) {
    SG_TRY(const auto seen, admin::list_unmanaged(services.admin, time_parameter(call, "since")));
    const auto limit = page_size(call);
    auto start = seen.begin();
    if (const auto cursor = call.find("cursor")) {
        start = std::find_if(
            seen.begin(), seen.end(), [&](const auto& entry) { return entry.domain == *cursor; });
        if (start == seen.end()) {
            return problem(ErrorKind::malformed, "The cursor is too old: begin again.");
        }
        ++start;
    }
    const auto count =
        std::min<std::size_t>(limit, static_cast<std::size_t>(std::distance(start, seen.end())));
    const auto end = start + static_cast<std::ptrdiff_t>(count);
    OrderedJson out{{"items", OrderedJson::array()}};
    for (auto entry = start; entry != end; ++entry)
        out["items"].push_back(to_json(*entry));
    if (end != seen.end()) out["next_cursor"] = std::prev(end)->domain;
    return json_response(out);
}

Result<Response> adopt(const Services& services, const Call& call) {
    std::optional<bool> subdomains;
    if (call.body.contains("subdomains")) subdomains = call.body["subdomains"].get<bool>();
    SG_TRY(const auto outcome,
           admin::adopt_unmanaged(services.admin, actor(call), call.at("domain"), subdomains));
    return json_response({{"outcome", admin::to_string(outcome)}});
}

Result<Response> show(const Services& services, const Call& /*call*/) {
    SG_TRY(const auto setting, admin::unmanaged_setting(services.admin));
    auto answer = json_response(to_json(setting));
    answer.fields.emplace_back("ETag", etag(answer.body));
    return answer;
}

Result<policy::UnmanagedOverride> parse_override(const Json& item) {
    policy::UnmanagedOverride out;
    out.listener = item.value("listener", "");
    if (item.contains("network")) {
        SG_TRY(out.network, Network::parse(item["network"].get<std::string>()));
    }
    if (item.contains("domain")) {
        SG_TRY(out.domain, policy::DomainPattern::parse(item["domain"].get<std::string>()));
    }
    out.action = policy::parse_unmanaged_action(item["action"].get<std::string>())
                     .value_or(policy::UnmanagedAction::reject);
    return out;
}

Result<Response> change(const Services& services, const Call& call) {
    SG_TRY(const auto before, admin::unmanaged_setting(services.admin));
    SG_TRYV(check_if_match(call, etag(dump(to_json(before)))));
    if (call.body.contains("overrides")) {
        std::vector<policy::UnmanagedOverride> overrides;
        for (const auto& item : call.body["overrides"]) {
            SG_TRY(auto entry, parse_override(item));
            overrides.push_back(std::move(entry));
        }
        SG_TRYV(admin::set_unmanaged_overrides(services.admin, actor(call), std::move(overrides)));
    }
    if (call.body.contains("action")) {
        const auto action = policy::parse_unmanaged_action(call.body["action"].get<std::string>());
        SG_TRYV(admin::set_unmanaged_action(
            services.admin, actor(call), action.value_or(policy::UnmanagedAction::reject)));
    }
    return show(services, call);
}

}  // namespace

void unmanaged(Router& router, Services& services) {
    const auto bind = [&services](auto function) {
        return [&services, function](const Call& call) { return function(services, call); };
    };
    router.add({.method = Method::get,
                .path = "/api/v1/unmanaged-senders",
                .id = "listUnmanagedSenders",
                .summary = "Domains that are not managed and tried to send through us",
                .query = {{"since", Type::time, "Last seen at or after it"},
                          limit_parameter(),
                          cursor_parameter()},
                .answers = {{200, "One page", &list_schema()}},
                .handler = bind(list)});
    router.add({.method = Method::post,
                .path = "/api/v1/unmanaged-senders/{domain}/adopt",
                .id = "adoptUnmanagedSender",
                .summary = "Makes a domain that was seen a managed one",
                .access = Access::change,
                .request = &adopt_schema(),
                .answers = {{200, "It is managed", &outcome_schema()}},
                .handler = bind(adopt)});
    router.add({.method = Method::get,
                .path = "/api/v1/unmanaged-senders/setting",
                .id = "showUnmanagedSetting",
                .summary = "What is done with mail from unmanaged senders",
                .answers = {{200, "The setting", &setting_schema()}},
                .handler = bind(show)});
    router.add({.method = Method::put,
                .path = "/api/v1/unmanaged-senders/setting",
                .id = "changeUnmanagedSetting",
                .summary = "Changes what is done with mail from unmanaged senders",
                .access = Access::change,
                .request = &new_setting_schema(),
                .answers = {{200, "The setting after the change", &setting_schema()}},
                .handler = bind(change)});
}

}  // namespace sealgate::web::resources
