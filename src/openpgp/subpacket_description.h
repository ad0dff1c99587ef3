#pragma once
// SPDX-License-Identifier: Apache-2.0
// A signature subpacket in words (RFC 9580 section 5.2.3), for inspect.h.

#include "openpgp/signature.h"

#include <string>

namespace sealgate::openpgp {

// Its value as one line, what is foreign escaped; "" for an embedded signature.
[[nodiscard]] std::string describe_subpacket(const Subpacket& subpacket);

}  // namespace sealgate::openpgp
