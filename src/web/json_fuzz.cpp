// SPDX-License-Identifier: Apache-2.0
// What is accepted is within the limits, and is the same after it was written and read again.
#include "web/json.h"

#include <cstdint>
#include <string_view>
#include <vector>

namespace {

// Without recursion, as the parser.
std::size_t depth_of(const sealgate::web::Json& root) {
    std::size_t deepest = 0;
    std::vector<std::pair<const sealgate::web::Json*, std::size_t>> open{{&root, 0}};
    while (!open.empty()) {
        const auto [value, depth] = open.back();
        open.pop_back();
        deepest = std::max(deepest, depth + (value->is_structured() ? 1U : 0U));
        if (!value->is_structured()) continue;
        for (const auto& child : *value)
            open.emplace_back(&child, depth + 1);
    }
    return deepest;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace sealgate::web;  // NOLINT(google-build-using-namespace): one function
    const auto value = parse_json({reinterpret_cast<const char*>(data), size});
    if (!value) return 0;
    SG_CHECK(depth_of(*value) <= kJsonDepth);
    const auto again = parse_json(value->dump());
    SG_CHECK(again && *again == *value);
    static const Schema kSchema{"S", "", {{"a", Type::text}, {"b", Type::integer}}};
    (void)check_schema(*value, kSchema);
    return 0;
}
