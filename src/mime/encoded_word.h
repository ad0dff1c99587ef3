#pragma once
// SPDX-License-Identifier: Apache-2.0

#include <string>
#include <string_view>

namespace sealgate::mime {

// UTF-8 text as the value of an unstructured field that we write, folded so that no line is longer
// than 76 characters; `column` is where the value begins ("Subject: " is 9). ASCII that folds at
// single blanks stays as it is; all else becomes RFC 2047 encoded words (Q or B, what is shorter).
// Controls become blanks and invalid UTF-8 becomes U+FFFD, so nothing in `text` can end the field.
[[nodiscard]] std::string encode_header_text(std::string_view text, std::size_t column);

}  // namespace sealgate::mime
