// SPDX-License-Identifier: Apache-2.0
// What a client that goes too far is told.
#include "smtp/test_dialogue.h"

namespace sealgate::smtp {
namespace {

TEST(ServerSession, H13_ALongCommandIsRefusedAndSkipped) {
    Player player(options());
    player.greet();
    player.take_transcript();
    player.feed("EHLO " + std::string(2048 - 5 - 2, 'a') + "\r\n");
    player.feed("EHLO " + std::string(2048 - 5 - 1, 'a') + "\r\n");
    player.feed("EHLO " + std::string(200UL * 1024UL, 'a') + "\r\nNOOP\r\n");
    play(player, R"(
S: 501 5.5.4
S: 500 5.5.2
S: 500 5.5.2
S: 250
)");
    player.feed("EHLO " + std::string(10UL * 1024UL * 1024UL, 'a') + "\r\nNOOP\r\n", 65536);
    play(player, "S: 500 5.5.2\nS: 421 4.7.0\n* close\n");
}

TEST(ServerSession, H13_LimitsOfContentAreAnsweredAfterIt) {
    ServerOptions with = options();
    with.limits.text_line = 100;
    with.limits.header_bytes = 300;
    with.limits.header_fields = 5;
    with.limits.message_size = 1000;
    std::string folded = "Subject: x\r\n";
    for (int i = 0; i < 10; ++i)
        folded += " " + std::string(40, 'x') + "\r\n";
    std::string fields;
    for (int i = 0; i < 6; ++i)
        fields += "To: a@b\r\n";
    std::string big = "\r\n";
    for (int i = 0; i < 20; ++i)
        big += std::string(60, 'x') + "\r\n";
    for (const auto& [content, expected] :
         std::initializer_list<std::pair<std::string, std::string>>{
             {std::string(98, 'x') + "\r\n", "250 2.0.0 taken"},
             {std::string(99, 'x') + "\r\n", "554 5.6.0 Line too long"},
             {folded, "554 5.6.0 Header section too large"},
             {fields, "554 5.6.0 Too many header fields"},
             {big, "552 5.3.4"}}) {
        Player player(with);
        player.greet();
        player.feed(transaction(content + ".\r\n"));
        EXPECT_TRUE(player.transcript().contains("\r\n" + expected)) << player.transcript();
        EXPECT_EQ(player.session().content_size(), 0U);
    }
}

TEST(ServerSession, H12_SizeIsJudgedAtMailAndAgainByTheOctets) {
    ServerOptions with = options();
    with.limits.message_size = 1000;
    Player player(with);
    player.greet();
    player.feed("EHLO c.example\r\n");
    EXPECT_TRUE(player.transcript().contains("250-SIZE 1000\r\n"));
    player.take_transcript();
    player.feed("MAIL FROM:<a@b.example> SIZE=1001\r\nMAIL FROM:<a@b.example> SIZE=10\r\n");
    player.feed("RCPT TO:<b@example.org>\r\nDATA\r\n");
    play(player, "S: 552 5.3.4\nS: 250\nS: 250\nS: 354\n");
    for (int i = 0; i < 200; ++i) {
        player.feed("0123456789\r\n");
        EXPECT_LE(player.session().content_size(), 1000U);
        EXPECT_EQ(player.session().waiting(), Waiting::content);
    }
    EXPECT_EQ(player.session().content_size(), 0U) << "nothing is held that will be refused";
    player.feed(".\r\n");
    play(player, "S: 552 5.3.4\n* reset\n");
    EXPECT_EQ(player.session().waiting(), Waiting::command);
}

TEST(ServerSession, H12_ChunksOverTheSizeAreSwallowed) {
    ServerOptions with = options();
    with.limits.message_size = 10;
    Player player(with);
    player.greet();
    player.feed("EHLO c.example\r\n");
    player.take_transcript();
    player.feed(
        "MAIL FROM:<a@b.example>\r\nRCPT TO:<b@example.org>\r\nBDAT 6\r\nabcd\r\n"
        "BDAT 5 LAST\r\nxyz\r\nNOOP\r\n");
    play(player, R"(
S: 250
S: 250
S: 250
S: 552 5.3.4
* reset
S: 250
)");
    EXPECT_TRUE(player.messages().empty());
}

TEST(ServerSession, H13_TooManyRecipientsAreTemporaryAndNoError) {
    ServerOptions with = options();
    with.limits.recipients = 3;
    with.limits.errors = 2;
    Player player(with);
    player.greet();
    player.feed("EHLO c.example\r\nMAIL FROM:<a@b.example>\r\n");
    player.take_transcript();
    for (int i = 0; i < 10; ++i)
        player.feed("RCPT TO:<b@example.org>\r\n");
    EXPECT_EQ(player.session().recipients(), 3U);
    EXPECT_EQ(player.session().recipients_tried(), 10U);
    EXPECT_TRUE(player.transcript().ends_with("452 4.5.3 Too many recipients\r\n"));
    player.take_transcript();
    player.feed("DATA\r\nx\r\n.\r\n");
    play(player, "S: 354\n* message 3 octets, 1 fields, 3 recipients\nS: 250\n");
}

TEST(ServerSession, H13_TwelveHundredRecipientsGetAnAnswerEach) {
    Player player(options());
    player.greet();
    player.feed("EHLO c.example\r\nMAIL FROM:<a@b.example>\r\n");
    for (int i = 0; i < 1200; ++i)
        player.feed("RCPT TO:<user" + std::to_string(i) + "@example.org>\r\n");
    player.take_transcript();
    player.feed("DATA\r\nx\r\n.\r\n");
    play(player, "S: 354\n* message 3 octets, 1 fields, 1000 recipients\nS: 250\n");
}

TEST(ServerSession, ErrorsAreLimited) {
    ServerOptions with = options();
    with.limits.errors = 3;
    dialogue(with, R"(
C: BOGUS
S: 500
C: MAIL FROM:<a@example.com>
S: 250
C: RCPT TO:<no@example.org>
S: 550
C: RCPT TO:<later@example.org>
S: 451
C: RCPT TO:<b@example.org>
S: 421 4.7.0
* close
)");
}

TEST(ServerSession, CommandsAreLimitedButATransactionMayEnd) {
    ServerOptions with = options();
    with.limits.commands = 4;  // one is EHLO
    dialogue(with, R"(
C: NOOP
S: 250
C: MAIL FROM:<a@example.com>
S: 250
C: RCPT TO:<b@example.org>
S: 250
C: DATA
S: 354
C: x
C: .
* message 3 octets
S: 250
C: NOOP
S: 421 4.7.0
* close
)");
    dialogue(with, R"(
C: MAIL FROM:<a@example.com>
S: 250
C| RCPT TO:<b@example.org>
C| RCPT TO:<b@example.org>
C| RCPT TO:<b@example.org>
C| RCPT TO:<b@example.org>
C| RCPT TO:<b@example.org>
C| RCPT TO:<b@example.org>
C: RCPT TO:<b@example.org>
S: 250
S: 250
S: 250
S: 250
S: 250
S: 250
S: 421 4.7.0
* close
)");
}

TEST(ServerSession, CommandsThatMoveNoMailAreLimited) {
    ServerOptions with = options();
    with.limits.idle_commands = 4;
    dialogue(with, R"(
C: NOOP
S: 250
C: MAIL FROM:<a@example.com>
S: 250
C: RSET
S: 250
* reset
C: RSET
S: 250
C: NOOP
S: 250
C: HELP
S: 214
C: NOOP
S: 421 4.7.0
* close
)");
}

TEST(ServerSession, ChunksAreLimited) {
    ServerOptions with = options();
    with.limits.chunks = 3;
    Player player(with);
    player.greet();
    player.feed(
        "EHLO c.example\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<b@example.org>\r\n"
        "BDAT 1\r\nxBDAT 1\r\nxBDAT 1\r\nx");
    player.take_transcript();
    player.feed("BDAT 1\r\nx");
    play(player, "S: 421 4.7.0\n* close\n");
}

// What the log says of it: a line for each of our own refusals of mail, with what is known.
TEST(ServerSession, OwnRefusalsOfMailAreToldOnceEach) {
    using What = Refused::What;
    ServerOptions with = options();
    with.limits.message_size = 1000;
    with.limits.errors = 13;
    Player player(with);
    player.greet();
    player.feed("RUBBISH\r\nMAIL FROM:<early@b.example>\r\nEHLO c.example\r\nVRFY\r\n");
    player.feed("MAIL FROM:<big@b.example> SIZE=1001\r\n");
    player.feed("MAIL FROM:<" + std::string(3000, 'a') + "@b.example>\r\n");
    player.feed("MAIL FROM:<no@b.example>\r\n");  // refused by the caller: it knows
    player.feed("MAIL FROM:<a@b.example>\r\nRCPT TO:<not an address>\r\n");
    player.feed("RCPT TO:<no@example.org>\r\nDATA\r\n");
    player.feed(
        "MAIL FROM:<a@b.example>\r\nRCPT TO:<b@example.org>\r\nRCPT TO:<c@example.org>\r\n");
    player.feed("DATA\r\na\nb\r\n.\r\n");
    player.feed("MAIL FROM:<a@b.example>\r\nRCPT TO:<b@example.org>\r\n");
    player.feed("BDAT 2000\r\n" + std::string(2000, 'x') + "BDAT 1 LAST\r\nx");
    player.feed("RCPT TO:<late@example.org>\r\nNOOP\r\n");
    const struct {
        What what;
        int code;
        std::string argument;
        std::string sender;
        std::size_t recipients;
    } expected[] = {
        {What::mail, 503, "FROM:<early@b.example>", "early@b.example", 0},
        {What::mail, 552, "FROM:<big@b.example> SIZE=1001", "big@b.example", 0},
        {What::line, 500, "", "", 0},
        {What::rcpt, 553, "TO:<not an address>", "a@b.example", 0},
        {What::data, 554, "", "a@b.example", 0},
        {What::end_of_data, 554, "", "a@b.example", 2},
        {What::bdat, 552, "", "a@b.example", 1},
        {What::bdat, 503, "", "", 0},
        {What::rcpt, 503, "TO:<late@example.org>", "", 1},
        {What::session, 421, "", "", 0},
    };
    const std::vector<Refused>& told = player.refusals();
    ASSERT_EQ(told.size(), std::size(expected)) << player.transcript();
    for (std::size_t i = 0; i < told.size(); ++i) {
        SCOPED_TRACE(i);
        EXPECT_EQ(told[i].what, expected[i].what);
        EXPECT_EQ(told[i].reply.code, expected[i].code);
        EXPECT_EQ(told[i].argument, expected[i].argument);
        EXPECT_EQ(told[i].sender ? told[i].sender->text() : "", expected[i].sender);
        EXPECT_EQ(told[i].recipients.size(), expected[i].recipients);
    }
    EXPECT_TRUE(player.closed());
}

TEST(ServerSession, ARefusalIsToldBeforeTheResetThatFollows) {
    const ServerOptions with = options();
    ServerSession session(with);
    session.greet(false);
    session.feed("EHLO c.example\r\nMAIL FROM:<a@b.example>\r\nDATA\r\n");
    EXPECT_TRUE(std::holds_alternative<AskMail>(session.next()));
    session.answer({250, "2.1.0", "ok"});
    EXPECT_TRUE(std::holds_alternative<Refused>(session.next()));
    EXPECT_TRUE(std::holds_alternative<TransactionReset>(session.next()));
    EXPECT_TRUE(std::holds_alternative<NeedInput>(session.next()));
}

}  // namespace
}  // namespace sealgate::smtp
