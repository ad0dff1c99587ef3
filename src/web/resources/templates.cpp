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
        "A message template in one language",
        {{"name", Type::text},
         {"description", Type::text},
         {"language", Type::text, Presence::optional, "Left out for the default text"},
         {"replaced", Type::boolean, Presence::required, "Not the built-in text"},
         {"text", Type::text, Presence::required, "The text in use"},
         {"html", Type::text, Presence::optional, "The HTML part in use"},
         {"built_in", Type::text, Presence::required, "The built-in text; it has no HTML part"},
         {"languages", Type::texts, Presence::required, "With a text beside the default one"},
         {"changed", Type::time, Presence::optional},
         {"changed_by", Type::text, Presence::optional}}};
    return kSchema;
}

const Schema& list_schema() {
    static const Schema kSchema{
        "Templates", "", {{"items", Type::list, Presence::required, "", {}, &template_schema()}}};
    return kSchema;
}

const Schema& change_schema() {
    static const Schema kSchema{
        "TemplateChange",
        "A field that is left out stays as it is",
        {{"text", Type::text, Presence::optional, "Subject line, an empty line, the text"},
         {"html", Type::text, Presence::optional, "The HTML part; empty takes it away"}}};
    return kSchema;
}

const Schema& preview_schema() {
    static const Schema kSchema{
        "TemplatePreview",
        "What a template gives with sample values",
        {{"message", Type::text, Presence::required, "Subject line, an empty line, the text"},
         {"html", Type::text, Presence::optional, "The HTML part"}}};
    return kSchema;
}

Parameter language_parameter() {
    return {"language", Type::text, "A language tag (RFC 5646); left out: the default text"};
}

OrderedJson to_json(const admin::TemplateEntry& entry) {
    OrderedJson out{{"name", entry.name}, {"description", entry.description}};
    if (!entry.language.empty()) out["language"] = entry.language;
    out["replaced"] = entry.replaced;
    out["text"] = entry.text.text;
    if (!entry.text.html.empty()) out["html"] = entry.text.html;
    out["built_in"] = entry.built_in;
    out["languages"] = entry.languages;
    put_time(out, "changed", entry.changed);
    if (!entry.changed_by.empty()) out["changed_by"] = entry.changed_by;
    return out;
}

std::string tag_of(const admin::TemplateText& text) {
    return etag(text.text + '\0' + text.html);
}

Response with_etag(const admin::TemplateEntry& entry) {
    auto answer = json_response(to_json(entry));
    answer.fields.emplace_back("ETag", tag_of(entry.text));
    return answer;
}

// The template and language that a call names; keeps the words that the names are views of.
struct Named {
    explicit Named(const Call& call)
        : words(call.find("language").value_or("")),
          name{call.at("name"), words} {}
    std::string words;
    admin::TemplateName name;
};

admin::TemplateChange change_of(const Call& call) {
    admin::TemplateChange change;
    if (call.body.contains("text")) change.text = call.body["text"].get<std::string>();
    if (call.body.contains("html")) change.html = call.body["html"].get<std::string>();
    return change;
}

Result<Response> list(const Services& services, const Call& /*call*/) {
    SG_TRY(const auto entries, admin::list_templates(services.admin));
    OrderedJson out{{"items", OrderedJson::array()}};
    for (const auto& entry : entries)
        out["items"].push_back(to_json(entry));
    return json_response(out);
}

Result<Response> show(const Services& services, const Call& call) {
    const Named named(call);
    SG_TRY(const auto entry, admin::show_template(services.admin, named.name));
    return with_etag(entry);
}

Result<Response> set(const Services& services, const Call& call) {
    const Named named(call);
    std::optional<admin::TemplateText> edited_from;
    if (!call.request.if_match.empty()) {
        SG_TRY(auto before, admin::show_template(services.admin, named.name));
        SG_TRYV(check_if_match(call, tag_of(before.text)));
        edited_from = std::move(before.text);  // so that nobody gets in between either
    }
    SG_TRYV(
        admin::set_template(services.admin, actor(call), named.name, change_of(call), edited_from));
    return show(services, call);
}

Result<Response> reset(const Services& services, const Call& call) {
    const Named named(call);
    SG_TRYV(admin::reset_template(services.admin, actor(call), named.name));
    return no_content();
}

Result<Response> preview(const Services& services, const Call& call) {
    const Named named(call);
    SG_TRY(auto message, admin::preview_template(services.admin, named.name, change_of(call)));
    OrderedJson out{{"message", std::move(message.text)}};
    if (!message.html.empty()) out["html"] = std::move(message.html);
    return json_response(out);
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
                .query = {language_parameter()},
                .answers = {{200, "The template", &template_schema()}},
                .handler = bind(show)});
    router.add({.method = Method::put,
                .path = "/api/v1/templates/{name}",
                .id = "setTemplate",
                .summary = "Replaces the text of a message template, or adds one in a language",
                .access = Access::change,
                .query = {language_parameter()},
                .request = &change_schema(),
                .answers = {{200, "The template after the change", &template_schema()}},
                .handler = bind(set)});
    router.add({.method = Method::del,
                .path = "/api/v1/templates/{name}",
                .id = "resetTemplate",
                .summary = "Goes back to the built-in text, or removes the one of a language",
                .access = Access::change,
                .query = {language_parameter()},
                .answers = {{204, "Done"}},
                .handler = bind(reset)});
    router.add({.method = Method::post,
                .path = "/api/v1/templates/{name}/preview",
                .id = "previewTemplate",
                .summary = "The message that a template gives with sample values",
                .access = Access::read,
                .query = {language_parameter()},
                .request = &change_schema(),
                .answers = {{200, "The message", &preview_schema()}},
                .handler = bind(preview)});
}

}  // namespace sealgate::web::resources
