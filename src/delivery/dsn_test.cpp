// SPDX-License-Identifier: Apache-2.0
#include "delivery/dsn.h"

#include "base/text.h"
#include "mime/header_scan.h"
#include "mime/media_type.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace sealgate::delivery {
namespace {

using testing::HasSubstr;
using testing::Not;

mime::Address address(std::string_view text) {
    auto parsed = mime::Address::parse(text);
    SG_CHECK(parsed.has_value());
    return *parsed;
}

WallTime at(std::string_view text) {
    WallTime time;
    SG_CHECK(from_rfc3339(text, time));
    return time;
}

DsnRecipient recipient(std::string_view to) {
    DsnRecipient out;
    out.recipient.address = address(to);
    out.status = "5.1.1";
    out.remote_reply = smtp::Reply{550, "5.1.1", "no such user"};
    out.remote_mta = "mx.y.example";
    out.last_attempt = at("2026-11-25T08:00:00Z");
    return out;
}

constexpr std::string_view kHeader =
    "Received: from a\r\n by b\r\nno colon\r\nSubject:  hi  \r\nX: y\r\n";

DsnRequest request() {
    DsnRequest out;
    out.reporting_mta = "gw.x.example";
    out.postmaster = "postmaster@x.example";
    out.original.sender = address("alice@x.example");
    out.original.parameters.envid = "QQ+2B31";
    out.arrival = at("2026-11-25T07:14:36Z");
    out.now = at("2026-11-25T08:00:01Z");
    out.connection_id = "SMTP-00042";
    out.from_mta_helo = "client.x.example";
    out.original_content =
        std::make_shared<const std::string>(std::string(kHeader) + "\r\nsecret body\r\n");
    out.recipients.push_back(recipient("bob@y.example"));
    out.subject = "Message undeliverable";
    out.text = "Sorry.\nbob@y.example\n";
    return out;
}

struct Parsed {
    std::string header;
    std::vector<std::string> parts;  // each with its own header
};

// Reads a report as a strict reader would, and checks what every report must keep.
Parsed parse(const Dsn& dsn, bool seven_bit = true) {
    const std::string& content = dsn.content;
    std::size_t longest = 0;
    std::size_t bare = 0;
    for (std::size_t i = 0; i < content.size();) {
        const std::size_t end = std::min(content.find('\n', i), content.size());
        longest = std::max(longest, end - i);
        if (end == content.size() || end == i || content[end - 1] != '\r') ++bare;
        i = end + 1;
    }
    EXPECT_EQ(bare, 0U) << "lines end with CRLF";
    EXPECT_LE(longest, 999U);
    if (seven_bit) {
        EXPECT_TRUE(is_ascii(content));
    }
    const auto header = mime::HeaderSection::scan(content);
    const auto type = mime::media_type(header);
    SG_CHECK(type.has_value());
    EXPECT_TRUE(type->is("multipart", "report"));
    EXPECT_EQ(type->parameter("report-type"), "delivery-status");
    for (const char* name :
         {"Date", "From", "To", "Subject", "Message-ID", "Auto-Submitted", "MIME-Version"}) {
        EXPECT_EQ(header.count(name), 1U) << name;
    }
    EXPECT_EQ(header.auto_submitted(), "auto-replied");
    Parsed out;
    out.header = content.substr(0, header.end());
    const std::string delimiter = "\r\n--" + std::string(*type->parameter("boundary"));
    std::size_t from = content.find(delimiter);
    SG_CHECK(from != std::string::npos);
    for (;;) {
        const std::size_t begin = from + delimiter.size() + 2;
        const std::size_t end = content.find(delimiter, begin);
        if (end == std::string::npos) break;
        out.parts.push_back(content.substr(begin, end - begin));
        from = end;
    }
    EXPECT_EQ(content.substr(from), delimiter + "--\r\n");
    EXPECT_FALSE(dsn.envelope.sender) << "reports have the null sender";
    EXPECT_EQ(dsn.envelope.recipients.size(), 1U);
    return out;
}

std::string body_of(const std::string& part) {
    return part.substr(part.find("\r\n\r\n") + 4);
}

TEST(Dsn, IsAReportThatProgramsCanRead) {
    const auto dsn = build_dsn(request());
    ASSERT_TRUE(dsn);
    const Parsed parsed = parse(*dsn);
    EXPECT_EQ(dsn->envelope.recipients[0].address.wire(), "alice@x.example");
    EXPECT_EQ(dsn->envelope.parameters, smtp::MailParameters());
    EXPECT_THAT(parsed.header, HasSubstr("To: <alice@x.example>\r\n"));
    EXPECT_THAT(parsed.header, HasSubstr("From: Mail Delivery System <postmaster@x.example>\r\n"));
    EXPECT_THAT(parsed.header, HasSubstr("Subject: Message undeliverable\r\n"));
    ASSERT_EQ(parsed.parts.size(), 3U);
    EXPECT_THAT(parsed.parts[0], HasSubstr("Content-Type: text/plain; charset=us-ascii\r\n"));
    EXPECT_EQ(body_of(parsed.parts[0]), "Sorry.\r\nbob@y.example\r\n");
    EXPECT_THAT(parsed.parts[1], HasSubstr("Content-Type: message/delivery-status\r\n"));
    const std::string status = body_of(parsed.parts[1]);
    EXPECT_TRUE(
        status.starts_with("Original-Envelope-Id: QQ+31\r\n"
                           "Reporting-MTA: dns; gw.x.example\r\n"
                           "Received-From-MTA: dns; client.x.example\r\n"
                           "X-Sealgate-Connection-ID: SMTP-00042\r\n"
                           "Arrival-Date: "))
        << status;
    EXPECT_THAT(status,
                HasSubstr("\r\n\r\nFinal-Recipient: rfc822; bob@y.example\r\n"
                          "Action: failed\r\n"
                          "Status: 5.1.1\r\n"
                          "Remote-MTA: dns; mx.y.example\r\n"
                          "Diagnostic-Code: smtp; 550 5.1.1 no such user\r\n"
                          "Last-Attempt-Date: "));
    EXPECT_THAT(parsed.parts[2], HasSubstr("Content-Type: text/rfc822-headers\r\n"));
    EXPECT_EQ(body_of(parsed.parts[2]), kHeader) << "the exact bytes, odd lines included";
}

TEST(Dsn, H15_NeverGoesToTheNullSender) {
    DsnRequest bounce = request();
    bounce.original.sender.reset();
    const auto refused = build_dsn(bounce);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind(), ErrorKind::refused);
    DsnRequest nobody = request();
    nobody.recipients.clear();
    EXPECT_EQ(build_dsn(nobody).error().kind(), ErrorKind::internal);
}

TEST(Dsn, WritesEachActionInItsForm) {
    DsnRequest r = request();
    r.recipients.clear();
    const struct {
        DsnRecipient::Action action;
        std::string_view status;
        std::string_view expected;
    } cases[] = {
        {DsnRecipient::Action::failed, "5.4.6", "Action: failed\r\nStatus: 5.4.6\r\n"},
        {DsnRecipient::Action::failed, "", "Action: failed\r\nStatus: 5.0.0\r\n"},
        {DsnRecipient::Action::delayed, "4.4.1", "Action: delayed\r\nStatus: 4.4.1\r\n"},
        {DsnRecipient::Action::delayed, "4.4", "Action: delayed\r\nStatus: 4.0.0\r\n"},
        {DsnRecipient::Action::delivered, "9.1.1", "Action: delivered\r\nStatus: 2.0.0\r\n"},
        {DsnRecipient::Action::relayed, "2.0.0\r\nX: y", "Action: relayed\r\nStatus: 2.0.0\r\n"},
    };
    for (const auto& c : cases) {
        DsnRecipient one;
        one.recipient.address = address("bob@y.example");
        one.action = c.action;
        one.status = c.status;
        one.diagnostic = "because of us";
        one.will_retry_until = at("2026-11-30T07:14:36Z");
        r.recipients = {one};
        const auto dsn = build_dsn(r);
        ASSERT_TRUE(dsn);
        const std::string status = body_of(parse(*dsn).parts[1]);
        EXPECT_THAT(status, HasSubstr(std::string(c.expected)));
        EXPECT_THAT(status, HasSubstr("Diagnostic-Code: X-Sealgate; because of us\r\n"));
        EXPECT_THAT(status, Not(HasSubstr("Remote-MTA")));
        EXPECT_EQ(status.find("Will-Retry-Until: ") != std::string::npos,
                  c.action == DsnRecipient::Action::delayed);
    }
}

TEST(Dsn, GivesOrcptBackDecoded) {
    const struct {
        std::string orcpt;
        std::string_view expected;
    } cases[] = {
        {"rfc822;b+2Bob@old.example", "Original-Recipient: rfc822; b+ob@old.example\r\n"},
        {"utf-8;j\xC3\xBCrg@x", "Original-Recipient: utf-8; j\\x{FC}rg@x\r\n"},
        {"rfc822;x+0D+0AInjected:+20y", ""},
        {"rfc822;a b", ""},
        {"rf c822;ab", ""},
        {"nothing", ""},
        {std::string(1000, 'x') + ";a@b", ""},
        {"", ""},
    };
    for (const auto& c : cases) {
        DsnRequest r = request();
        r.recipients[0].recipient.orcpt = c.orcpt;
        const auto dsn = build_dsn(r);
        ASSERT_TRUE(dsn);
        const std::string status = body_of(parse(*dsn).parts[1]);
        if (c.expected.empty()) {
            EXPECT_THAT(status, Not(HasSubstr("Original-Recipient"))) << c.orcpt;
        } else {
            EXPECT_THAT(status, HasSubstr(std::string(c.expected))) << c.orcpt;
        }
    }
}

TEST(Dsn, AQuotedLocalPartKeepsItsBlanks) {
    DsnRequest r = request();
    r.recipients = {recipient("\"a  b " + std::string(50, 'x') + "\"@y.example")};
    const auto dsn = build_dsn(r);
    ASSERT_TRUE(dsn);
    std::string status = body_of(parse(*dsn).parts[1]);
    for (std::size_t fold = 0; (fold = status.find("\r\n ")) != std::string::npos;)
        status.erase(fold, 2);
    EXPECT_THAT(status, HasSubstr("rfc822; \"a  b " + std::string(50, 'x') + "\"@y.example\r\n"));
}

TEST(Dsn, RetDecidesWhatIsReturned) {
    DsnRequest r = request();
    r.original.parameters.ret = smtp::Ret::full;
    const auto full = build_dsn(r);
    ASSERT_TRUE(full);
    const Parsed parsed = parse(*full);
    EXPECT_THAT(parsed.parts[2], HasSubstr("Content-Type: message/rfc822\r\n"));
    EXPECT_EQ(body_of(parsed.parts[2]), *r.original_content);

    r.recipients[0].action = DsnRecipient::Action::delivered;
    EXPECT_THAT(build_dsn(r)->content, Not(HasSubstr("secret body"))) << "only failures return all";
    r.recipients[0].action = DsnRecipient::Action::failed;
    for (const smtp::Ret ret : {smtp::Ret::unset, smtp::Ret::headers}) {
        r.original.parameters.ret = ret;
        EXPECT_THAT(build_dsn(r)->content, Not(HasSubstr("secret body")));
    }
    r.original_content = nullptr;
    EXPECT_EQ(parse(*build_dsn(r)).parts.size(), 2U);
}

TEST(Dsn, FullContentComesBackOnlyWhereMailCanCarryIt) {
    DsnRequest r = request();
    r.original.parameters.ret = smtp::Ret::full;
    const std::string header = "A: b\r\n\r\n";
    for (const std::string& body : {std::string(999, 'x') + "\r\n",
                                    std::string("bare\nline feed\r\n"),
                                    std::string("bare\rreturn\r\n"),
                                    std::string("nul\0\r\n", 6),
                                    std::string(kMaxReturnedContent, '\n')}) {
        r.original_content = std::make_shared<const std::string>(header + body);
        const auto dsn = build_dsn(r);
        ASSERT_TRUE(dsn);
        EXPECT_THAT(parse(*dsn).parts[2], HasSubstr("text/rfc822-headers"));
    }
    r.original_content = std::make_shared<const std::string>(header + "\xFF\r\n");
    const auto eight_bit = build_dsn(r);
    ASSERT_TRUE(eight_bit);
    EXPECT_EQ(eight_bit->envelope.parameters.body, smtp::BodyType::eight_bit_mime);
    EXPECT_FALSE(eight_bit->envelope.parameters.smtputf8);
    const Parsed parsed = parse(*eight_bit, false);
    EXPECT_THAT(parsed.header, HasSubstr("Content-Transfer-Encoding: 8bit\r\n"));
    EXPECT_THAT(parsed.parts[2], HasSubstr("Content-Transfer-Encoding: 8bit\r\n"));
}

TEST(Dsn, AwkwardHeadersAreReturnedEncodedOrCut) {
    DsnRequest r = request();
    const auto third = [&](const std::string& content) {
        r.original_content = std::make_shared<const std::string>(content);
        const auto dsn = build_dsn(r);
        SG_CHECK(dsn.has_value());
        return parse(*dsn).parts[2];
    };
    EXPECT_THAT(third("Subject: \xFF\r\n\r\n"), HasSubstr("quoted-printable\r\n\r\nSubject: =FF"));
    EXPECT_THAT(third("X: " + std::string(2000, 'x') + "\r\n\r\n"), HasSubstr("quoted-printable"));
    EXPECT_THAT(third("a\rb: c\r\n\r\n"), HasSubstr("a=0Db: c\r\n"));
    EXPECT_EQ(body_of(third("\r\nonly a body")), "");
    EXPECT_EQ(body_of(third("")), "");

    std::string many;
    while (many.size() < 2 * kMaxReturnedHeader)
        many += "X-Line: " + std::string(80, 'x') + "6789\r\n";
    const std::string cut = body_of(third(many + "\r\nbody"));
    EXPECT_LE(cut.size(), kMaxReturnedHeader);
    EXPECT_GT(cut.size(), kMaxReturnedHeader - 100);
    EXPECT_TRUE(cut.ends_with("6789\r\n"));
    EXPECT_LT(third("X: " + std::string(2 * kMaxReturnedHeader, 'x')).size(),
              2 * kMaxReturnedHeader);
}

TEST(Dsn, HtmlMakesTheFirstPartAnAlternative) {
    DsnRequest r = request();
    r.text = "Gr\u00fc\u00dfe\n";
    r.html = "<p>Gr\u00fc\u00dfe</p>\n" + std::string(2000, 'x');
    r.language = "de";
    const auto dsn = build_dsn(r);
    ASSERT_TRUE(dsn);
    const Parsed parsed = parse(*dsn);
    ASSERT_EQ(parsed.parts.size(), 3U);
    const std::string& first = parsed.parts[0];
    const auto header = mime::HeaderSection::scan(first);
    const auto type = mime::media_type(header);
    ASSERT_TRUE(type && type->is("multipart", "alternative"));
    EXPECT_EQ(mime::unfold(header.find("Content-Language")->value), "de");
    const std::string delimiter = "\r\n--" + std::string(*type->parameter("boundary"));
    const std::size_t text = first.find(delimiter);
    const std::size_t html = first.find(delimiter, text + 1);
    EXPECT_TRUE(first.ends_with(delimiter + "--\r\n"));
    EXPECT_THAT(first.substr(text, html - text),
                HasSubstr("Content-Type: text/plain; charset=utf-8\r\n"
                          "Content-Transfer-Encoding: quoted-printable\r\n"
                          "\r\nGr=C3=BC=C3=9Fe\r\n"));
    EXPECT_THAT(first.substr(html),
                HasSubstr("Content-Type: text/html; charset=utf-8\r\n"
                          "Content-Transfer-Encoding: quoted-printable\r\n"
                          "\r\n<p>Gr=C3=BC=C3=9Fe</p>\r\n"));
    EXPECT_THAT(parsed.parts[1], HasSubstr("Content-Type: message/delivery-status\r\n"));
}

TEST(Dsn, ForeignTextCannotAddFieldsOrBlocks) {
    DsnRequest r = request();
    r.recipients[0].remote_reply = smtp::Reply{
        550, "5.1.1", "no\n\r\nAction: delivered\r\n\r\nFinal-Recipient: rfc822; x\x1B[2J\xFF"};
    r.recipients[0].remote_mta = "mx\r\nStatus: 2.0.0";
    r.from_mta_helo = "helo\r\n\r\nX: y";
    r.subject = "x\r\nBcc: everybody@z.example";
    r.text = "one\r\ntwo\rthree\x07\xFF\n.\n--=_report_\n";
    const auto dsn = build_dsn(r);
    ASSERT_TRUE(dsn);
    const Parsed parsed = parse(*dsn);
    EXPECT_EQ(mime::HeaderSection::scan(dsn->content).find("Bcc"), nullptr);
    const std::string status = body_of(parsed.parts[1]);
    std::size_t blocks = 0;
    for (std::size_t i = 0; (i = status.find("\r\n\r\n", i)) != std::string::npos; i += 2)
        ++blocks;
    EXPECT_EQ(blocks, 1U) << status;
    EXPECT_THAT(status, Not(HasSubstr("\r\nAction: delivered")));
    EXPECT_THAT(status, Not(HasSubstr("\r\nStatus: 2.0.0")));
    EXPECT_THAT(status, HasSubstr("\\x{FFFD}"));
}

TEST(Dsn, F18_ManyRecipientsWithHugeRepliesStayBounded) {
    DsnRequest r = request();
    r.recipients.clear();
    for (int i = 0; i < 1200; ++i) {
        DsnRecipient one = recipient("user" + std::to_string(i) + "@y.example");
        one.remote_reply->text = std::string(10'000, 'z');
        r.recipients.push_back(one);
    }
    const auto dsn = build_dsn(r);
    ASSERT_TRUE(dsn);
    EXPECT_EQ(parse(*dsn).parts.size(), 3U);
    EXPECT_LE(static_cast<std::size_t>(std::count(dsn->content.begin(), dsn->content.end(), 'z')),
              kMaxDiagnostics);
    EXPECT_LT(dsn->content.size(), 512U * 1024U);
    EXPECT_THAT(dsn->content, HasSubstr("rfc822; user1199@y.example"));
}

TEST(Dsn, TextThatIsNotAsciiIsEncoded) {
    DsnRequest r = request();
    r.subject =
        "Zur\xC3\xBC"
        "ck";
    r.text =
        "Gr\xC3\xBC\xC3\x9F"
        "e\n" +
        std::string(2000, 'x');
    const auto dsn = build_dsn(r);
    ASSERT_TRUE(dsn);
    const Parsed parsed = parse(*dsn);
    EXPECT_THAT(parsed.parts[0], HasSubstr("charset=utf-8\r\n"));
    EXPECT_THAT(parsed.parts[0], HasSubstr("Gr=C3=BC=C3=9Fe\r\n"));
    EXPECT_THAT(parsed.header, HasSubstr("Subject: =?UTF-8?"));
}

TEST(Dsn, Rfc6533FormsFollowTheSender) {
    DsnRequest r = request();
    r.recipients = {recipient("j\xC3\xBCrg@y.example")};
    r.recipients[0].recipient.orcpt = "utf-8;j\xC3\xBCrg@y.example";
    const auto old = build_dsn(r);
    ASSERT_TRUE(old);
    EXPECT_THAT(body_of(parse(*old).parts[1]),
                HasSubstr("Final-Recipient: utf-8; j\\x{FC}rg@y.example\r\n"));
    EXPECT_FALSE(old->envelope.parameters.smtputf8);

    r.original.parameters.smtputf8 = true;
    const auto modern = build_dsn(r);
    ASSERT_TRUE(modern);
    const Parsed parsed = parse(*modern, false);
    EXPECT_THAT(parsed.parts[1], HasSubstr("Content-Type: message/global-delivery-status\r\n"));
    EXPECT_THAT(parsed.parts[1], HasSubstr("Final-Recipient: utf-8; j\xC3\xBCrg@y.example\r\n"));
    EXPECT_THAT(parsed.parts[1], HasSubstr("Original-Recipient: utf-8; j\xC3\xBCrg@y.example\r\n"));
    EXPECT_THAT(parsed.parts[2], HasSubstr("Content-Type: message/global-headers\r\n"));
    EXPECT_TRUE(modern->envelope.parameters.smtputf8);
    EXPECT_EQ(modern->envelope.parameters.body, smtp::BodyType::eight_bit_mime);

    r.recipients = {recipient("bob@y.example")};
    EXPECT_FALSE(build_dsn(r)->envelope.parameters.smtputf8) << "nothing here needs it";
    r.original.sender = address("\xC3\xA4lice@x.example");
    EXPECT_TRUE(build_dsn(r)->envelope.parameters.smtputf8);
    EXPECT_THAT(parse(*build_dsn(r), false).header, HasSubstr("To: <\xC3\xA4lice@x.example>\r\n"));
}

TEST(Dsn, MessageIdsAndBoundariesDiffer) {
    std::set<std::string> seen;
    for (int i = 0; i < 100; ++i) {
        const std::string content = build_dsn(request())->content;
        const auto header = mime::HeaderSection::scan(content);
        EXPECT_TRUE(seen.insert(header.message_id()).second);
        EXPECT_TRUE(header.message_id().ends_with("@gw.x.example>"));
        EXPECT_TRUE(
            seen.insert(std::string(*mime::media_type(header)->parameter("boundary"))).second);
    }
}

}  // namespace
}  // namespace sealgate::delivery
