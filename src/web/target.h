#pragma once
// SPDX-License-Identifier: Apache-2.0
// A request target taken apart (RFC 3986, origin form only).

#include "base/result.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sealgate::web {

struct Target {
    std::vector<std::string> segments;                       // decoded; "/api/v1" is {"api", "v1"}
    std::vector<std::pair<std::string, std::string>> query;  // decoded, in order
};

// malformed: not starting with "/", an empty segment, a "%" without two hex digits, an encoded
// control character, invalid UTF-8. A "/" that is encoded stays inside its segment. exhausted: more
// than 32 segments or 64 query parameters.
[[nodiscard]] Result<Target> parse_target(std::string_view text);

// For one path segment or query value.
[[nodiscard]] std::string percent_encode(std::string_view text);

}  // namespace sealgate::web
