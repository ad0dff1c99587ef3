#pragma once
// SPDX-License-Identifier: Apache-2.0
// The schema, as the steps that lead to it. A step that was released is never changed: what must
// become different is a new step at the end.

#include "base/result.h"
#include "store/connection.h"

#include <span>
#include <string_view>
#include <vector>

namespace sealgate::store {

struct Migration {
    std::string_view name;
    std::vector<std::string_view> statements;  // for both engines
};

// Number n is the element n - 1.
[[nodiscard]] const std::vector<Migration>& migrations();

// Brings the schema up to the last of `steps`, all in one transaction: either all that is missing
// is done, or nothing. refused: the schema is newer than `steps`.
Status migrate(Connection& connection, std::span<const Migration> steps);

}  // namespace sealgate::store
