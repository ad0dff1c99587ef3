#pragma once
// SPDX-License-Identifier: Apache-2.0
// Durations and sizes as people write them; the readers are in settings.h.

#include <chrono>
#include <cstdint>
#include <string>

namespace sealgate::config {

// "1h 30min"; parse_duration takes it back.
[[nodiscard]] std::string format_duration(std::chrono::seconds duration);
// "50 MiB": the largest unit that divides the size; parse_size takes it back.
[[nodiscard]] std::string format_size(std::uint64_t octets);

}  // namespace sealgate::config
