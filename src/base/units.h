#pragma once
// SPDX-License-Identifier: Apache-2.0
// Durations and sizes as people write them.

#include "base/result.h"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace sealgate {

// "30s", "5min", "2h", "1d", also combined ("1h 30min"); a bare number is refused.
[[nodiscard]] Result<std::chrono::seconds> parse_duration(std::string_view text);
// "50 MiB", "64KiB", "1 GB", "512 B"; a bare number is refused.
[[nodiscard]] Result<std::uint64_t> parse_size(std::string_view text);

// "1h 30min"; parse_duration takes it back.
[[nodiscard]] std::string format_duration(std::chrono::seconds duration);
// "50 MiB": the largest unit that divides the size; parse_size takes it back.
[[nodiscard]] std::string format_size(std::uint64_t octets);

}  // namespace sealgate
