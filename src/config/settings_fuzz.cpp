// SPDX-License-Identifier: Apache-2.0
// Whatever the file holds, reading it ends; and what was read without a problem is printed in a
// form that is read back the same.
#include "config/settings.h"

#include <cstdint>
#include <cstdlib>
#include <string_view>

// NOLINTNEXTLINE(readability-identifier-naming): the name that libFuzzer calls
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using sealgate::config::Loaded;
    using sealgate::config::parse;
    using sealgate::config::print;
    using sealgate::config::Problem;
    using sealgate::config::restart_needed;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const Loaded loaded = parse(text, "fuzz");
    for (const Problem& problem : loaded.problems) {
        if (problem.message.empty() || to_string(problem).find('\n') != std::string::npos) {
            std::abort();
        }
    }
    if (!loaded.problems.empty()) return 0;
    const std::string printed = print(loaded.settings);
    const Loaded again = parse(printed, "printed");
    if (!again.problems.empty() || print(again.settings) != printed) std::abort();
    if (!restart_needed(again.settings, again.settings).empty()) std::abort();
    return 0;
}
