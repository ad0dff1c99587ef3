#pragma once
// SPDX-License-Identifier: Apache-2.0
// Base 64 (RFC 4648 section 4), strict: for keys and tokens, not for mail bodies.

#include <optional>
#include <string>
#include <string_view>

namespace sealgate::crypto {

[[nodiscard]] std::string base64_encode(std::string_view bytes);
// nullopt for anything that base64_encode would not have written: foreign characters, line ends,
// missing padding, bits set that do not count. One text, one meaning.
[[nodiscard]] std::optional<std::string> base64_decode(std::string_view text);

}  // namespace sealgate::crypto
