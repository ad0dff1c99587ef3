// SPDX-License-Identifier: Apache-2.0
// Lines and content come out the same however the bytes are cut, and as a plain reading of RFC 5321
// says: lines end with CRLF, content ends with CRLF "." CRLF, a dot at a line's start goes.
#include "base/result.h"
#include "smtp/content_reader.h"
#include "smtp/line_reader.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace {

using sealgate::smtp::ContentReader;
using sealgate::smtp::ContentRules;
using sealgate::smtp::Framing;
using sealgate::smtp::LineFault;
using sealgate::smtp::LineReader;

std::string read_lines(std::string_view bytes, std::size_t piece) {
    LineReader reader(64);
    std::string out;
    for (std::size_t at = 0; at < bytes.size(); at += piece) {
        reader.feed(bytes.substr(at, piece));
        while (const auto line = reader.next()) {
            SG_CHECK(line->text.find_first_of(std::string_view("\r\n\0", 3)) == std::string::npos);
            SG_CHECK(line->text.size() <= 62);
            SG_CHECK(line->fault == LineFault::none || line->text.empty());
            out += static_cast<char>('0' + static_cast<int>(line->fault));
            out.append(line->text).append("\n");
        }
    }
    return out;
}

struct Read {
    std::string content;
    bool faulty = false;
    std::size_t used = 0;
    bool done = false;
    std::size_t fields = 0;
    bool operator==(const Read&) const = default;
};

constexpr ContentRules kRules{.text_line = 1000,
                              .header_bytes = 2000,
                              .header_fields = 100,
                              .message_size = 5000,
                              .refuse_bare_newlines = true};

Read read_content(std::string_view bytes, std::size_t piece, Framing framing) {
    ContentReader reader(kRules, framing, 0);
    Read out;
    while (out.used < bytes.size() && !reader.done())
        out.used += reader.consume(bytes.substr(out.used, piece));
    if (framing == Framing::chunks) reader.finish();
    out.done = reader.done();
    out.faulty = reader.faults().any();
    out.fields = reader.header_fields();
    out.content = reader.take();
    SG_CHECK(!out.faulty || out.content.empty());
    return out;
}

// The content by the book; nullopt when the end of data is not there.
std::optional<std::string> by_the_book(std::string_view bytes) {
    std::string out;
    while (true) {
        const std::size_t end = bytes.find("\r\n");
        if (end == std::string_view::npos) return std::nullopt;
        std::string_view line = bytes.substr(0, end);
        if (line == ".") return out;
        if (line.starts_with('.')) line.remove_prefix(1);
        out.append(line).append("\r\n");
        bytes.remove_prefix(end + 2);
    }
}

bool has_bare_or_nul(std::string_view text) {
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\0') return true;
        if (text[i] == '\n' && (i == 0 || text[i - 1] != '\r')) return true;
        if (text[i] == '\r' && (i + 1 == text.size() || text[i + 1] != '\n')) return true;
    }
    return false;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 1) return 0;
    const std::size_t piece = 1 + data[0] % 16U;
    const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
    SG_CHECK(read_lines(bytes, piece) == read_lines(bytes, size));

    for (const Framing framing : {Framing::dots, Framing::chunks}) {
        const Read whole = read_content(bytes, size, framing);
        SG_CHECK(read_content(bytes, piece, framing) == whole);
        SG_CHECK(!has_bare_or_nul(whole.content));
        if (framing == Framing::chunks || whole.faulty) continue;
        const auto expected = by_the_book(bytes);
        SG_CHECK(expected.has_value() == whole.done);
        if (expected) SG_CHECK(*expected == whole.content);
    }
    const std::string content = read_content(bytes, size, Framing::chunks).content;
    if (!content.empty()) SG_CHECK(content.starts_with(bytes));
    return 0;
}
