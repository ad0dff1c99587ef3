#pragma once
// SPDX-License-Identifier: Apache-2.0
// Reads structured field values (RFC 5322 section 3.2, RFC 2045 section 5.1) from left to right:
// comments by a counter and not by recursion, every octet looked at once.

#include <string>
#include <string_view>

namespace sealgate::mime {

class StructuredReader {
public:
    explicit StructuredReader(std::string_view text) : text_(text) {}

    // Blanks, line ends of folding, and comments (nested, with quoted pairs). A comment that is
    // not closed takes the rest.
    void skip_blanks();
    // Characters of an RFC 2045 token; "" when none stands here.
    std::string_view token();
    // The content of a quoted string without quotes and backslashes, when one begins here. One that
    // is not closed ends with the text.
    bool quoted_string(std::string& out);
    bool take(char c);
    // To behind the next `c` that stands in no quoted string and no comment, or to the end.
    void skip_behind(char c);

    [[nodiscard]] bool at_end() const { return at_ == text_.size(); }
    [[nodiscard]] std::size_t position() const { return at_; }

private:
    void skip_comment();

    std::string_view text_;
    std::size_t at_ = 0;
};

}  // namespace sealgate::mime
