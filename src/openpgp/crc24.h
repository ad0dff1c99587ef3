#pragma once
// SPDX-License-Identifier: Apache-2.0
// The checksum of ASCII armour (RFC 9580 section 6.1). It finds accidents, not attacks, and nobody
// may demand it: it is only here for readers that do, and to report what a sender wrote.

#include <cstdint>
#include <string_view>

namespace sealgate::openpgp {

// 24 bits.
[[nodiscard]] std::uint32_t crc24(std::string_view octets);

}  // namespace sealgate::openpgp
