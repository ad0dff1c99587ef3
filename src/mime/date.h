#pragma once
// SPDX-License-Identifier: Apache-2.0

#include "base/clock.h"

#include <string>

namespace sealgate::mime {

// "Wed, 25 Nov 2026 07:14:36 +0000" (RFC 5322 section 3.3), in the time zone of the process. Cheap:
// each thread keeps the text of the second it last asked for.
[[nodiscard]] std::string format_date(WallTime time);

}  // namespace sealgate::mime
