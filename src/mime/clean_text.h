#pragma once
// SPDX-License-Identifier: Apache-2.0
// Foreign text made fit for a message that we write: valid UTF-8 without controls.

#include <string>
#include <string_view>

namespace sealgate::mime {

// Controls become blanks, octets that are not UTF-8 become U+FFFD. A result that would be longer
// than `limit` octets is cut at a character and ends with "...".
[[nodiscard]] std::string clean_line(std::string_view text, std::size_t limit = std::string::npos);

// The same for text of several lines: LF and CRLF become LF, tabs stay.
[[nodiscard]] std::string clean_lines(std::string_view text, std::size_t limit = std::string::npos);

}  // namespace sealgate::mime
