#pragma once
// SPDX-License-Identifier: Apache-2.0

#include <string>

namespace sealgate::crypto {

// "OpenSSL 3.0.17": the library that is running, not the one we were built with.
[[nodiscard]] std::string backend();

}  // namespace sealgate::crypto
