// SPDX-License-Identifier: Apache-2.0
#include "syslog/message.h"

#include <gtest/gtest.h>

namespace sealgate::syslog {
namespace {

maillog::Record record() {
    maillog::Record made;
    made.sequence = 7;
    made.pid = 6517;
    EXPECT_TRUE(from_rfc3339("2026-11-25T07:14:36.123456Z", made.event.time));
    made.event.level = maillog::Level::notice;
    made.event.connection = ConnectionId{0, 42};
    made.event.verdict = maillog::Verdict::passed;
    made.event.sender = "a@b.example";
    made.event.text = "recipient 1/1 (x@y.example): passing through unmodified";
    return made;
}
const Origin kMail{2, "gw.example.com", "sealgate/messaging"};

TEST(SyslogMessage, HasTheFormOfRfc5424) {
    EXPECT_EQ(render(record(), kMail),
              "<21>1 2026-11-25T07:14:36.123456Z gw.example.com sealgate/messaging 6517 passed "
              "[sealgate@32473 sequence=\"7\" id=\"SMTP-00042\" sender=\"a@b.example\" "
              "verdict=\"passed\"] "
              "SMTP-00042: recipient 1/1 (x@y.example): passing through unmodified");
}

TEST(SyslogMessage, LeavesOutWhatIsNotThere) {
    maillog::Record bare;
    bare.event.text = "started";
    EXPECT_EQ(render(bare, {23, "", ""}),
              "<190>1 1970-01-01T00:00:00.000000Z - - - - [sealgate@32473] started");
}

TEST(SyslogMessage, EscapesValuesBySection633) {
    auto tricky = record();
    tricky.event.sender = R"("]\ evil" x="y)";
    EXPECT_NE(render(tricky, kMail).find(R"( sender="\"\]\\ evil\" x=\"y" verdict)"),
              std::string::npos)
        << render(tricky, kMail);
}

TEST(SyslogMessage, MarksTextThatIsNotAsciiAndOnlyThat) {
    auto text = record();
    text.event.text =
        "B\xC3\xBC"
        "cher";
    EXPECT_NE(render(text, kMail)
                  .find("] \xEF\xBB\xBFSMTP-00042: B\xC3\xBC"
                        "cher"),
              std::string::npos);
    EXPECT_EQ(render(record(), kMail).find("\xEF\xBB\xBF"), std::string::npos);
}

TEST(SyslogMessage, IsOneLineOfItsOwn) {
    auto broken = record();
    broken.event.text = std::string("a\nb\r\0c", 6);
    broken.event.message_id = "<x\ny>";
    EXPECT_EQ(render(broken, {2, "a b", "t\ng"}).find_first_of("\r\n"), std::string::npos);
    EXPECT_NE(render(broken, {2, "a b", "t\ng"}).find(" a?b t?g "), std::string::npos);
}

TEST(SyslogMessage, IsCountedInOctets) {
    EXPECT_EQ(counted("B\xC3\xBC"), "3 B\xC3\xBC");
}

}  // namespace
}  // namespace sealgate::syslog
