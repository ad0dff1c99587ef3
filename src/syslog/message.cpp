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
void header_word(std::string& out, std::string_view text, std::size_t most) {
    if (text.empty()) {
        out += '-';
        return;
    }
    for (const char c : text.substr(0, most))
        out += c <= ' ' || c >= 0x7F ? '?' : c;
}

void parameter(std::string& out, std::string_view name, std::string_view value) {
    if (value.empty()) return;
    out.append(" ").append(name).append("=\"");
    std::size_t taken = 0;
    for (std::size_t i = value.find_first_of("\"\\]"); i != std::string_view::npos;
         i = value.find_first_of("\"\\]", i + 1)) {
        out.append(value, taken, i - taken).append("\\");
        taken = i;
    }
    out.append(value, taken);
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
    constexpr std::size_t kUsualSize = 512;
    const std::string_view verdict =
        event.verdict == maillog::Verdict::none ? "" : maillog::to_string(event.verdict);
    const std::string connection = event.connection ? to_string(*event.connection) : "";
    std::string out;
    out.reserve(kUsualSize);
    out.append("<").append(std::to_string(origin.facility * kPerFacility + severity(event.level)));
    out.append(">1 ").append(to_rfc3339(event.time)).append(" ");
    header_word(out, origin.hostname, 255);
    out += ' ';
    header_word(out, origin.app_name, 48);
    out.append(" ").append(record.pid > 0 ? std::to_string(record.pid) : "-").append(" ");
    header_word(out, verdict, 32);
    out.append(" [").append(kStructuredId);
    if (record.sequence > 0) parameter(out, "sequence", std::to_string(record.sequence));
    parameter(out, "id", connection);
    if (event.message) parameter(out, "message", to_string(*event.message));
    parameter(out, "message_id", event.message_id);
    parameter(out, "sender", event.sender);
    parameter(out, "recipient", event.recipient);
    parameter(out, "verdict", verdict);
    out += "] ";
    if (!is_ascii(event.text)) out += kByteOrderMark;
    if (!connection.empty()) out.append(connection).append(": ");
    out += event.text;
    one_line(out);
    return out;
}

std::string counted(std::string_view message) {
    return fmt::format("{} {}", message.size(), message);
}

}  // namespace sealgate::syslog
