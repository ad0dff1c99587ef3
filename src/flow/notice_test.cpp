// SPDX-License-Identifier: Apache-2.0
#include "flow/notice.h"

#include "base/text.h"
#include "flow/stored_envelope.h"
#include "mime/header_scan.h"

#include <gtest/gtest.h>

namespace sealgate::flow {
namespace {

NoticeMail mail() {
    return {{*mime::Address::parse("admin@x.example"), *mime::Address::parse("second@y.example")},
            "Alert: disk\r\nBcc: everybody@z.example",
            "Gr\u00fc\u00dfe\n.\nSecond line " + std::string(2000, 'x') + "\x1B\n"};
}

config::Settings settings() {
    config::Settings out;
    out.hostname = "gw.x.example";
    return out;
}

TEST(Notice, IsMailThatNothingAnswers) {
    const auto live =
        make_notice(settings(), mail(), {0, 42}, WallTime(std::chrono::hours(500'000)));
    ASSERT_TRUE(live);
    EXPECT_FALSE(live->envelope.sender);
    ASSERT_EQ(live->envelope.recipients.size(), 2U);
    for (const smtp::Recipient& recipient : live->envelope.recipients)
        EXPECT_TRUE(recipient.notify.never);
    for (const policy::Decision& decision : live->decisions)
        EXPECT_TRUE(decision.clear_permit());
    EXPECT_EQ(live->status.size(), 2U);
    EXPECT_EQ(live->source->listener, kNoticeSource);
    const std::string& content = *live->content;
    const auto header = mime::HeaderSection::scan(content);
    EXPECT_EQ(header.auto_submitted(), "auto-generated");
    EXPECT_EQ(header.find("Bcc"), nullptr);
    EXPECT_EQ(header.message_id(), live->message_id);
    EXPECT_EQ(mime::unfold(header.find("From")->value), "Mail gateway <postmaster@gw.x.example>");
    EXPECT_EQ(mime::unfold(header.find("To")->value), "<admin@x.example>, <second@y.example>");
    EXPECT_TRUE(is_ascii(content));
    EXPECT_FALSE(live->has_eight_bit);
    std::size_t line = 0;
    for (std::size_t i = 0; i < content.size(); ++i) {
        if (content[i] != '\n') continue;
        EXPECT_LE(i - line, 998U);
        EXPECT_EQ(content[i - 1], '\r');
        line = i + 1;
    }
    EXPECT_EQ(line, content.size());
}

TEST(Notice, SurvivesTheSpool) {
    const auto live =
        make_notice(settings(), mail(), {0, 42}, WallTime(std::chrono::hours(500'000)));
    ASSERT_TRUE(live);
    const auto again = decode_envelope(encode_envelope(*live));
    ASSERT_TRUE(again);
    EXPECT_EQ(again->envelope.recipients, live->envelope.recipients);
    EXPECT_FALSE(again->envelope.sender);
    EXPECT_EQ(again->source->listener, kNoticeSource);
    EXPECT_TRUE(again->decisions.front().clear_permit());
}

}  // namespace
}  // namespace sealgate::flow
