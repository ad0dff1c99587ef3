#pragma once
// SPDX-License-Identifier: Apache-2.0
// DATE arguments.

#include "cli/sop/exit_code.h"
#include "openpgp/key.h"

#include <optional>
#include <string_view>

namespace sealgate::cli::sop {

// "now", or ISO 8601: "2019-10-29T12:11:04+00:00", "20191029T121104Z", "2019-10-29"; without a zone
// it is UTC. nullopt: not a date, or before 1970 or after 2106.
[[nodiscard]] std::optional<openpgp::Timestamp> parse_date(std::string_view text,
                                                           openpgp::Timestamp now);

}  // namespace sealgate::cli::sop
