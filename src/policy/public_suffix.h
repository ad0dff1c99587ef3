#pragma once
// SPDX-License-Identifier: Apache-2.0

#include "mime/address.h"

namespace sealgate::policy {

// Whether strangers register names directly below this domain ("com", "co.uk"), by the ICANN part
// of the public suffix list that libpsl carries. A top-level name that the list does not know, such
// as "lan", is not one.
[[nodiscard]] bool is_public_suffix(const mime::Domain& domain);

}  // namespace sealgate::policy
