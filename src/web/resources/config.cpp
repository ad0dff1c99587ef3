// SPDX-License-Identifier: Apache-2.0
// The settings in force, and who owns each.
#include "admin/configuration.h"
#include "web/problem.h"
#include "web/resources.h"
#include "web/resources/shared.h"

namespace sealgate::web::resources {

namespace {

const Schema& config_schema() {
    static const Schema kSchema{
        "Configuration",
        "",
        {{"file", Type::text, Presence::required, "Empty: built-in defaults"},
         {"toml", Type::text, Presence::required, "Secrets are hidden"}}};
    return kSchema;
}

const Schema& where_schema() {
    static const Schema kSchema{
        "SettingOwner",
        "",
        {{"key", Type::text},
         {"owner", Type::text},
         {"origin", Type::object, Presence::optional, "", {}, &origin_schema()},
         {"value", Type::text, Presence::required, "As TOML"},
         {"change_takes", Type::text, Presence::required, "", {"command", "reload", "restart"}},
         {"at_next_start",
          Type::text,
          Presence::optional,
          "The file was changed since; empty: it will be gone"},
         {"advice", Type::text, Presence::required, "How to change it"}}};
    return kSchema;
}

Result<Response> show(const Services& services, const Call& /*call*/) {
    SG_TRY(auto toml, admin::show_configuration(services.admin));
    return json_response({{"file", services.admin.settings()->file}, {"toml", std::move(toml)}});
}

Result<Response> where(const Services& services, const Call& call) {
    const auto key = call.find("key");
    if (!key) return problem(ErrorKind::malformed, "The query parameter 'key' is needed.");
    SG_TRY(const auto found, admin::where(services.admin, *key));
    OrderedJson out{{"key", found.key}, {"owner", admin::to_string(found.owner)}};
    put_origin(out, found.origin);
    out["value"] = found.value;
    out["change_takes"] = found.owner == admin::Owner::store ? "command"
                          : found.restart                    ? "restart"
                                                             : "reload";
    if (found.at_next_start) out["at_next_start"] = *found.at_next_start;
    out["advice"] = found.advice;
    return json_response(out);
}

}  // namespace

void config(Router& router, Services& services) {
    const auto bind = [&services](auto function) {
        return [&services, function](const Call& call) { return function(services, call); };
    };
    router.add({.method = Method::get,
                .path = "/api/v1/config",
                .id = "showConfiguration",
                .summary = "The settings in force",
                .answers = {{200, "As TOML", &config_schema()}},
                .handler = bind(show)});
    router.add({.method = Method::get,
                .path = "/api/v1/config/where",
                .id = "whereIsSetting",
                .summary = "Who owns a setting, and how it is changed",
                .query = {{"key", Type::text, "smtp.recipients, domain.example.com ..."}},
                .answers = {{200, "The owner", &where_schema()}},
                .handler = bind(where)});
}

}  // namespace sealgate::web::resources
