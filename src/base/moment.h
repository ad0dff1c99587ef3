#pragma once
// SPDX-License-Identifier: Apache-2.0
// Moments as people write them: in the local time zone.

#include "base/clock.h"

#include <optional>
#include <string_view>

namespace sealgate {

// "5m", "2h", "1d 12h" (so long before `now`), "now", "today", "yesterday", "11:46" (its last one),
// "2026-11-25", "2026-11-25 07:14", "2026-11-25T07:14:36", or RFC 3339 with a zone. nullopt: none
// of these.
[[nodiscard]] std::optional<WallTime> parse_moment(std::string_view text, WallTime now);

}  // namespace sealgate
