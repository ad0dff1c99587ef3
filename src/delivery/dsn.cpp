// SPDX-License-Identifier: Apache-2.0
#include "delivery/dsn.h"

#include "base/text.h"
#include "delivery/dsn_fields.h"
#include "mime/clean_text.h"
#include "mime/date.h"
#include "mime/encoded_word.h"
#include "mime/header_scan.h"
#include "mime/transfer_encoding.h"

#include <unistd.h>

#include <algorithm>
#include <array>

namespace sealgate::delivery {

namespace {

constexpr std::size_t kMaxLine = 998;  // RFC 5322 section 2.1.1, without CRLF

struct Part {
    std::string fields;  // each ended by CRLF
    std::string body;
    bool eight_bit = false;
};

// Whether the bytes can stand in a message as they are: lines ended by CRLF, none too long, no NUL,
// no CR or LF alone.
bool fits_on_lines(std::string_view text) {
    if (text.find('\0') != std::string_view::npos) return false;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find_first_of("\r\n"), text.size());
        if (end > kMaxLine) return false;
        if (end == text.size()) return true;
        if (text.substr(end, 2) != "\r\n") return false;
        text.remove_prefix(end + 2);
    }
    return true;
}

std::string with_crlf(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '\n') out += '\r';
        out += c;
    }
    return out;
}

// The body as it is where 7-bit lines can hold it, else quoted-printable.
Part text_part(const std::string& fields, std::string body) {
    if (is_ascii(body) && fits_on_lines(body)) {
        return {fields + "Content-Transfer-Encoding: 7bit\r\n", std::move(body), false};
    }
    return {fields + "Content-Transfer-Encoding: quoted-printable\r\n",
            mime::quoted_printable(body),
            false};
}

Part plain_part(std::string fields, std::string body) {
    const bool eight_bit = !is_ascii(body);
    fields += eight_bit ? "Content-Transfer-Encoding: 8bit\r\n" : "";
    return {std::move(fields), std::move(body), eight_bit};
}

Part words_part(std::string fields, std::string_view kind, std::string_view words) {
    std::string text = with_crlf(mime::clean_lines(words));
    if (!text.ends_with('\n')) text += "\r\n";
    const std::string_view charset = is_ascii(text) ? "us-ascii" : "utf-8";
    fields +=
        "Content-Type: text/" + std::string(kind) + "; charset=" + std::string(charset) + "\r\n";
    return text_part(fields, std::move(text));
}

Part status_part(const DsnRequest& request, bool utf8) {
    return plain_part(
        std::string("Content-Description: Delivery report\r\nContent-Type: message/") +
            (utf8 ? "global-delivery-status" : "delivery-status") + "\r\n",
        delivery_status(request, utf8));
}

// A whole number of fields, or the beginning of the first when that alone is too long.
std::string_view returned_header(std::string_view content) {
    const auto header = mime::HeaderSection::scan(content);
    std::size_t end = 0;
    for (const mime::HeaderField& field : header.fields()) {
        if (field.end > kMaxReturnedHeader) break;
        end = field.end;
    }
    if (end == 0) end = std::min(header.end(), kMaxReturnedHeader);
    return content.substr(0, end);
}

Part original_part(const DsnRequest& request, bool utf8) {
    const std::string& content = *request.original_content;
    const bool failed =
        std::any_of(request.recipients.begin(), request.recipients.end(), [](const auto& r) {
            return r.action == DsnRecipient::Action::failed;
        });
    // RFC 3461 section 4.3: RET is about failures only.
    const bool whole = failed && request.original.parameters.ret == smtp::Ret::full &&
                       content.size() <= kMaxReturnedContent && fits_on_lines(content);
    const std::string_view description =
        failed ? "Content-Description: Undelivered message" : "Content-Description: Message";
    if (whole) {
        return plain_part(std::string(description) + "\r\nContent-Type: message/" +
                              (utf8 ? "global" : "rfc822") + "\r\n",
                          content);
    }
    return text_part(std::string(description) + " headers\r\nContent-Type: " +
                         (utf8 ? "message/global-headers" : "text/rfc822-headers") + "\r\n",
                     std::string(returned_header(content)));
}

Result<std::string> random_name() {
    std::array<char, 16> bytes{};
    if (::getentropy(bytes.data(), bytes.size()) != 0) {
        return fail(ErrorKind::internal, "delivery.dsn", "no random bytes");
    }
    return to_hex({bytes.data(), bytes.size()});
}

// Drawn again in the case that nobody will live to see.
Result<std::string> boundary_for(const std::vector<Part>& parts) {
    for (;;) {
        SG_TRY(std::string name, random_name());
        name.insert(0, "=_report_");  // "=_" cannot occur in quoted-printable
        const bool occurs = std::any_of(parts.begin(), parts.end(), [&](const Part& part) {
            return part.body.find(name) != std::string::npos;
        });
        if (!occurs) return name;
    }
}

std::string joined(const std::vector<Part>& parts, const std::string& boundary) {
    std::string out;
    for (const Part& part : parts)
        out += "\r\n--" + boundary + "\r\n" + part.fields + "\r\n" + part.body;
    return out + "\r\n--" + boundary + "--\r\n";
}

// What people read: the text, or text and HTML of which their reader takes one (RFC 2046 section
// 5.1.4).
Result<Part> notification_part(const DsnRequest& request) {
    std::string fields = "Content-Description: Notification\r\n";
    if (!request.language.empty()) {
        fields += "Content-Language: " + mime::clean_line(request.language, 64) + "\r\n";
    }
    if (request.html.empty()) return words_part(std::move(fields), "plain", request.text);
    const std::vector<Part> parts{words_part("", "plain", request.text),
                                  words_part("", "html", request.html)};
    SG_TRY(const std::string boundary, boundary_for(parts));
    fields += "Content-Type: multipart/alternative;\r\n\tboundary=\"" + boundary + "\"\r\n";
    return Part{std::move(fields), joined(parts, boundary), false};
}

bool needs_utf8(const DsnRequest& request) {
    // Who has such an address can read such a report.
    if (request.original.sender->needs_smtputf8()) return true;
    return request.original.parameters.smtputf8 &&
           std::any_of(request.recipients.begin(), request.recipients.end(), [](const auto& r) {
               return r.recipient.address.needs_smtputf8();
           });
}

std::string header(const DsnRequest& request,
                   const std::string& message_id,
                   const std::string& boundary,
                   bool eight_bit) {
    std::string out;
    out += "Date: " + mime::format_date(request.now) + "\r\n";
    out += "From: Mail Delivery System <" + mime::clean_line(request.postmaster, 400) + ">\r\n";
    out += "To: <" + request.original.sender->wire() + ">\r\n";
    out += "Subject: " + mime::encode_header_text(request.subject, 9) + "\r\n";
    out +=
        "Message-ID: <" + message_id + "@" + mime::clean_line(request.reporting_mta, 300) + ">\r\n";
    out += "Auto-Submitted: auto-replied\r\n";
    out += "MIME-Version: 1.0\r\n";
    out += "Content-Type: multipart/report; report-type=delivery-status;\r\n\tboundary=\"" +
           boundary + "\"\r\n";
    if (eight_bit) out += "Content-Transfer-Encoding: 8bit\r\n";
    return out;
}

}  // namespace

Result<Dsn> build_dsn(const DsnRequest& request) {
    if (!request.original.sender) {
        return fail(ErrorKind::refused, "delivery.dsn", "the null sender gets no reports");
    }
    if (request.recipients.empty()) {
        return fail(ErrorKind::internal, "delivery.dsn", "a report about nobody");
    }
    const bool utf8 = needs_utf8(request);
    std::vector<Part> parts;
    SG_TRY(Part notification, notification_part(request));
    parts.push_back(std::move(notification));
    parts.push_back(status_part(request, utf8));
    if (request.original_content) parts.push_back(original_part(request, utf8));
    const bool eight_bit =
        std::any_of(parts.begin(), parts.end(), [](const Part& part) { return part.eight_bit; });
    SG_TRY(const std::string message_id, random_name());
    SG_TRY(const std::string boundary, boundary_for(parts));

    Dsn out;
    out.content = header(request, message_id, boundary, eight_bit || utf8);
    out.content += "\r\nThis is a delivery report in MIME format.\r\n";
    out.content += joined(parts, boundary);
    out.envelope.parameters.smtputf8 = utf8;
    if (eight_bit || utf8) out.envelope.parameters.body = smtp::BodyType::eight_bit_mime;
    out.envelope.recipients.push_back({*request.original.sender, {}, ""});
    return out;
}

}  // namespace sealgate::delivery
