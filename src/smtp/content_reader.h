#pragma once
// SPDX-License-Identifier: Apache-2.0
// The content of one message as it streams in, in a single pass: dots unstuffed (DATA) or not
// (BDAT), line ends, NUL and limits checked, header fields counted. What breaks a rule is read to
// its end and not stored. How the bytes were cut when they were fed makes no difference.

#include "smtp/line_reader.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace sealgate::smtp {

struct ContentRules {
    std::size_t text_line = 0;      // octets of a line with its end, dots unstuffed
    std::size_t header_bytes = 0;   // up to and with the empty line
    std::size_t header_fields = 0;  // lines of the header section that are not folded ones
    std::uint64_t message_size = 0;
    bool refuse_bare_newlines = true;
};

enum class Framing : std::uint8_t { dots, chunks };

// Each is a function of the whole content, so that the order of discovery does not matter.
struct ContentFaults {
    bool bare_newline = false;
    bool nul = false;
    bool text_line = false;
    bool header_bytes = false;
    bool header_fields = false;
    bool size = false;

    [[nodiscard]] bool any() const {
        return bare_newline || nul || text_line || header_bytes || header_fields || size;
    }
};

class ContentReader {
public:
    // `expected` octets are set aside at once, up to kMaxReserve: the number is the peer's word.
    static constexpr std::size_t kMaxReserve = 1024UL * 1024UL;
    ContentReader(const ContentRules& rules, Framing framing, std::uint64_t expected);

    // Takes bytes of the content: all of them, or with dots those up to the end of data. Returns
    // how many.
    std::size_t consume(std::string_view bytes);
    // With dots: CRLF "." CRLF has been read.
    [[nodiscard]] bool done() const { return done_; }
    // With chunks, after the last one: decides what was left open. A message that does not end with
    // CRLF gets one, as content always does.
    void finish();

    [[nodiscard]] const ContentFaults& faults() const { return faults_; }
    [[nodiscard]] std::size_t header_fields() const { return header_fields_; }
    [[nodiscard]] std::uint64_t octets() const { return octets_; }        // seen so far
    [[nodiscard]] std::size_t stored() const { return content_.size(); }  // 0 once there is a fault
    [[nodiscard]] std::string take() { return std::move(content_); }

private:
    std::size_t scan(std::string_view bytes);
    void note_line(std::string_view piece, const LineScan& line);
    void note_header(std::string_view piece, bool line_start);
    void store(std::string_view run);
    void check_faults();

    ContentRules rules_;
    bool dots_;
    bool done_ = false;
    bool after_crlf_ = true;  // where a dot has a meaning
    bool in_header_ = true;
    ContentFaults faults_;
    std::size_t line_octets_ = 0;
    std::size_t header_octets_ = 0;
    std::size_t header_fields_ = 0;
    std::uint64_t octets_ = 0;
    std::string carry_;  // "." and "\r" at the end of the bytes so far whose meaning is open
    std::string content_;
};

}  // namespace sealgate::smtp
