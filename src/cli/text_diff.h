#pragma once
// SPDX-License-Identifier: Apache-2.0

#include <string>
#include <string_view>

namespace sealgate::cli {

// What makes `before` into `after`, as diff -u shows it, with these names for the two; "" when they
// are the same. A text that does not end with a line end is compared as if it did. Where very
// much differs, all of that is shown as replaced.
[[nodiscard]] std::string unified_diff(std::string_view before,
                                       std::string_view after,
                                       std::string_view before_name,
                                       std::string_view after_name);

}  // namespace sealgate::cli
