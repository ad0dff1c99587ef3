#pragma once
// SPDX-License-Identifier: Apache-2.0
// The machine-readable part of a report: message/delivery-status (RFC 3464) or its form with UTF-8
// (RFC 6533).

#include "delivery/dsn.h"

namespace sealgate::delivery {

// The fields about the message, then a block for each recipient, with empty lines between. `utf8`:
// addresses and diagnostics keep their UTF-8; else all is ASCII. Lines are folded at blanks and
// never longer than 998 octets.
[[nodiscard]] std::string delivery_status(const DsnRequest& request, bool utf8);

}  // namespace sealgate::delivery
