// SPDX-License-Identifier: Apache-2.0
#include "mime/structured.h"

namespace sealgate::mime {

namespace {

constexpr std::string_view kBlanks = " \t\r\n";
constexpr std::string_view kTspecials = "()<>@,;:\\\"/[]?=";

bool is_token_char(char c) {
    return c > ' ' && c < 0x7F && kTspecials.find(c) == std::string_view::npos;
}

}  // namespace

void StructuredReader::skip_blanks() {
    while (!at_end()) {
        if (text_[at_] == '(') {
            skip_comment();
        } else if (kBlanks.find(text_[at_]) != std::string_view::npos) {
            ++at_;
        } else {
            return;
        }
    }
}

void StructuredReader::skip_comment() {
    std::size_t depth = 0;
    do {
        const char c = text_[at_++];
        if (c == '\\' && !at_end()) ++at_;
        if (c == '(') ++depth;
        if (c == ')') --depth;
    } while (depth > 0 && !at_end());
}

std::string_view StructuredReader::token() {
    const std::size_t begin = at_;
    while (!at_end() && is_token_char(text_[at_]))
        ++at_;
    return text_.substr(begin, at_ - begin);
}

bool StructuredReader::quoted_string(std::string& out) {
    out.clear();
    if (!take('"')) return false;
    while (!at_end()) {
        char c = text_[at_++];
        if (c == '"') return true;
        if (c == '\r' || c == '\n') continue;  // folding is no part of the value
        if (c == '\\' && !at_end()) c = text_[at_++];
        out += c;
    }
    return true;
}

bool StructuredReader::take(char c) {
    if (at_end() || text_[at_] != c) return false;
    ++at_;
    return true;
}

void StructuredReader::skip_behind(char c) {
    std::string ignored;
    while (!at_end()) {
        if (take(c)) return;
        if (text_[at_] == '(') {
            skip_comment();
        } else if (!quoted_string(ignored)) {
            ++at_;
        }
    }
}

}  // namespace sealgate::mime
