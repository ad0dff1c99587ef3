// SPDX-License-Identifier: Apache-2.0
#include "syslog/message.h"

#include "base/text.h"

#include <fmt/format.h>

#include <algorithm>

namespace sealgate::syslog {

namespace {

// Private enterprise numbers are for organisations that asked for one; this one is kept for
// documentation (RFC 5612) and stands for nobody else.
constexpr std::string_view kStructuredId = "sealgate@32473";
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

// RFC 5424 table 2.
unsigned severity(maillog::Level level) {
    switch (level) {
        case maillog::Level::fatal:
            return 2;
        case maillog::Level::error:
            return 3;
        case maillog::Level::warning:
            return 4;
        case maillog::Level::notice:
            return 5;
        case maillog::Level::info:
            return 6;
        case maillog::Level::debug:
            return 7;
    }
    return 6;
}

// PRINTUSASCII of at most `most` characters, or the nil value.
std::string header_word(std::string_view text, std::size_t most) {
    std::string out(text.substr(0, most));
    std::ranges::replace_if(out, [](char c) { return c <= ' ' || c >= 0x7F; }, '?');
    return out.empty() ? "-" : out;
}

void parameter(std::string& out, std::string_view name, std::string_view value) {
    if (value.empty()) return;
    out.append(" ").append(name).append("=\"");
    for (const char c : value) {
        if (c == '"' || c == '\\' || c == ']') out += '\\';
        out += c;
    }
    out += '"';
}

// What is stored has none; but no byte of ours may end the message for a reader of lines.
void one_line(std::string& out) {
    const auto control = [](char c) { return (c >= 0 && c < ' ') || c == 0x7F; };
    std::ranges::replace_if(out, control, '?');
}

}  // namespace

std::string render(const maillog::Record& record, const Origin& origin) {
    const maillog::Event& event = record.event;
    constexpr unsigned kPerFacility = 8;
    const std::string_view verdict =
        event.verdict == maillog::Verdict::none ? "" : maillog::to_string(event.verdict);
    std::string out = fmt::format("<{}>1 {} {} {} {} {} [{}",
                                  origin.facility * kPerFacility + severity(event.level),
                                  to_rfc3339(event.time),
                                  header_word(origin.hostname, 255),
                                  header_word(origin.app_name, 48),
                                  record.pid > 0 ? std::to_string(record.pid) : "-",
                                  header_word(verdict, 32),
                                  kStructuredId);
    if (record.sequence > 0) parameter(out, "sequence", std::to_string(record.sequence));
    if (event.connection) parameter(out, "id", to_string(*event.connection));
    if (event.message) parameter(out, "message", to_string(*event.message));
    parameter(out, "message_id", event.message_id);
    parameter(out, "sender", event.sender);
    parameter(out, "recipient", event.recipient);
    parameter(out, "verdict", verdict);
    out += "] ";
    std::string text = event.connection ? to_string(*event.connection) + ": " : std::string();
    text += event.text;
    if (!is_ascii(text)) out += kByteOrderMark;
    out += text;
    one_line(out);
    return out;
}

std::string counted(std::string_view message) {
    return fmt::format("{} {}", message.size(), message);
}

}  // namespace sealgate::syslog
