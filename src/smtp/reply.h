#pragma once
// SPDX-License-Identifier: Apache-2.0
// SMTP replies: ours to write (RFC 5321 section 4.2, RFC 2034, RFC 3463), peers' to read.

#include "base/result.h"

#include <optional>
#include <string>
#include <string_view>

namespace sealgate::smtp {

struct Reply {
    int code = 0;          // 200..599
    std::string enhanced;  // "5.7.1", or "" where none is sent (greeting, EHLO, 354)
    std::string text;      // lines separated by '\n'; ASCII or UTF-8, no CR

    [[nodiscard]] bool positive() const { return code >= 200 && code < 300; }
    [[nodiscard]] bool intermediate() const { return code >= 300 && code < 400; }
    [[nodiscard]] bool transient() const { return code >= 400 && code < 500; }
    [[nodiscard]] bool permanent() const { return code >= 500 && code < 600; }
    // One line for logs and reports: "550 5.7.1 no such user".
    [[nodiscard]] std::string line() const;
    bool operator==(const Reply&) const = default;
};

// The wire form, each line ended by CRLF; text is cleaned (controls become spaces) and long lines
// are cut at 510 octets, so nothing of a peer's text can add a line.
[[nodiscard]] std::string render(const Reply& reply);

// Reads replies from a server. A line may have kMaxReplyLine octets with its CRLF, a reply
// kMaxReplyLines lines; what is over is malformed, never cut silently. Controls in the text (other
// than those refused) are read as spaces. A line that ends in a bare LF is refused as well: text
// that a server quotes from a stranger could otherwise end one reply and begin the next.
class ReplyParser {
public:
    static constexpr std::size_t kMaxReplyLine = 4096;
    static constexpr std::size_t kMaxReplyLines = 128;

    // Takes bytes from the peer. They are kept until a reply is complete.
    void feed(std::string_view bytes);
    // The next complete reply; nullopt when more bytes are needed; malformed when the bytes are not
    // SMTP replies (no code, changed code in a multi-line reply, too long, bare CR or LF, NUL).
    // After an error every further call fails: the connection cannot be used again.
    [[nodiscard]] Result<std::optional<Reply>> next();
    // Bytes that are buffered and belong to no finished reply: must be empty before STARTTLS.
    [[nodiscard]] bool has_buffered() const { return start_ < buffer_.size() || lines_ > 0; }

private:
    Status take_line(std::string_view line);

    std::string buffer_;
    std::size_t start_ = 0;    // first byte that is not consumed
    std::size_t scanned_ = 0;  // no LF between start_ and here, so that slow peers cost no rescans
    Reply reply_;              // the one under way
    std::size_t lines_ = 0;    // of it
    bool last_line_ = false;
    bool failed_ = false;
};

}  // namespace sealgate::smtp
