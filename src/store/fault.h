#pragma once
// SPDX-License-Identifier: Apache-2.0
// What a database's failure means to us.

#include "base/error.h"

#include <exception>
#include <string_view>

namespace sealgate::store {

// `doing`: the statement or step that failed, for our log.
[[nodiscard]] Error fault_of(const std::exception& exception, std::string_view doing);
// For a server that we could not connect to: SOCI tells no more of it than a text.
[[nodiscard]] Error unreachable(const std::exception& exception);

}  // namespace sealgate::store
