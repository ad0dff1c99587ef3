// SPDX-License-Identifier: Apache-2.0
#include "smtp/reply.h"

#include "base/text.h"

#include <algorithm>

namespace sealgate::smtp {

namespace {

constexpr std::size_t kMaxRenderedLine = 510;  // RFC 5321 section 4.5.3.1.5: 512 with CRLF

bool is_control(char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
}

void append_cleaned(std::string& out, std::string_view text) {
    for (const char c : text)
        out += is_control(c) ? ' ' : c;
}

std::string digits(int code) {
    SG_CHECK(code >= 200 && code <= 599);
    return std::to_string(code);
}

// Cuts before a UTF-8 sequence that would be split, so that a cut line stays readable.
void cut(std::string& line, std::size_t limit) {
    if (line.size() <= limit) return;
    std::size_t end = limit;
    for (int steps = 0; steps < 3 && (static_cast<unsigned char>(line[end]) & 0xC0U) == 0x80U;
         ++steps) {
        --end;
    }
    line.resize(end);
}

// Length of "." and one to three digits at the start of `text`, or 0.
std::size_t status_part(std::string_view text) {
    std::size_t length = 1;
    if (text.empty() || text[0] != '.') return 0;
    while (length < text.size() && length <= 3 && is_digit(text[length]))
        ++length;
    return length > 1 ? length : 0;
}

// The enhanced status code (RFC 3463) that `text` begins with; "" when there is none or when its
// class contradicts the reply code.
std::string_view leading_status(std::string_view text, int code) {
    // There is no class 3.
    if (text.empty() || text[0] == '3' || text[0] != static_cast<char>('0' + code / 100)) return {};
    const std::size_t subject = status_part(text.substr(1));
    const std::size_t detail = subject == 0 ? 0 : status_part(text.substr(1 + subject));
    if (detail == 0) return {};
    const std::size_t length = 1 + subject + detail;
    if (length < text.size() && text[length] != ' ') return {};
    return text.substr(0, length);
}

}  // namespace

std::string Reply::line() const {
    std::string out = digits(code);
    for (const std::string_view part : {std::string_view(enhanced), std::string_view(text)}) {
        if (part.empty()) continue;
        out += ' ';
        append_cleaned(out, part);
    }
    return out;
}

std::string render(const Reply& reply) {
    const std::string code = digits(reply.code);
    std::string out;
    std::string_view rest = reply.text;
    for (bool last = false; !last;) {
        const std::size_t end = rest.find('\n');
        last = end == std::string_view::npos;
        std::string line = code;
        line += last ? ' ' : '-';
        append_cleaned(line, reply.enhanced);
        const std::string_view text = rest.substr(0, end);
        if (!reply.enhanced.empty() && !text.empty()) line += ' ';
        append_cleaned(line, text);
        cut(line, kMaxRenderedLine);
        out += line;
        out += "\r\n";
        if (!last) rest.remove_prefix(end + 1);
    }
    return out;
}

void ReplyParser::feed(std::string_view bytes) {
    if (failed_) return;
    if (start_ == buffer_.size()) {
        buffer_.clear();
        start_ = scanned_ = 0;
    } else if (start_ > buffer_.size() / 2) {  // halving keeps the moving linear in all
        buffer_.erase(0, start_);
        scanned_ -= start_;
        start_ = 0;
    }
    buffer_ += bytes;
}

Result<std::optional<Reply>> ReplyParser::next() {
    const auto broken = [this](std::string detail) {
        failed_ = true;
        return fail(ErrorKind::malformed, "smtp.reply", std::move(detail));
    };
    if (failed_) return broken("the peer broke the protocol before");
    for (;;) {
        const std::size_t end = buffer_.find('\n', scanned_);
        const bool found = end != std::string::npos;
        scanned_ = found ? end + 1 : buffer_.size();
        if (scanned_ - start_ > kMaxReplyLine) return broken("reply line is too long");
        if (!found) return std::optional<Reply>();
        const Status taken = take_line(std::string_view(buffer_).substr(start_, scanned_ - start_));
        if (!taken) return broken(taken.error().detail());
        start_ = scanned_;
        if (!last_line_) continue;
        lines_ = 0;
        return std::optional<Reply>(std::exchange(reply_, Reply{}));
    }
}

// `line` ends with LF.
Status ReplyParser::take_line(std::string_view line) {
    const auto broken = [&](std::string_view what) {
        return fail(ErrorKind::malformed,
                    "smtp.reply",
                    std::string(what) + ": " + escape_for_log(line, 100));
    };
    if (!line.ends_with("\r\n")) return broken("reply line ends without CR");
    line.remove_suffix(2);
    if (line.find_first_of(std::string_view("\r\0", 2)) != std::string_view::npos) {
        return broken("bare CR or NUL in a reply");
    }
    if (line.size() < 3 || line[0] < '2' || line[0] > '5' || !is_digit(line[1]) ||
        !is_digit(line[2])) {
        return broken("no reply code");
    }
    const char separator = line.size() > 3 ? line[3] : ' ';
    if (separator != ' ' && separator != '-') return broken("no blank after the reply code");
    const int code = (line[0] - '0') * 100 + (line[1] - '0') * 10 + (line[2] - '0');
    if (lines_ > 0 && code != reply_.code) return broken("reply code changes within a reply");
    if (++lines_ > kMaxReplyLines) return broken("too many lines in a reply");

    std::string text;
    append_cleaned(text, line.substr(std::min<std::size_t>(4, line.size())));
    const std::string_view status = leading_status(text, code);
    if (lines_ == 1) {
        reply_.code = code;
        reply_.enhanced = status;
    } else {
        reply_.text += '\n';
    }
    // Servers repeat the status on each line (RFC 2034 section 4) or give it once.
    const bool repeated = !status.empty() && status == reply_.enhanced;
    reply_.text +=
        repeated ? std::string_view(text).substr(std::min(text.size(), status.size() + 1)) : text;
    last_line_ = separator == ' ';
    return {};
}

}  // namespace sealgate::smtp
