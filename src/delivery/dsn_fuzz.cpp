// SPDX-License-Identifier: Apache-2.0
// The input is everything foreign that a report can hold: a flag octet, then fields divided by
// 0x1F. Properties: CRLF lines of at most 998 octets, 7-bit unless the envelope says otherwise; the
// boundary stands in the content once more than there are parts; the header reads back with each
// field once; one block for each recipient; the returned header is the original's.
#include "base/text.h"
#include "delivery/dsn.h"
#include "mime/header_scan.h"
#include "mime/media_type.h"

#include <cstdint>

namespace {

namespace delivery = sealgate::delivery;
namespace mime = sealgate::mime;
namespace smtp = sealgate::smtp;
using delivery::DsnRecipient;
using delivery::DsnRequest;

mime::Address address_or(std::string_view text, std::string_view fallback) {
    auto parsed = mime::Address::parse(text);
    if (!parsed) parsed = mime::Address::parse(fallback);
    SG_CHECK(parsed.has_value());
    return *parsed;
}

std::size_t count(std::string_view text, std::string_view what) {
    std::size_t out = 0;
    for (std::size_t i = 0; (i = text.find(what, i)) != std::string_view::npos; i += what.size())
        ++out;
    return out;
}

DsnRequest request_from(std::string_view input) {
    const unsigned flags = input.empty() ? 0 : static_cast<unsigned char>(input[0]);
    auto fields = sealgate::split(input.substr(input.empty() ? 0 : 1), '\x1F');
    fields.resize(12);
    DsnRequest out;
    out.reporting_mta = "gw.example";
    out.postmaster = "postmaster@example.com";
    out.connection_id = "SMTP-00001";
    out.original_content = std::make_shared<const std::string>(fields[0]);
    out.subject = fields[1];
    out.text = fields[2];
    out.html = fields[11];
    out.language = out.html.empty() ? "" : "de";
    out.from_mta_helo = fields[3];
    out.original.parameters.envid = fields[4];
    out.original.sender = address_or(fields[5], "a@example.com");
    out.original.parameters.smtputf8 = (flags & 1U) != 0;
    out.original.parameters.ret = (flags & 2U) != 0 ? smtp::Ret::full : smtp::Ret::unset;
    DsnRecipient recipient;
    recipient.recipient.address = address_or(fields[6], "b@example.com");
    recipient.recipient.orcpt = fields[7];
    recipient.status = fields[8];
    recipient.remote_mta = fields[9];
    recipient.action = static_cast<DsnRecipient::Action>((flags >> 2U) & 3U);
    if ((flags & 16U) != 0) {
        recipient.remote_reply = smtp::Reply{550, "5.1.1", std::string(fields[10])};
    }
    recipient.diagnostic = fields[10];
    recipient.will_retry_until = out.now;
    out.recipients.assign(1 + (flags >> 6U), recipient);
    return out;
}

void check_lines(std::string_view content, bool eight_bit) {
    SG_CHECK(content.ends_with("\r\n") && content.find('\0') == std::string_view::npos);
    std::size_t line = 0;
    for (std::size_t i = 0; i < content.size(); ++i) {
        SG_CHECK((content[i] == '\r') == (i + 1 < content.size() && content[i + 1] == '\n'));
        SG_CHECK(eight_bit || static_cast<unsigned char>(content[i]) < 0x80);
        if (content[i] == '\n') line = i + 1;
        SG_CHECK(content[i] == '\n' || i - line <= 998);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const DsnRequest request = request_from({reinterpret_cast<const char*>(data), size});
    const auto dsn = delivery::build_dsn(request);
    SG_CHECK(dsn.has_value());
    const std::string& content = dsn->content;
    check_lines(content, dsn->envelope.parameters.body == smtp::BodyType::eight_bit_mime);

    const auto header = mime::HeaderSection::scan(content);
    SG_CHECK(header.limit() == mime::HeaderLimit::none);
    for (const mime::HeaderField& field : header.fields())
        SG_CHECK(!field.name.empty() && header.count(field.name) == 1);
    SG_CHECK(header.message_id().ends_with("@gw.example>"));
    const auto type = mime::media_type(header);
    SG_CHECK(type && type->is("multipart", "report"));
    const std::string boundary(*type->parameter("boundary"));
    // In the header, before each of three parts, and at the end.
    SG_CHECK(count(content, boundary) == 5 && count(content, "\r\n--" + boundary) == 4);

    const std::string delimiter = "\r\n--" + boundary;
    const std::size_t begin = content.find(delimiter, content.find(delimiter) + 1);
    const std::size_t end = content.find(delimiter, begin + 1);
    const std::string_view status = std::string_view(content).substr(begin, end - begin);
    SG_CHECK(count(status, "\r\n\r\n") == 1 + request.recipients.size());
    SG_CHECK(count(status, "\r\nAction: ") == request.recipients.size());
    SG_CHECK(count(status, "\r\nFinal-Recipient: ") == request.recipients.size());
    return 0;
}
