#pragma once
// SPDX-License-Identifier: Apache-2.0
// Times as people read them: in the local time zone. How they write them: base/moment.h.

#include "base/moment.h"

#include <string>
#include <string_view>

namespace sealgate::cli {

// "2026-11-25 07:14:36" from RFC 3339; the text itself when it is not that.
[[nodiscard]] std::string show_time(std::string_view rfc3339);

}  // namespace sealgate::cli
