// SPDX-License-Identifier: Apache-2.0
// Whatever a file of the store's objects holds, reading it ends; and what was read without a
// problem is printed in a form that is read back the same.
#include "config/objects.h"

#include <cstdint>
#include <cstdlib>
#include <string_view>

// NOLINTNEXTLINE(readability-identifier-naming): the name that libFuzzer calls
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using sealgate::config::parse_objects;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto loaded = parse_objects(text, "fuzz");
    for (const auto& problem : loaded.problems) {
        if (problem.message.empty() || to_string(problem).find('\n') != std::string::npos) {
            std::abort();
        }
    }
    if (!loaded.problems.empty()) return 0;
    const std::string printed = print(loaded.objects);
    const auto again = parse_objects(printed, "printed");
    if (!again.problems.empty() || print(again.objects) != printed) std::abort();
    if (again.objects.templates.size() != loaded.objects.templates.size()) std::abort();
    for (std::size_t i = 0; i < again.objects.templates.size(); ++i) {
        const auto& one = loaded.objects.templates[i].message;
        const auto& same = again.objects.templates[i].message;
        if (same.text != one.text || same.html != one.html || same.language != one.language) {
            std::abort();
        }
    }
    return 0;
}
