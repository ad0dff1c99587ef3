// SPDX-License-Identifier: Apache-2.0
#include "smtp/xtext.h"

#include "base/text.h"

#include <charconv>

namespace sealgate::smtp {

namespace {

bool is_hex_digit(char c) {
    return is_digit(c) || (c >= 'A' && c <= 'F');
}

bool is_continuation(char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
}

std::string upper_hex(unsigned value) {
    char digits[8];
    const char* end = std::to_chars(digits, digits + sizeof digits, value, 16).ptr;
    std::string out(static_cast<const char*>(digits), end);
    for (char& digit : out)
        if (digit >= 'a') digit = static_cast<char>(digit - 'a' + 'A');
    return out;
}

}  // namespace

bool is_xtext(std::string_view text, bool allow_utf8) {
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        if (byte <= ' ' || byte == 0x7F || byte == '=') return false;
        if (byte >= 0x80 && !allow_utf8) return false;
        if (byte != '+') continue;
        if (i + 2 >= text.size() || !is_hex_digit(text[i + 1]) || !is_hex_digit(text[i + 2])) {
            return false;
        }
        i += 2;
    }
    return !allow_utf8 || is_valid_utf8(text);
}

std::optional<std::string> decode_xtext(std::string_view text) {
    if (!is_xtext(text, true)) return std::nullopt;
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        char c = text[i];
        if (c == '+') {
            c = (*from_hex(text.substr(i + 1, 2)))[0];
            i += 2;
        }
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) return std::nullopt;
        out += c;
    }
    return out;
}

std::string encode_xtext(std::string_view text) {
    std::string out;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte > ' ' && byte < 0x7F && c != '+' && c != '=') {
            out += c;
            continue;
        }
        out += byte < 0x10 ? "+0" : "+";
        out += upper_hex(byte);
    }
    return out;
}

std::string ascii_form(std::string_view utf8) {
    std::string out;
    for (std::size_t i = 0; i < utf8.size();) {
        const auto first = static_cast<unsigned char>(utf8[i++]);
        if (first < 0x80) {
            out += static_cast<char>(first);
            continue;
        }
        unsigned code = first & (first >= 0xF0 ? 0x07U : first >= 0xE0 ? 0x0FU : 0x1FU);
        while (i < utf8.size() && is_continuation(utf8[i]))
            code = (code << 6U) | (static_cast<unsigned char>(utf8[i++]) & 0x3FU);
        out += "\\x{" + upper_hex(code) + "}";
    }
    return out;
}

}  // namespace sealgate::smtp
