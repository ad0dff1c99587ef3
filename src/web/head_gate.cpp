// SPDX-License-Identifier: Apache-2.0
#include "web/head_gate.h"

#include "base/text.h"

#include <algorithm>
#include <string>

namespace sealgate::web {

namespace {

std::unexpected<Error> bad(std::string_view why) {
    return fail(ErrorKind::malformed, "web.head", std::string(why));
}

// RFC 9110 section 5.6.2.
bool is_token(std::string_view text) {
    constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
    return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
        return is_alpha(c) || is_digit(c) || kMarks.find(c) != std::string_view::npos;
    });
}

// RFC 9112 section 3, without its tolerance for other blanks and line ends.
Status check_request_line(std::string_view line, Framing& framing) {
    const auto first = line.find(' ');
    const auto last = line.rfind(' ');
    if (first == std::string_view::npos || first == last) return bad("request line");
    const auto target = line.substr(first + 1, last - first - 1);
    const auto version = line.substr(last + 1);
    if (!is_token(line.substr(0, first))) return bad("method");
    if (target.empty() ||
        !std::all_of(target.begin(), target.end(), [](char c) { return c > 0x20 && c < 0x7f; })) {
        return bad("request target");
    }
    if (version != "HTTP/1.1" && version != "HTTP/1.0") return bad("HTTP version");
    framing.http11 = version == "HTTP/1.1";
    return {};
}

struct Seen {
    std::size_t fields = 0;
    std::size_t hosts = 0;
    std::size_t encodings = 0;
};

Status check_field(std::string_view line, Framing& framing, Seen& seen) {
    if (++seen.fields > kFieldLimit) {
        return fail(ErrorKind::exhausted, "web.head", "too many header fields");
    }
    if (line.front() == ' ' || line.front() == '\t') return bad("folded header field");
    const auto colon = line.find(':');
    if (colon == std::string_view::npos || !is_token(line.substr(0, colon))) {
        return bad("header field name");
    }
    const auto name = line.substr(0, colon);
    const auto value = trim(line.substr(colon + 1), " \t");
    const bool clean = std::all_of(value.begin(), value.end(), [](char c) {
        return c == '\t' || (static_cast<unsigned char>(c) >= 0x20 && c != 0x7f);
    });
    if (!clean) return bad("control character in a header field");

    if (iequals(name, "host")) {
        ++seen.hosts;
    } else if (iequals(name, "content-length")) {
        if (framing.content_length) return bad("more than one Content-Length");
        framing.content_length = parse_number(value);
        if (!framing.content_length) return bad("Content-Length");
    } else if (iequals(name, "transfer-encoding")) {
        ++seen.encodings;
        framing.chunked = iequals(value, "chunked");
        if (!framing.chunked) return bad("Transfer-Encoding other than chunked");
    } else if (iequals(name, "expect")) {
        framing.expects_continue = iequals(value, "100-continue");
        if (!framing.expects_continue) return bad("Expect");
    }
    return {};
}

}  // namespace

Result<std::optional<std::size_t>> HeadGate::find_end(std::string_view bytes) {
    const auto end = std::min(bytes.size(), kHeadLimit);
    for (; seen_ < end; ++seen_) {
        const char c = bytes[seen_];
        if (cr_ && c != '\n') return bad("bare CR");
        if (c == '\n') {
            if (!cr_) return bad("bare LF");
            cr_ = false;
            if (line_ == 0) {
                ++seen_;
                if (seen_ == 2) return bad("empty request line");
                return std::optional<std::size_t>(seen_);
            }
            line_ = 0;
        } else if (c == '\r') {
            cr_ = true;
        } else if (c == '\0') {
            return bad("NUL");
        } else {
            ++line_;
        }
    }
    if (bytes.size() >= kHeadLimit) {
        return fail(ErrorKind::exhausted, "web.head", "request head too long");
    }
    return std::optional<std::size_t>();
}

Result<Framing> check_head(std::string_view head) {
    Framing framing;
    Seen seen;
    bool first = true;
    while (!head.empty()) {
        const auto end = head.find("\r\n");
        if (end == std::string_view::npos) return bad("line end");
        const auto line = head.substr(0, end);
        head.remove_prefix(end + 2);
        if (line.empty()) break;
        if (first) {
            SG_TRYV(check_request_line(line, framing));
            first = false;
        } else {
            SG_TRYV(check_field(line, framing, seen));
        }
    }
    if (first) return bad("empty request line");
    if (seen.encodings > 1) return bad("more than one Transfer-Encoding");
    if (framing.chunked && framing.content_length) {
        return bad("Transfer-Encoding beside Content-Length");
    }
    if (framing.chunked && !framing.http11) return bad("Transfer-Encoding under HTTP/1.0");
    if (framing.http11 ? seen.hosts != 1 : seen.hosts > 1) return bad("Host");
    return framing;
}

}  // namespace sealgate::web
