#pragma once
// SPDX-License-Identifier: Apache-2.0
// What makes bytes fit for 7-bit lines (RFC 2045 section 6), for parts that we write.

#include <string>
#include <string_view>

namespace sealgate::mime {

// Without line ends.
[[nodiscard]] std::string base64(std::string_view bytes);

// Quoted-printable lines of at most 76 characters with CRLF between them, which decode to exactly
// these bytes: CRLF is a line end, a CR or LF alone is encoded.
[[nodiscard]] std::string quoted_printable(std::string_view text);

}  // namespace sealgate::mime
