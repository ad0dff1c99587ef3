#pragma once
// SPDX-License-Identifier: Apache-2.0
// JSON in and out. Heavy: for .cpp files of this folder only.

#include "base/clock.h"
#include "base/result.h"
#include "web/message.h"
#include "web/schema.h"

#include <nlohmann/json.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sealgate::web {

using Json = nlohmann::json;                 // what came in
using OrderedJson = nlohmann::ordered_json;  // what goes out, in the order it was written

inline constexpr std::size_t kJsonDepth = 64;
inline constexpr std::size_t kJsonValues = 100'000;

// malformed: not JSON (RFC 8259), a key twice in one object, a number that is out of range.
// exhausted: deeper than kJsonDepth, or more than kJsonValues values. No recursion, linear time.
[[nodiscard]] Result<Json> parse_json(std::string_view text);

// What is wrong with one field, as RFC 9457's "errors" extension carries it.
struct FieldError {
    std::string pointer;  // RFC 6901
    std::string detail;
};

// Every deviation from the schema, at most 20: unknown, missing and mistyped fields.
[[nodiscard]] std::vector<FieldError> check_schema(const Json& value, const Schema& schema);

// Texts that are not valid UTF-8 are written with replacement characters.
[[nodiscard]] std::string dump(const OrderedJson& value);
[[nodiscard]] Response json_response(const OrderedJson& value, unsigned status = 200);

// Leaves the field out when there is no time.
inline void put_time(OrderedJson& object, const char* name, const std::optional<WallTime>& time) {
    if (time) object[name] = to_rfc3339(*time);
}

}  // namespace sealgate::web
