// SPDX-License-Identifier: Apache-2.0
// Message templates.
#include "admin/templates.h"

#include "web/resources.h"
#include "web/resources/shared.h"

namespace sealgate::web::resources {

namespace {

const Schema& template_schema() {
    static const Schema kSchema{
        "Template",
        "A message template",
        {{"name", Type::text},
         {"description", Type::text},
         {"replaced", Type::boolean, Presence::required, "Not the built-in text"},
         {"text", Type::text, Presence::required, "The text in use"},
         {"changed", Type::time, Presence::optional},
         {"changed_by", Type::text, Presence::optional}}};
    return kSchema;
}

const Schema& list_schema() {
    static const Schema kSchema{
        "Templates", "", {{"items", Type::list, Presence::required, "", {}, &template_schema()}}};
    return kSchema;
}

const Schema& text_schema() {
    static const Schema kSchema{"TemplateText", "", {{"text", Type::text}}};
    return kSchema;
}

const Schema& preview_request_schema() {
    static const Schema kSchema{
        "TemplatePreviewRequest",
        "",
        {{"text", Type::text, Presence::optional, "Default: the text in use"}}};
    return kSchema;
}

const Schema& preview_schema() {
    static const Schema kSchema{
        "TemplatePreview",
        "",
        {{"message", Type::text, Presence::required, "The message with sample values"}}};
    return kSchema;
}

OrderedJson to_json(const admin::TemplateEntry& entry) {
    OrderedJson out{{"name", entry.name},
                    {"description", entry.description},
                    {"replaced", entry.replaced},
                    {"text", entry.text}};
    put_time(out, "changed", entry.changed);
    if (!entry.changed_by.empty()) out["changed_by"] = entry.changed_by;
    return out;
}

Response with_etag(const admin::TemplateEntry& entry) {
    auto answer = json_response(to_json(entry));
    answer.fields.emplace_back("ETag", etag(entry.text));
    return answer;
}

Result<Response> list(const Services& services, const Call& /*call*/) {
    SG_TRY(const auto entries, admin::list_templates(services.admin));
    OrderedJson out{{"items", OrderedJson::array()}};
    for (const auto& entry : entries)
        out["items"].push_back(to_json(entry));
    return json_response(out);
}

Result<Response> show(const Services& services, const Call& call) {
    SG_TRY(const auto entry, admin::show_template(services.admin, call.at("name")));
    return with_etag(entry);
}

Result<Response> set(const Services& services, const Call& call) {
    std::optional<std::string> edited_from;
    if (!call.request.if_match.empty()) {
        SG_TRY(auto before, admin::show_template(services.admin, call.at("name")));
        SG_TRYV(check_if_match(call, etag(before.text)));
        edited_from = std::move(before.text);  // so that nobody gets in between either
    }
    SG_TRYV(admin::set_template(services.admin,
                                actor(call),
                                call.at("name"),
                                call.body["text"].get_ref<const std::string&>(),
                                edited_from));
    return show(services, call);
}

Result<Response> reset(const Services& services, const Call& call) {
    SG_TRYV(admin::reset_template(services.admin, actor(call), call.at("name")));
    return no_content();
}

Result<Response> preview(const Services& services, const Call& call) {
    std::optional<std::string> text;
    if (call.body.contains("text")) text = call.body["text"].get<std::string>();
    SG_TRY(auto message, admin::preview_template(services.admin, call.at("name"), text));
    return json_response({{"message", std::move(message)}});
}

}  // namespace

void templates(Router& router, Services& services) {
    const auto bind = [&services](auto function) {
        return [&services, function](const Call& call) { return function(services, call); };
    };
    router.add({.method = Method::get,
                .path = "/api/v1/templates",
                .id = "listTemplates",
                .summary = "The message templates",
                .answers = {{200, "All of them", &list_schema()}},
                .handler = bind(list)});
    router.add({.method = Method::get,
                .path = "/api/v1/templates/{name}",
                .id = "showTemplate",
                .summary = "One message template; its ETag is for If-Match",
                .answers = {{200, "The template", &template_schema()}},
                .handler = bind(show)});
    router.add({.method = Method::put,
                .path = "/api/v1/templates/{name}",
                .id = "setTemplate",
                .summary = "Replaces the text of a message template",
                .access = Access::change,
                .request = &text_schema(),
                .answers = {{200, "The template after the change", &template_schema()}},
                .handler = bind(set)});
    router.add({.method = Method::del,
                .path = "/api/v1/templates/{name}",
                .id = "resetTemplate",
                .summary = "Goes back to the built-in text",
                .access = Access::change,
                .answers = {{204, "The built-in text is in use"}},
                .handler = bind(reset)});
    router.add({.method = Method::post,
                .path = "/api/v1/templates/{name}/preview",
                .id = "previewTemplate",
                .summary = "The message that a template gives with sample values",
                .access = Access::read,
                .request = &preview_request_schema(),
                .answers = {{200, "The message", &preview_schema()}},
                .handler = bind(preview)});
}

}  // namespace sealgate::web::resources
