// SPDX-License-Identifier: Apache-2.0
// What parses is written so that it parses to the same again, within the limits of RFC 5321.
#include "base/result.h"
#include "base/text.h"
#include "mime/address.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>

using sealgate::mime::Address;
using sealgate::mime::Domain;

namespace {

void check_domain(std::string_view text) {
    const auto domain = Domain::parse(text);
    if (!domain) return;
    SG_CHECK(!domain->empty() && domain->ascii().size() <= 253);
    SG_CHECK(sealgate::is_ascii(domain->ascii()));
    const auto again = Domain::parse(domain->ascii());
    SG_CHECK(again && *again == *domain);
    SG_CHECK(!domain->is_subdomain_of(*domain));
}

void check_address(std::string_view text) {
    const auto address = Address::parse(text);
    if (!address) return;
    SG_CHECK(address->text() == text);
    const std::string wire = address->wire();
    SG_CHECK(wire.size() <= 254);
    SG_CHECK(std::none_of(
        wire.begin(), wire.end(), [](char c) { return (c >= 0 && c < 0x20) || c == 0x7F; }));
    SG_CHECK(address->needs_smtputf8() != sealgate::is_ascii(wire));
    const auto again = Address::parse(wire);
    SG_CHECK(again && *again == *address && again->wire() == wire);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    check_domain(text);
    check_address(text);
    return 0;
}
