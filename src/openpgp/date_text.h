#pragma once
// SPDX-License-Identifier: Apache-2.0
// Times as people and SOP write them.

#include "openpgp/key.h"

#include <string>

namespace sealgate::openpgp {

// "2019-10-29T12:11:04Z".
[[nodiscard]] std::string date_text(Timestamp time);

}  // namespace sealgate::openpgp
