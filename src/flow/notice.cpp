// SPDX-License-Identifier: Apache-2.0
#include "flow/notice.h"

#include "base/text.h"
#include "mime/clean_text.h"
#include "mime/date.h"
#include "mime/encoded_word.h"
#include "mime/header_scan.h"
#include "mime/transfer_encoding.h"

#include <unistd.h>

#include <array>

namespace sealgate::flow {

namespace {

constexpr std::size_t kMaxSubject = 400;
constexpr std::size_t kMaxText = std::size_t{64} * 1024;

Result<std::string> content_of(const config::Settings& settings,
                               const NoticeMail& mail,
                               WallTime now) {
    std::array<char, 16> bytes{};
    if (::getentropy(bytes.data(), bytes.size()) != 0) {
        return fail(ErrorKind::internal, "flow.notice", "no random bytes");
    }
    std::string text;
    for (const char c : mime::clean_lines(mail.text, kMaxText)) {
        if (c == '\n') text += '\r';
        text += c;
    }
    std::string out;
    out += "Date: " + mime::format_date(now) + "\r\n";
    out += "From: Mail gateway <" + mime::clean_line(settings.report_address(), 400) + ">\r\n";
    std::string to;
    for (const mime::Address& recipient : mail.recipients)
        to += (to.empty() ? "To: <" : ",\r\n <") + recipient.wire() + ">";
    out += to + "\r\n";
    out += "Subject: " + mime::encode_header_text(mime::clean_line(mail.subject, kMaxSubject), 9) +
           "\r\n";
    out += "Message-ID: <" + to_hex({bytes.data(), bytes.size()}) + "@" +
           mime::clean_line(settings.hostname, 300) + ">\r\n";
    out += "Auto-Submitted: auto-generated\r\n";
    out += "MIME-Version: 1.0\r\n";
    out += "Content-Type: text/plain; charset=utf-8\r\n";
    out += "Content-Transfer-Encoding: quoted-printable\r\n\r\n";
    out += mime::quoted_printable(text);
    if (!out.ends_with("\r\n")) out += "\r\n";
    return out;
}

}  // namespace

Result<Live> make_notice(const config::Settings& settings,
                         const NoticeMail& mail,
                         const ConnectionId& connection,
                         WallTime now) {
    SG_TRY(std::string content, content_of(settings, mail, now));
    auto source = std::make_shared<Source>();
    source->connection = connection;
    source->listener = kNoticeSource;
    source->direction = policy::MailDirection::outbound;
    source->trusted = true;
    source->helo = settings.hostname;

    Live live;
    live.id = make_message_id(connection, 1);
    live.source = std::move(source);
    for (const mime::Address& address : mail.recipients) {
        smtp::Recipient recipient;
        recipient.address = address;
        recipient.notify.never = true;
        live.envelope.recipients.push_back(std::move(recipient));
        if (address.needs_smtputf8()) live.envelope.parameters.smtputf8 = true;
    }
    live.needs_smtputf8 = live.envelope.parameters.smtputf8;
    live.has_eight_bit = !is_ascii(content);
    // The same question as for our reports: from inside, from <>.
    policy::RecipientFacts facts;
    facts.trusted_source = true;
    facts.null_sender = true;
    facts.delivery_report = true;
    const std::size_t count = live.envelope.recipients.size();
    live.decisions.assign(count, policy::decide(facts));
    live.status.resize(count);
    live.in_flight.assign(count, false);
    live.message_id = mime::HeaderSection::scan(content).message_id();
    live.content_size = content.size();
    live.content = std::make_shared<const std::string>(std::move(content));
    live.received = now;
    return live;
}

}  // namespace sealgate::flow
