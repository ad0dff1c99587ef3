// SPDX-License-Identifier: Apache-2.0
#include "mime/header_scan.h"

#include "base/text.h"
#include "mime/structured.h"

#include <algorithm>

namespace sealgate::mime {

namespace {

bool is_blank(char c) {
    return c == ' ' || c == '\t';
}

// RFC 5322 section 2.2: printable ASCII without the colon.
bool is_name_char(char c) {
    return c > ' ' && c < 0x7F && c != ':';
}

// Length of the line end that `line` (which ends with LF, or is the last) has.
std::size_t line_end(std::string_view line) {
    if (line.ends_with("\r\n")) return 2;
    return line.ends_with('\n') ? 1 : 0;
}

}  // namespace

HeaderSection HeaderSection::scan(std::string_view content) {
    HeaderSection out;
    const std::string_view window = content.substr(0, kMaxBytes);
    std::size_t at = 0;           // of the line in hand
    std::size_t field_begin = 0;  // of the field that its lines belong to
    for (;;) {
        const bool open = field_begin < at;  // there is such a field
        const bool folded = open && at < window.size() && is_blank(window[at]);
        if (open && !folded) {
            // The byte behind the window decides whether the field goes on, so it stays outside.
            if (at == window.size() && at < content.size()) break;
            if (out.fields_.size() == kMaxFields) {
                out.limit_ = HeaderLimit::fields;
                break;
            }
            out.add_field(content, field_begin, at);
            field_begin = at;
        }
        if (at == window.size()) break;
        const std::size_t lf = window.find('\n', at);
        const std::size_t next = lf == std::string_view::npos ? window.size() : lf + 1;
        out.work_ += next - at;
        if (lf == std::string_view::npos && window.size() < content.size()) break;
        const std::string_view line = window.substr(at, next - at);
        if (line == "\r\n" || line == "\n") {
            out.body_ = next;
            return out;
        }
        at = next;
    }
    const bool complete = out.end_ == content.size();
    if (!complete && out.limit_ == HeaderLimit::none) out.limit_ = HeaderLimit::bytes;
    out.body_ = out.end_;
    return out;
}

void HeaderSection::add_field(std::string_view content, std::size_t begin, std::size_t end) {
    const std::string_view bytes = content.substr(begin, end - begin);
    HeaderField field;
    field.begin = begin;
    field.end = end;
    field.value = bytes.substr(0, bytes.size() - line_end(bytes));
    std::size_t length = 0;
    while (length < bytes.size() && is_name_char(bytes[length]))
        ++length;
    std::size_t colon = length;  // RFC 5322 section 4.5 has blanks before the colon
    while (colon < bytes.size() && is_blank(bytes[colon]))
        ++colon;
    if (length > 0 && colon < bytes.size() && bytes[colon] == ':') {
        field.name = bytes.substr(0, length);
        field.value.remove_prefix(colon + 1);
    }
    work_ += colon;
    end_ = end;
    fields_.push_back(field);
}

const HeaderField* HeaderSection::find(std::string_view name) const {
    const auto found = std::find_if(fields_.begin(), fields_.end(), [&](const HeaderField& field) {
        return iequals(field.name, name);
    });
    return found == fields_.end() ? nullptr : &*found;
}

std::size_t HeaderSection::count(std::string_view name) const {
    return static_cast<std::size_t>(
        std::count_if(fields_.begin(), fields_.end(), [&](const HeaderField& field) {
            return iequals(field.name, name);
        }));
}

std::string HeaderSection::message_id() const {
    const HeaderField* field = find("Message-ID");
    if (field == nullptr) return "";
    std::string text = unfold(field->value);
    const std::size_t open = text.find('<');
    const std::size_t close = open == std::string::npos ? open : text.find('>', open);
    return close == std::string::npos ? text : text.substr(open, close - open + 1);
}

std::string_view HeaderSection::subject() const {
    const HeaderField* field = find("Subject");
    return field == nullptr ? std::string_view() : trim(field->value);
}

std::string HeaderSection::auto_submitted() const {
    const HeaderField* field = find("Auto-Submitted");
    if (field == nullptr) return "";
    StructuredReader reader(field->value);
    reader.skip_blanks();
    return to_lower(reader.token());
}

std::string unfold(std::string_view value) {
    std::string out;
    out.reserve(value.size());
    for (const char c : value)
        if (c != '\r' && c != '\n') out += c;
    return std::string(trim(out));
}

}  // namespace sealgate::mime
