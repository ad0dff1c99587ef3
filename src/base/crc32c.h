#pragma once
// SPDX-License-Identifier: Apache-2.0
// CRC32C (Castagnoli, RFC 3720 appendix B.4): tells damage from data. Against a forger it proves
// nothing.

#include <cstdint>
#include <string_view>

namespace sealgate {

// The checksum of `bytes`. To go on over further pieces, hand in what came out before. Uses the
// processor's instruction where there is one (several GB/s), a table elsewhere.
[[nodiscard]] std::uint32_t crc32c(std::string_view bytes, std::uint32_t before = 0);
// The table, whatever the processor can do: for tests, and to measure against.
[[nodiscard]] std::uint32_t crc32c_portable(std::string_view bytes, std::uint32_t before = 0);

}  // namespace sealgate
