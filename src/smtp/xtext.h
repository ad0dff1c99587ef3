#pragma once
// SPDX-License-Identifier: Apache-2.0
// The encodings of DSN parameters and fields: xtext (RFC 3461 section 4) and the two forms of an
// address with UTF-8 (RFC 6533 section 3).

#include <optional>
#include <string>
#include <string_view>

namespace sealgate::smtp {

// Printable without blanks and "=", "+" only before two hex digits. `allow_utf8` lets valid UTF-8
// pass (utf-8-addr-unitext).
[[nodiscard]] bool is_xtext(std::string_view text, bool allow_utf8 = false);

// nullopt when it is not xtext or decodes to a control character.
[[nodiscard]] std::optional<std::string> decode_xtext(std::string_view text);

// Any text as xtext of ASCII.
[[nodiscard]] std::string encode_xtext(std::string_view text);

// Valid UTF-8 with each character outside ASCII as \x{HEX} (utf-8-addr-xtext); ASCII is left alone.
[[nodiscard]] std::string ascii_form(std::string_view utf8);

}  // namespace sealgate::smtp
