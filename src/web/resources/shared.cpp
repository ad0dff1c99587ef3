// SPDX-License-Identifier: Apache-2.0
#include "web/resources/shared.h"

#include "base/text.h"

#include <fmt/format.h>

#include <cstdint>

namespace sealgate::web::resources {

std::optional<WallTime> time_parameter(const Call& call, std::string_view name) {
    const auto text = call.find(name);
    WallTime time;
    if (!text || !from_rfc3339(*text, time)) return std::nullopt;
    return time;
}

const Schema& origin_schema() {
    static const Schema kSchema{"Origin",
                                "The place in the configuration file that declares the object; "
                                "such an object is changed there only",
                                {{"file", Type::text}, {"line", Type::integer}}};
    return kSchema;
}

void put_origin(OrderedJson& object, const std::optional<config::Origin>& origin) {
    if (origin) object["origin"] = {{"file", origin->file}, {"line", origin->line}};
}

admin::Actor actor(const Call& call) {
    const bool cli = call.request.user_agent.starts_with("sealgate/");
    return {.name = call.request.caller.name, .via = cli ? "cli" : "api"};
}

std::string etag(std::string_view content) {
    // FNV-1a: it only has to notice an honest change.
    std::uint64_t hash = 14695981039346656037ULL;
    for (const char c : content) {
        hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
    }
    return fmt::format("\"{:016x}\"", hash);
}

Status check_if_match(const Call& call, const std::string& current) {
    const auto& wanted = call.request.if_match;
    if (wanted.empty() || wanted == "*") return {};
    for (const auto candidate : split(wanted, ',')) {
        if (trim(candidate) == current) return {};
    }
    return fail(ErrorKind::conflict,
                "web.if_match",
                "it was changed meanwhile; read it again, then change it");
}

Response no_content() {
    return {.status = 204, .content_type = {}, .body = {}, .fields = {}};
}

}  // namespace sealgate::web::resources
