// SPDX-License-Identifier: Apache-2.0
#include "mime/clean_text.h"

#include "base/text.h"

namespace sealgate::mime {

namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD
constexpr std::string_view kCut = "...";

// The character at the start of `text`, or a part of it when it is not valid.
std::string_view first_character(std::string_view text) {
    const auto first = static_cast<unsigned char>(text[0]);
    const std::size_t length = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    return text.substr(0, length);
}

// What stands for a valid character.
std::string_view cleaned(std::string_view character, bool lines) {
    const auto first = static_cast<unsigned char>(character[0]);
    if (lines && (first == '\n' || first == '\t')) return character;
    return first < 0x20 || first == 0x7F ? std::string_view(" ") : character;
}

std::string clean(std::string_view text, bool lines, std::size_t limit) {
    std::string out;
    while (!text.empty()) {
        const std::string_view character = first_character(text);
        const bool valid = is_valid_utf8(character);
        const bool line_end = lines && text.starts_with("\r\n");
        if (!line_end) out += valid ? cleaned(character, lines) : kReplacement;
        text.remove_prefix(valid ? character.size() : 1);
        if (out.size() <= limit) continue;
        // Back to a whole character that leaves room for the dots.
        std::size_t end = limit > kCut.size() ? limit - kCut.size() : 0;
        while (end > 0 && (static_cast<unsigned char>(out[end]) & 0xC0U) == 0x80U)
            --end;
        out.resize(end);
        return out.append(kCut.substr(0, limit));
    }
    return out;
}

}  // namespace

std::string clean_line(std::string_view text, std::size_t limit) {
    return clean(text, false, limit);
}

std::string clean_lines(std::string_view text, std::size_t limit) {
    return clean(text, true, limit);
}

}  // namespace sealgate::mime
