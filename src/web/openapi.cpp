// SPDX-License-Identifier: Apache-2.0
#include "web/openapi.h"

#include "base/text.h"
#include "web/json.h"

#include <fmt/format.h>

namespace sealgate::web {

namespace {

constexpr std::string_view kProblem = "#/components/schemas/Problem";

class Writer {
public:
    explicit Writer(std::string_view version) {
        document_["openapi"] = "3.1.0";
        document_["info"] = {
            {"title", "Sealgate"},
            {"version", version},
            {"description",
             "Administration of a Sealgate gateway. Served on the control socket; the paths marked "
             "with x-access \"visit\" also on the TCP address of [api]."}};
        document_["servers"] = OrderedJson::array({{{"url", "/"}}});
        document_["paths"] = OrderedJson::object();
        components_ = {{"Problem", problem_schema()}};
    }

    void add(const Route& route) {
        OrderedJson operation{{"operationId", route.id},
                              {"summary", route.summary},
                              {"x-access", access(route.access)}};
        if (auto parameters = parameters_of(route); !parameters.empty()) {
            operation["parameters"] = std::move(parameters);
        }
        if (route.request != nullptr) {
            operation["requestBody"] = {{"required", true},
                                        {"content", json_content(reference(*route.request))}};
        } else if (route.text_limit > 0) {
            operation["requestBody"] = {
                {"required", true},
                {"content", {{"text/plain", {{"schema", {{"type", "string"}}}}}}}};
        }
        for (const auto& answer : route.answers) {
            OrderedJson entry{{"description", answer.description}};
            if (answer.schema != nullptr)
                entry["content"] = json_content(reference(*answer.schema));
            operation["responses"][std::to_string(answer.status)] = std::move(entry);
        }
        operation["responses"]["default"] = {
            {"description", "It failed; the problem says why."},
            {"content", {{"application/problem+json", {{"schema", {{"$ref", kProblem}}}}}}}};
        document_["paths"][std::string(route.path)][to_lower(to_string(route.method))] =
            std::move(operation);
    }

    std::string finish() {
        document_["components"] = {{"schemas", std::move(components_)}};
        return dump(document_);
    }

private:
    static std::string_view access(Access access) {
        switch (access) {
            case Access::visit:
                return "visit";
            case Access::read:
                return "read";
            case Access::change:
                return "change";
        }
        return "change";
    }

    static OrderedJson json_content(OrderedJson schema) {
        return {{"application/json", {{"schema", std::move(schema)}}}};
    }

    static OrderedJson simple(Type type) {
        switch (type) {
            case Type::integer:
                return {{"type", "integer"}, {"minimum", 0}};
            case Type::boolean:
                return {{"type", "boolean"}};
            case Type::time:
                return {{"type", "string"}, {"format", "date-time"}};
            case Type::texts:
                return {{"type", "array"}, {"items", {{"type", "string"}}}};
            case Type::numbers:
                return {{"type", "object"},
                        {"additionalProperties", {{"type", "integer"}, {"minimum", 0}}}};
            default:
                return {{"type", "string"}};
        }
    }

    // Registers the schema as a component on the way.
    OrderedJson reference(const Schema& schema) {
        const std::string name(schema.name);
        if (!components_.contains(name)) {
            components_[name] = nullptr;  // the name is taken while its fields are written
            components_[name] = describe(schema);
        }
        return {{"$ref", "#/components/schemas/" + name}};
    }

    OrderedJson describe(const Schema& schema) {
        OrderedJson out{{"type", "object"}};
        if (!schema.description.empty()) out["description"] = schema.description;
        out["properties"] = OrderedJson::object();
        OrderedJson required = OrderedJson::array();
        for (const auto& property : schema.properties) {
            OrderedJson entry;
            if (property.type == Type::object) {
                entry = reference(*property.item);
            } else if (property.type == Type::list) {
                entry = {{"type", "array"}, {"items", reference(*property.item)}};
            } else {
                entry = simple(property.type);
            }
            if (!property.values.empty()) entry["enum"] = property.values;
            if (!property.description.empty()) entry["description"] = property.description;
            out["properties"][std::string(property.name)] = std::move(entry);
            if (property.presence == Presence::required) required.push_back(property.name);
        }
        if (!required.empty()) out["required"] = std::move(required);
        out["additionalProperties"] = false;
        return out;
    }

    static OrderedJson parameters_of(const Route& route) {
        OrderedJson out = OrderedJson::array();
        for (const auto part : split(route.path, '/')) {
            if (!part.starts_with('{')) continue;
            out.push_back({{"name", part.substr(1, part.size() - 2)},
                           {"in", "path"},
                           {"required", true},
                           {"schema", {{"type", "string"}}}});
        }
        for (const auto& parameter : route.query) {
            OrderedJson schema = simple(parameter.type);
            if (!parameter.values.empty()) schema["enum"] = parameter.values;
            out.push_back({{"name", parameter.name},
                           {"in", "query"},
                           {"description", parameter.description},
                           {"schema", std::move(schema)}});
        }
        return out;
    }

    static OrderedJson problem_schema() {
        return {{"type", "object"},
                {"description", "RFC 9457"},
                {"properties",
                 {{"type", {{"type", "string"}}},
                  {"title", {{"type", "string"}}},
                  {"status", {{"type", "integer"}}},
                  {"detail", {{"type", "string"}}},
                  {"text", {{"type", "string"}, {"description", "A query that is wrong"}}},
                  {"position",
                   {{"type", "integer"}, {"description", "Where in it, in characters from 0"}}},
                  {"length", {{"type", "integer"}}},
                  {"errors",
                   {{"type", "array"},
                    {"items",
                     {{"type", "object"},
                      {"properties",
                       {{"pointer", {{"type", "string"}}}, {"detail", {{"type", "string"}}}}}}}}}}},
                {"required", OrderedJson::array({"type", "title", "status"})}};
    }

    OrderedJson document_;
    OrderedJson components_;
};

}  // namespace

std::string openapi_document(const Router& router, std::string_view version) {
    Writer writer(version);
    for (const auto& route : router.routes())
        writer.add(route);
    return writer.finish();
}

}  // namespace sealgate::web
