#pragma once
// SPDX-License-Identifier: Apache-2.0
// Where a line of SMTP ends: the one place that decides it, for commands and for content.
//
// A line ends with CRLF. A CR or LF that is not part of one is "bare"; peers that disagree about
// bare ones can be made to see different commands or messages in the same bytes (SMTP smuggling),
// so nothing here ever takes one for a line end.

#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

namespace sealgate::smtp {

// What stands at the start of some bytes, up to and with the first LF.
struct LineScan {
    std::size_t octets = 0;  // that are decided: with the LF, or all but a CR at the very end
    bool complete = false;   // there is an LF
    bool crlf = false;       // and a CR before it
    bool bare_cr = false;    // a CR elsewhere
};

// Costs two memchr over the line. Bytes without LF are decided all the same, except a CR at their
// end, which the next byte explains.
[[nodiscard]] inline LineScan scan_line(std::string_view bytes) {
    LineScan scan;
    if (bytes.empty()) return scan;
    std::size_t text = 0;
    const void* lf = std::memchr(bytes.data(), '\n', bytes.size());
    if (lf != nullptr) {
        scan.complete = true;
        scan.octets = static_cast<std::size_t>(static_cast<const char*>(lf) - bytes.data()) + 1;
        scan.crlf = scan.octets >= 2 && bytes[scan.octets - 2] == '\r';
        text = scan.octets - (scan.crlf ? 2 : 1);
    } else {
        scan.octets = bytes.size() - (bytes.back() == '\r' ? 1 : 0);
        text = scan.octets;
    }
    scan.bare_cr = std::memchr(bytes.data(), '\r', text) != nullptr;
    return scan;
}

[[nodiscard]] inline bool has_nul(std::string_view bytes) {
    return !bytes.empty() && std::memchr(bytes.data(), '\0', bytes.size()) != nullptr;
}

enum class LineFault : std::uint8_t { none, bare_cr, bare_lf, nul, too_long };

// Buffers the bytes of a peer and cuts command lines off their front. How the bytes were cut when
// they were fed makes no difference to what comes out.
class LineReader {
public:
    // What may follow a faulty line before its CRLF; more makes the reader give up.
    static constexpr std::size_t kMaxSkipped = 1024UL * 1024UL;

    struct Line {
        std::string_view text;  // without its end; valid until the next call; empty with a fault
        LineFault fault = LineFault::none;
    };

    // `limit`: octets of a line with its CRLF.
    explicit LineReader(std::size_t limit) : limit_(limit < 2 ? 2 : limit) {}

    // For the lines that come from now on.
    void set_limit(std::size_t limit) { limit_ = limit < 2 ? 2 : limit; }
    void feed(std::string_view bytes);
    // The next line; nullopt when more bytes are needed. A fault is reported as soon as it is
    // certain, once; everything up to the next CRLF belongs to the faulty line and is skipped, so
    // that a peer for which only CRLF ends a line gets one answer as well.
    [[nodiscard]] std::optional<Line> next();
    // More than kMaxSkipped octets followed a faulty line: nothing will come any more.
    [[nodiscard]] bool gave_up() const { return gave_up_; }

    // Bytes that belong to no line yet, for content; consume() takes them off the front.
    [[nodiscard]] std::string_view buffered() const {
        return std::string_view(buffer_).substr(start_);
    }
    void consume(std::size_t octets);
    // Overwrites what next() gave and consume() took: it may have been a password.
    void wipe();
    // So much fits in without leaving copies elsewhere in memory.
    void reserve(std::size_t octets);
    // The next line begins with `c`; known before the line is complete.
    [[nodiscard]] bool line_starts_with(char c) const {
        return !skipping_ && buffered().starts_with(c);
    }
    // Nothing is buffered, and no faulty line is being skipped.
    [[nodiscard]] bool at_rest() const { return start_ == buffer_.size() && !skipping_; }

private:
    bool skip();
    Line fault(LineFault what, std::size_t octets);

    std::size_t limit_;
    std::size_t kept_ = 4096;  // capacity that an idle session keeps
    std::string buffer_;
    std::size_t start_ = 0;
    std::size_t scanned_ = 0;  // no LF between start_ and here: slow peers cost no rescans
    std::size_t skipped_ = 0;
    bool skipping_ = false;
    bool gave_up_ = false;
};

}  // namespace sealgate::smtp
