// SPDX-License-Identifier: Apache-2.0
// Any octets are described in lines that hold no control characters.
#include "base/result.h"
#include "openpgp/inspect.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace {

void check(const sealgate::openpgp::Description& description) {
    for (const std::string* text : {&description.name, &description.value}) {
        SG_CHECK(std::ranges::all_of(
            *text, [](char c) { return static_cast<unsigned char>(c) >= 0x20 && c != 0x7F; }));
    }
    for (const auto& part : description.parts)
        check(part);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const sealgate::openpgp::Policy policy;
    check(sealgate::openpgp::inspect(
        std::string_view(reinterpret_cast<const char*>(data), size),
        {.policy = policy, .now = 1'796'000'000, .lines = 10'000, .unpacked = 4U << 20U}));
    return 0;
}
