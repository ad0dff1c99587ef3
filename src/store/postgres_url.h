#pragma once
// SPDX-License-Identifier: Apache-2.0

#include "base/result.h"

#include <string>
#include <string_view>

namespace sealgate::store {

// "postgresql://user@host:5432/name?sslmode=require" as "user=... host=... port=... dbname=...
// sslmode=...", the one form that SOCI hands on to libpq whole. refused, with a sentence: a value
// that has no such form (blanks, '=', quotes, backslashes), bad percent signs.
[[nodiscard]] Result<std::string> connection_words(std::string_view url);

}  // namespace sealgate::store
