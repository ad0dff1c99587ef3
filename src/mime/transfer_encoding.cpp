// SPDX-License-Identifier: Apache-2.0
#include "mime/transfer_encoding.h"

#include <algorithm>
#include <array>

namespace sealgate::mime {

namespace {

constexpr std::size_t kMaxLine = 76;
constexpr std::string_view kHex = "0123456789ABCDEF";

void append_quoted_line(std::string& out, std::string_view line) {
    std::size_t column = 0;
    for (std::size_t i = 0; i < line.size(); ++i) {
        const auto byte = static_cast<unsigned char>(line[i]);
        const bool last = i + 1 == line.size();
        // A blank at the end of a line would be lost on the way (RFC 2045 section 6.7, rule 3).
        const bool plain =
            (byte > ' ' && byte < 0x7F && byte != '=') || ((byte == ' ' || byte == '\t') && !last);
        const std::size_t width = plain ? 1 : 3;
        if (column + width > (last ? kMaxLine : kMaxLine - 1)) {
            out += "=\r\n";
            column = 0;
        }
        if (plain) {
            out += line[i];
        } else {
            out += '=';
            out += kHex[byte >> 4U];
            out += kHex[byte & 0x0FU];
        }
        column += width;
    }
}

}  // namespace

std::string base64(std::string_view bytes) {
    static constexpr std::string_view kAlphabet =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string out;
    out.reserve((bytes.size() + 2) / 3 * 4);
    for (; !bytes.empty(); bytes.remove_prefix(std::min<std::size_t>(3, bytes.size()))) {
        std::array<unsigned, 3> octet{};
        for (std::size_t i = 0; i < 3 && i < bytes.size(); ++i)
            octet[i] = static_cast<unsigned char>(bytes[i]);
        const unsigned group = (octet[0] << 16U) | (octet[1] << 8U) | octet[2];
        out += kAlphabet[group >> 18U];
        out += kAlphabet[(group >> 12U) & 0x3FU];
        out += bytes.size() > 1 ? kAlphabet[(group >> 6U) & 0x3FU] : '=';
        out += bytes.size() > 2 ? kAlphabet[group & 0x3FU] : '=';
    }
    return out;
}

std::string quoted_printable(std::string_view text) {
    std::string out;
    for (;;) {
        const std::size_t end = text.find("\r\n");
        append_quoted_line(out, text.substr(0, end));
        if (end == std::string_view::npos) return out;
        out += "\r\n";
        text.remove_prefix(end + 2);
    }
}

}  // namespace sealgate::mime
