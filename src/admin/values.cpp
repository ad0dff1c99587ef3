// SPDX-License-Identifier: Apache-2.0
#include "admin/values.h"

#include <nlohmann/json.hpp>

namespace sealgate::admin {

namespace {

using Json = nlohmann::json;  // keeps keys sorted

std::string dump(const Json& json) {
    // What is not UTF-8 is replaced: a record must never fail for the bytes in it.
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

std::string to_json(const policy::ManagedDomain& domain) {
    return dump({{"name", domain.name.ascii()}, {"subdomains", domain.subdomains}});
}

std::string to_json(const policy::Route& route) {
    Json json = {{"domain", route.domain.text()},
                 {"next_hop", route.next_hop.to_string()},
                 {"tls", policy::to_string(route.tls)},
                 {"tls_name", route.tls_name}};
    if (!route.tls_ca_file.empty()) json["tls_ca_file"] = route.tls_ca_file;
    if (!route.tls_pins.empty()) json["tls_pins"] = route.tls_pins;
    return dump(json);
}

std::string to_json(const policy::UnmanagedSenders& senders) {
    Json overrides = Json::array();
    for (const policy::UnmanagedOverride& one : senders.overrides) {
        Json json = {{"action", policy::to_string(one.action)}};
        if (!one.listener.empty()) json["listener"] = one.listener;
        if (one.network) json["network"] = one.network->to_string();
        if (one.domain) json["domain"] = one.domain->text();
        overrides.push_back(std::move(json));
    }
    return dump({{"action", policy::to_string(senders.action)}, {"override", overrides}});
}

std::string to_json(const QueueSubject& subject) {
    return dump({{"connection", to_string(subject.connection)},
                 {"recipients", subject.recipients},
                 {"sender", subject.sender}});
}

std::string queue_state_json(std::string_view state, std::string_view reason) {
    Json json = {{"state", state}};
    if (!reason.empty()) json["reason"] = reason;
    return dump(json);
}

std::string to_json(std::string_view text) {
    return dump(Json(std::string(text)));
}

std::string to_json(const TemplateText& text) {
    if (text.html.empty()) return to_json(std::string_view(text.text));
    return dump(Json{{"html", text.html}, {"text", text.text}});
}

}  // namespace sealgate::admin
