// SPDX-License-Identifier: Apache-2.0
#include "flow/trace.h"

#include "flow/test_message.h"
#include "mime/header_scan.h"

#include <gtest/gtest.h>

namespace sealgate::flow {
namespace {

Accepted accepted() {
    Accepted mail;
    const Live live = test::live({"bob@partner.example"});
    mail.id = live.id;
    mail.source = live.source;
    mail.envelope = live.envelope;
    mail.content = live.content;
    return mail;
}

TraceGuard guard(char key = 'k') {
    return TraceGuard("gw.example.com", SecretBytes(std::string(32, key)));
}

std::string trace_value(const std::string& fields) {
    const auto header = mime::HeaderSection::scan(fields);
    const mime::HeaderField* field = header.find(TraceGuard::kFieldName);
    return field == nullptr ? "" : mime::unfold(field->value);
}

TEST(Trace, WritesReceivedInTheRfcsForm) {
    const std::string fields = guard().fields(accepted(), "<one@managed.example>");
    EXPECT_TRUE(
        fields.starts_with("Received: from client.example ([192.0.2.1]) by gw.example.com "
                           "(Sealgate) with ESMTP\r\n\tid SMTP-00042.1\r\n\tfor "
                           "<bob@partner.example>; "))
        << fields;
    EXPECT_EQ(mime::HeaderSection::scan(fields).fields().size(), 2U);
}

// RFC 3848, RFC 6531 section 4.3.
TEST(Trace, NamesTheProtocol) {
    const auto protocol = [](bool lmtp, bool tls, const char* user, bool smtputf8) {
        Accepted mail = accepted();
        auto source = std::make_shared<Source>(*mail.source);
        source->lmtp = lmtp;
        source->tls = tls ? "TLSv1.3 with cipher X" : "";
        source->user = user;
        mail.source = source;
        mail.envelope.parameters.smtputf8 = smtputf8;
        const std::string fields = guard().fields(mail, "<one@managed.example>");
        const std::size_t with = fields.find(" with ") + 6;
        return fields.substr(with, fields.find_first_of("\r ", with) - with);
    };
    EXPECT_EQ(protocol(false, true, "", false), "ESMTPS");
    EXPECT_EQ(protocol(false, true, "alice", false), "ESMTPSA");
    EXPECT_EQ(protocol(false, true, "alice", true), "UTF8SMTPSA");
    EXPECT_EQ(protocol(true, false, "", false), "LMTP");
    EXPECT_EQ(protocol(true, true, "", false), "LMTPS");
    EXPECT_EQ(protocol(true, true, "", true), "UTF8LMTPS");
}

TEST(Trace, NamesNoRecipientWhenThereAreSeveral) {
    Accepted mail = accepted();
    mail.envelope.recipients.push_back(test::recipient("carol@partner.example"));
    const std::string fields = guard().fields(mail, "<one@managed.example>");
    EXPECT_EQ(fields.find("partner.example"), std::string::npos) << fields;
}

TEST(Trace, LetsNoForeignTextIntoTheField) {
    for (const char* helo : {"x\r\nEvil: yes", "a b", "(comment)", "", "\xC3\xBC.example"}) {
        Accepted mail = accepted();
        auto source = std::make_shared<Source>(*mail.source);
        source->helo = helo;
        mail.source = source;
        const std::string fields = guard().fields(mail, "<one@managed.example>");
        EXPECT_TRUE(fields.starts_with("Received: from unknown (")) << fields;
        EXPECT_EQ(mime::HeaderSection::scan(fields).fields().size(), 2U);
    }
}

TEST(Trace, KnowsItsOwnFieldAndNoOther) {
    const std::string own = trace_value(guard().fields(accepted(), "<one@managed.example>"));
    EXPECT_TRUE(guard().is_own(own, "<one@managed.example>"));
    EXPECT_FALSE(guard().is_own(own, "<another@managed.example>"));
    EXPECT_FALSE(guard('x').is_own(own, "<one@managed.example>"));
    EXPECT_FALSE(
        guard().is_own("SMTP-00042.1 00000000000000000000000000000000", "<one@managed.example>"));
    EXPECT_FALSE(guard().is_own("", "<one@managed.example>"));
    EXPECT_FALSE(guard().is_own("SMTP-00042.1", "<one@managed.example>"));
}

}  // namespace
}  // namespace sealgate::flow
