// SPDX-License-Identifier: Apache-2.0
#include "mime/encoded_word.h"

#include "base/text.h"
#include "mime/clean_text.h"
#include "mime/transfer_encoding.h"

#include <algorithm>

namespace sealgate::mime {

namespace {

constexpr std::size_t kMaxLine = 76;

// The first character of valid UTF-8; `text` moves on.
std::string_view take_character(std::string_view& text) {
    const auto first = static_cast<unsigned char>(text[0]);
    const std::size_t length = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    const std::string_view character = text.substr(0, length);
    text.remove_prefix(length);
    return character;
}

// Printable ASCII in words with one blank between them, none of which looks like an encoded word.
bool may_stay_plain(std::string_view text, std::size_t column) {
    if (!is_ascii(text) || text.find("=?") != std::string_view::npos) return false;
    std::size_t room = kMaxLine - std::min(column, kMaxLine);
    for (const std::string_view word : split(text, ' ')) {
        if (word.empty() || word.size() > room) return text.empty();
        room = kMaxLine - 1;
    }
    return true;
}

std::string fold_plain(std::string_view text, std::size_t column) {
    std::string out;
    for (const std::string_view word : split(text, ' ')) {
        if (!out.empty()) {
            const bool fits = column + 1 + word.size() <= kMaxLine;
            out += fits ? " " : "\r\n ";
            column = fits ? column + 1 : 1;
        }
        out += word;
        column += word.size();
    }
    return out;
}

// What the Q encoding may hold in an unstructured field (RFC 2047 section 4.2).
bool is_q_plain(char c) {
    return c > ' ' && c < 0x7F && c != '=' && c != '?' && c != '_';
}

std::string q_encode(std::string_view text) {
    static constexpr std::string_view kHex = "0123456789ABCDEF";
    std::string out;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == ' ') {
            out += '_';
        } else if (is_q_plain(c)) {
            out += c;
        } else {
            out += '=';
            out += kHex[byte >> 4U];
            out += kHex[byte & 0x0FU];
        }
    }
    return out;
}

}  // namespace

std::string encode_header_text(std::string_view text, std::size_t column) {
    const std::string clean = clean_line(text);
    if (may_stay_plain(clean, column)) return fold_plain(clean, column);

    const bool use_q = q_encode(clean).size() <= (clean.size() + 2) / 3 * 4;
    const auto encode = [&](std::string_view part) {
        return use_q ? "=?UTF-8?Q?" + q_encode(part) + "?=" : "=?UTF-8?B?" + base64(part) + "?=";
    };
    // Each word holds whole characters (RFC 2047 section 5) and at most 75 octets.
    std::string out;
    std::string_view rest = clean;
    for (bool first = true; !rest.empty(); first = false) {
        const std::size_t room = std::min(kMaxLine - std::min(column, kMaxLine), kMaxLine - 1);
        std::string word;
        std::string part;
        for (std::string_view ahead = rest; !ahead.empty();) {
            part += take_character(ahead);
            std::string longer = encode(part);
            if (longer.size() > room) break;
            word = std::move(longer);
            rest = ahead;
        }
        // No word at all: the name of the field leaves no room on the first line.
        if (!first) out += "\r\n ";
        out += word;
        column = 1;
    }
    return out;
}

}  // namespace sealgate::mime
