// SPDX-License-Identifier: Apache-2.0
// A target that is accepted is the same after it was encoded and taken apart again.
#include "web/target.h"

#include <cstdint>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace sealgate::web;  // NOLINT(google-build-using-namespace): one function
    const auto target = parse_target({reinterpret_cast<const char*>(data), size});
    if (!target) return 0;
    std::string text;
    for (const auto& segment : target->segments)
        text += "/" + percent_encode(segment);
    if (text.empty()) text = "/";
    char separator = '?';
    for (const auto& [name, value] : target->query) {
        text += separator + percent_encode(name) + "=" + percent_encode(value);
        separator = '&';
    }
    const auto again = parse_target(text);
    SG_CHECK(again);
    SG_CHECK(again->segments == target->segments);
    SG_CHECK(again->query == target->query);
    return 0;
}
