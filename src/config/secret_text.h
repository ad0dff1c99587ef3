#pragma once
// SPDX-License-Identifier: Apache-2.0

#include <string>
#include <string_view>

namespace sealgate::config {

// "postgresql://user:secret@host/db" with the password, and any password among the parameters,
// replaced by "***".
[[nodiscard]] std::string without_password(std::string_view url);

}  // namespace sealgate::config
