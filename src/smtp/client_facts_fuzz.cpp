// SPDX-License-Identifier: Apache-2.0
// What is taken holds no control character and no value longer than its limit, and says something.
#include "base/result.h"
#include "smtp/client_facts.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace sealgate::smtp {
namespace {

void check_text(const std::optional<std::string>& text) {
    if (!text) return;
    SG_CHECK(text->size() <= 255);
    SG_CHECK(std::ranges::none_of(
        *text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }));
}

void check_input(std::string_view input) {
    for (const std::string_view attributes : {kXclientAttributes, kXforwardAttributes}) {
        const auto facts = parse_client_facts(input, attributes);
        if (!facts) {
            SG_CHECK(facts.error().code == 501);
            continue;
        }
        for (const auto* text : {&facts->name,
                                 &facts->protocol,
                                 &facts->helo,
                                 &facts->login,
                                 &facts->ident,
                                 &facts->source})
            check_text(*text);
        SG_CHECK(facts->address_given || !facts->address);
        ClientFacts sum;
        sum.add(*facts);
        SG_CHECK(sum == *facts);
    }
}

}  // namespace
}  // namespace sealgate::smtp

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    sealgate::smtp::check_input({reinterpret_cast<const char*>(data), size});
    return 0;
}
