// SPDX-License-Identifier: Apache-2.0
// A record as one JSON object. By hand, since a line has a fixed set of keys and stored text is
// valid UTF-8: a JSON library would cost an allocation for each key.

#include "maillog/mail_log.h"

#include <fmt/format.h>

#include <iterator>

namespace sealgate::maillog {
namespace {

// Most text needs no escape, so what lies between two escapes is taken at once.
void append_string(std::string& out, std::string_view text) {
    out += '"';
    std::size_t taken = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        if (byte >= 0x20 && byte != 0x7F && byte != '"' && byte != '\\') continue;
        out.append(text, taken, i - taken);
        taken = i + 1;
        if (byte == '"' || byte == '\\') {
            out += '\\';
            out += text[i];
        } else {
            fmt::format_to(std::back_inserter(out), "\\u{:04x}", byte);
        }
    }
    out.append(text, taken);
    out += '"';
}

void append_field(std::string& out, std::string_view key, std::string_view value) {
    out += ",\"";
    out += key;
    out += "\":";
    append_string(out, value);
}

}  // namespace

void append_json(std::string& out, const Record& record) {
    const Event& event = record.event;
    out += "{\"time\":\"";
    out += to_rfc3339(event.time);
    fmt::format_to(std::back_inserter(out), "\",\"sequence\":{}", record.sequence);
    append_field(out, "level", to_string(event.level));
    if (event.connection) {
        append_field(out, "id", sealgate::to_string(*event.connection));
    } else {
        out += ",\"id\":null";
    }
    if (event.message) {
        append_field(out, "message", sealgate::to_string(*event.message));
    } else {
        out += ",\"message\":null";
    }
    append_field(out, "message_id", event.message_id);
    append_field(out, "sender", event.sender);
    append_field(out, "recipient", event.recipient);
    append_field(out, "verdict", to_string(event.verdict));
    append_field(out, "text", event.text);
    append_field(out, "direction", to_string(event.direction));
    append_field(out, "source", event.source);
    append_field(out, "listener", event.listener);
    append_field(out, "tls", event.tls);
    if (event.size != 0) fmt::format_to(std::back_inserter(out), ",\"size\":{}", event.size);
    out += '}';
}

std::string render_json(const Record& record) {
    std::string out;
    append_json(out, record);
    return out;
}

}  // namespace sealgate::maillog
