#pragma once
// SPDX-License-Identifier: Apache-2.0
// The one place that frames a message: for DATA (RFC 5321 section 4.5.2) and for BDAT (RFC 3030
// section 2).

#include "base/result.h"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace sealgate::smtp {

struct FramedContent {
    // What goes on the wire, in order; for DATA with the end of data. Views on the caller's pieces
    // (two views that overlap by one octet send a dot twice), on static text and on `copied`.
    std::vector<std::string_view> pieces;
    // Content with very many leading dots is copied from some point on: a view for each of millions
    // of dots would cost more than the bytes.
    std::unique_ptr<std::string> copied;
};

// Doubles the dots that begin a line of the pieces taken as one stream, and ends the data. A
// message always ends with CRLF: one is added where the content does not end with it; empty content
// gives ".\r\n" alone. refused: a CR without LF, a LF without CR, or a NUL, wherever the border of
// the pieces lies; detail names the offset. One linear pass.
[[nodiscard]] Result<FramedContent> stuff_dots(const std::vector<std::string_view>& pieces);

// The pieces as the one chunk of a message, which ends with CRLF as above; no dot is touched.
// refused: as above, since a next hop may hand the message on by DATA. One linear pass.
[[nodiscard]] Result<FramedContent> frame_chunk(const std::vector<std::string_view>& pieces);

}  // namespace sealgate::smtp
