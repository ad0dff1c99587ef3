#pragma once
// SPDX-License-Identifier: Apache-2.0
// Times as people write and read them: in the local time zone.

#include "base/clock.h"

#include <optional>
#include <string>
#include <string_view>

namespace sealgate::cli {

// "2h", "1d 12h" (so long before `now`), "2026-11-25", "2026-11-25 07:14", "2026-11-25T07:14:36",
// or RFC 3339 with a zone. nullopt: none of these.
[[nodiscard]] std::optional<WallTime> parse_time(std::string_view text, WallTime now);

// "2026-11-25 07:14:36" from RFC 3339; the text itself when it is not that.
[[nodiscard]] std::string show_time(std::string_view rfc3339);

}  // namespace sealgate::cli
