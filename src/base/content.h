#pragma once
// SPDX-License-Identifier: Apache-2.0

#include <memory>
#include <string>

namespace sealgate {

// The bytes of a message from its first header to its last CRLF, dot-unstuffed, exactly as
// received. Shared and never changed: what is added in front of it is written as a separate piece.
using Content = std::shared_ptr<const std::string>;

}  // namespace sealgate
