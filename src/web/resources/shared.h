#pragma once
// SPDX-License-Identifier: Apache-2.0
// What several resources need. For .cpp files of this folder only.

#include "admin/context.h"
#include "web/json.h"
#include "web/router.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace sealgate::web::resources {

inline constexpr std::size_t kPage = 100;          // items of a list, unless asked for
inline constexpr std::size_t kLargestPage = 1000;  // at most

[[nodiscard]] inline std::size_t page_size(const Call& call) {
    return std::clamp<std::size_t>(call.number("limit", kPage), 1, kLargestPage);
}

// The query parameters of every list.
[[nodiscard]] inline Parameter limit_parameter() {
    return {"limit", Type::integer, "Items a page, at most 1000; default 100"};
}
[[nodiscard]] inline Parameter cursor_parameter() {
    return {"cursor", Type::text, "next_cursor of the page before"};
}

[[nodiscard]] std::optional<WallTime> time_parameter(const Call& call, std::string_view name);

// Where an object declared in the configuration file stands.
[[nodiscard]] const Schema& origin_schema();
// Leaves "origin" out when there is none: then the object is in the store.
void put_origin(OrderedJson& object, const std::optional<config::Origin>& origin);

[[nodiscard]] admin::Actor actor(const Call& call);

// A strong validator of an answer's content, with its quotes (RFC 9110 section 8.8.3).
[[nodiscard]] std::string etag(std::string_view content);
// conflict: If-Match was sent and is not `current`.
[[nodiscard]] Status check_if_match(const Call& call, const std::string& current);

[[nodiscard]] Response no_content();

}  // namespace sealgate::web::resources
