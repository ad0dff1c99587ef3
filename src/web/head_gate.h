#pragma once
// SPDX-License-Identifier: Apache-2.0
// The gate before the HTTP parser: a request head is looked at byte for byte before any library
// interprets it, so that no two readers can disagree about where a request ends (request
// smuggling). What passes has one framing and one reading; everything doubtful is refused and the
// connection closed.

#include "base/result.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace sealgate::web {

inline constexpr std::size_t kHeadLimit = 16UL * 1024;  // octets, request line and fields
inline constexpr std::size_t kFieldLimit = 100;         // fields of one head

// How the body is delimited, as the head declares it (RFC 9112 section 6.3).
struct Framing {
    bool chunked = false;
    std::optional<std::uint64_t> content_length;
    bool http11 = true;
    bool expects_continue = false;
};

// Finds the end of a head in bytes that arrive in pieces. Each byte is looked at once.
class HeadGate {
public:
    // `bytes` is everything received so far, from the first byte of the head. The length of the
    // head with its empty line, or nullopt while it is not complete. malformed: a bare CR or LF, a
    // NUL, or an empty first line. exhausted: longer than kHeadLimit.
    [[nodiscard]] Result<std::optional<std::size_t>> find_end(std::string_view bytes);
    // Ready for the next head.
    void reset() { *this = HeadGate(); }

private:
    std::size_t seen_ = 0;
    std::size_t line_ = 0;  // octets of the line so far, without CR
    bool cr_ = false;
};

// Judges a complete head, as found by find_end. malformed: a request line that is not exactly
// "METHOD SP TARGET SP HTTP/1.0|1.1", a field without a token name, a blank before the colon,
// folding, control characters, Transfer-Encoding beside Content-Length, other than once and exactly
// "chunked", or under HTTP/1.0; more than one Content-Length or one that is not a plain number; no
// Host or several under HTTP/1.1. exhausted: more than kFieldLimit fields.
[[nodiscard]] Result<Framing> check_head(std::string_view head);

}  // namespace sealgate::web
