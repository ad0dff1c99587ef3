// SPDX-License-Identifier: Apache-2.0
#include "smtp/test_dialogue.h"

namespace sealgate::smtp {
namespace {

TEST(ServerSession, CarriesAMessage) {
    Player player(options());
    player.greet();
    play(player, R"(
S: 220 gw.example.com ESMTP Sealgate
C: EHLO client.example
S: 250-gw.example.com
S: 250-PIPELINING
S: 250-SIZE 52428800
S: 250-ENHANCEDSTATUSCODES
S: 250-8BITMIME
S: 250-DSN
S: 250-SMTPUTF8
S: 250 CHUNKING
C: MAIL FROM:<alice@example.com> SIZE=20 RET=HDRS
S: 250 2.1.0
C: RCPT TO:<bob@example.org> NOTIFY=NEVER
S: 250 2.1.0
C: RCPT TO:<no@example.org>
S: 550 5.1.1
C: DATA
S: 354 End data
C: Subject: hello
C:
C: ..dot
C: .
* message 24 octets, 1 fields, 1 recipients
S: 250 2.0.0 taken
C: QUIT
S: 221 2.0.0
* close
)");
    ASSERT_EQ(player.messages().size(), 1U);
    const EndOfMessage& message = player.messages()[0];
    EXPECT_EQ(message.content, "Subject: hello\r\n\r\n.dot\r\n");
    EXPECT_EQ(message.envelope.sender->wire(), "alice@example.com");
    EXPECT_EQ(message.envelope.parameters.ret, Ret::headers);
    EXPECT_TRUE(message.envelope.recipients.at(0).notify.never);
}

TEST(ServerSession, HeloOffersNothing) {
    Player player(options());
    player.greet();
    play(player, R"(
S: 220
C: HELO client.example
S: 250 gw.example.com
C: MAIL FROM:<>
S: 250
)");
    EXPECT_FALSE(player.session().is_esmtp());
    EXPECT_EQ(player.session().helo(), "client.example");
}

TEST(ServerSession, SmallCommands) {
    dialogue(options(), R"(
C: NOOP with anything
S: 250 2.0.0
C: HELP
S: 214 2.0.0
C: VRFY bob
S: 252 2.0.0
C: VRFY
S: 501 5.5.4
C: EXPN list
S: 502 5.5.1
C: AUTH PLAIN AAAA
S: 502 5.5.1
C: BOGUS
S: 500 5.5.2
C:
S: 500 5.5.2
C: RSET x
S: 501 5.5.4
C: QUIT x
S: 501 5.5.4
C: STARTTLS
S: 502 5.5.1
)");
}

TEST(ServerSession, CommandsOutOfOrder) {
    Player player(options());
    player.greet();
    play(player, R"(
S: 220
C: MAIL FROM:<a@example.com>
S: 503 5.5.1
C: RCPT TO:<b@example.org>
S: 503 5.5.1
C: DATA
S: 503 5.5.1
C: RSET
S: 250 2.0.0
C: EHLO bad(name
S: 501 5.5.4
C: MAIL FROM:<a@example.com>
S: 503 5.5.1
C: HELO client.example
S: 250
C: RCPT TO:<b@example.org>
S: 503 5.5.1
C: MAIL FROM:<a@example.com>
S: 250
C: MAIL FROM:<a@example.com>
S: 503 5.5.1
C: RCPT TO:<b@example.org>
S: 250
C: DATA now
S: 501 5.5.4
* reset
C: RCPT TO:<b@example.org>
S: 503 5.5.1
)");
}

TEST(ServerSession, H6_ARefusedCommandOrARsetLeavesNothing) {
    dialogue(options(), R"(
C: MAIL FROM:<no@example.com>
S: 550 5.1.1
C: RCPT TO:<b@example.org>
S: 503 5.5.1
C: MAIL FROM:<a@example.com>
S: 250
C: RCPT TO:<b@example.org>
S: 250
C: RSET
S: 250
* reset
C: DATA
S: 503 5.5.1
C: MAIL FROM:<a@example.com>
S: 250
C: RCPT TO:<b@example.org>
S: 250
C: EHLO client.example
S: 250-
S: 250-
S: 250-
S: 250-
S: 250-
S: 250-
S: 250-
S: 250 CHUNKING
* reset
C: RCPT TO:<b@example.org>
S: 503 5.5.1
C: MAIL FROM:<a@example.com>
S: 250
C: HELO client.example
S: 250
* reset
C: DATA
S: 503 5.5.1
)");
}

TEST(ServerSession, H6_RefusedDataLeavesNothing) {
    Player player(options());
    player.greet();
    player.data_answer = {451, "4.3.0", "not now"};
    play(player, R"(
S: 220
C: EHLO c.example
S: 250-
S: 250-
S: 250-
S: 250-
S: 250-
S: 250-
S: 250-
S: 250 CHUNKING
C: MAIL FROM:<a@example.com>
S: 250
C: RCPT TO:<b@example.org>
S: 250
C: DATA
S: 451 4.3.0 not now
* reset
C: RCPT TO:<b@example.org>
S: 503 5.5.1
C: MAIL FROM:<a@example.com>
S: 250
)");
    EXPECT_EQ(player.session().recipients(), 0U);
}

TEST(ServerSession, H6_ARefusedMessageLeavesNothing) {
    Player player(options());
    player.greet();
    player.feed("EHLO c.example\r\n");
    player.take_transcript();
    player.message_answer = {550, "5.7.1", "policy"};
    play(player, R"(
C: MAIL FROM:<a@example.com>
S: 250
C: RCPT TO:<b@example.org>
S: 250
C: DATA
S: 354
C: secret
C: .
* message 8 octets
S: 550 5.7.1 policy
C: RCPT TO:<b@example.org>
S: 503 5.5.1
C: DATA
S: 503 5.5.1
)");
    EXPECT_EQ(player.session().content_size(), 0U);
}

TEST(ServerSession, H5_PipelinesBehindTheDotAndTheRest) {
    dialogue(options(), R"(
C| MAIL FROM:<a@example.com>
C| RCPT TO:<b@example.org>
C: DATA
S: 250
S: 250
S: 354
C| one
C| .
C| MAIL FROM:<a@example.com>
C| RCPT TO:<c@example.org>
C| DATA
C| two
C| .
C| QUIT
C: NOOP
* message 5 octets
S: 250 2.0.0 taken
S: 250
S: 250
S: 354
* message 5 octets
S: 250 2.0.0 taken
S: 221
* close
)");
}

TEST(ServerSession, H5_DataAfterAllRecipientsWereRefused) {
    dialogue(options(), R"(
C| MAIL FROM:<a@example.com>
C| RCPT TO:<no@example.org>
C| RCPT TO:<later@example.org>
C: DATA
S: 250
S: 550 5.1.1
S: 451 4.3.0
S: 554 5.5.1
* reset
C: MAIL FROM:<a@example.com>
S: 250
C: DATA
S: 503 5.5.1
* reset
)");
}

TEST(ServerSession, H5_AnEarlyTalkerIsRefused) {
    Player waiting(options());
    waiting.greet(true);
    play(waiting, "S: 554 5.5.1\n* close\n");
    Player fed(options());
    fed.session().feed("EHLO x\r\n");
    fed.greet();
    play(fed, "S: 554 5.5.1\n* close\n");
}

TEST(ServerSession, H5_NothingIsReadAfterQuit) {
    Player player(options());
    player.greet();
    player.feed("QUIT\r\nEHLO x\r\nMAIL FROM:<a@b.example>\r\n");
    player.session().feed("NOOP\r\n");
    play(player, "S: 220\nS: 221\n* close\n");
    EXPECT_TRUE(std::holds_alternative<Close>(player.session().next()));
    EXPECT_EQ(player.session().output(), "");
}

TEST(ServerSession, H4_StartTlsForgetsEverything) {
    ServerOptions with = options();
    with.offer_starttls = true;
    with.require_tls = true;
    Player player(with);
    player.greet();
    play(player, R"(
S: 220
C: STARTTLS
S: 503 5.5.1
C: EHLO clear.example
S: 250-gw
S: 250-PIPELINING
S: 250-SIZE
S: 250-STARTTLS
S: 250-
S: 250-
S: 250-
S: 250-
S: 250 CHUNKING
C: MAIL FROM:<a@example.com>
S: 530 5.7.0
C: STARTTLS now
S: 501 5.5.4
C: STARTTLS
S: 220 2.0.0
* handshake
)");
    player.tls_started();
    EXPECT_TRUE(player.session().is_tls());
    EXPECT_EQ(player.session().helo(), "");
    play(player, R"(
C: MAIL FROM:<a@example.com>
S: 503 5.5.1
C: EHLO tls.example
S: 250-gw
S: 250-PIPELINING
S: 250-SIZE
S: 250-
S: 250-
S: 250-
S: 250-
S: 250 CHUNKING
C: STARTTLS
S: 503 5.5.1
C: MAIL FROM:<a@example.com>
S: 250
)");
}

TEST(ServerSession, H4_NothingInClearSurvivesStartTls) {
    ServerOptions with = options();
    with.offer_starttls = true;
    for (const std::string_view behind : {"MAIL FROM:<evil@example.com>\r\n", "x", "\r", "\r\n"}) {
        Player player(with);
        player.greet();
        player.feed("EHLO c.example\r\nSTARTTLS\r\n" + std::string(behind));
        EXPECT_TRUE(player.transcript().ends_with("* close\r\n")) << behind;
        EXPECT_TRUE(player.transcript().contains("\r\n554 5.5.1 ")) << behind;
        EXPECT_FALSE(player.handshake());
    }
    Player late(with);
    late.greet();
    late.feed("EHLO c.example\r\nSTARTTLS\r\n");
    ASSERT_TRUE(late.handshake());
    late.session().feed("MAIL FROM:<evil@example.com>\r\n");
    late.tls_started();
    EXPECT_TRUE(late.closed());
}

TEST(ServerSession, H4_StartTlsIsNotForATransaction) {
    ServerOptions with = options();
    with.offer_starttls = true;
    Player player(with);
    player.greet();
    player.feed("EHLO c.example\r\nMAIL FROM:<a@b.example>\r\n");
    player.take_transcript();
    play(player, R"(
C: STARTTLS
S: 503 5.5.1
C: RCPT TO:<b@example.org>
S: 250
)");
}

TEST(ServerSession, HttpIsTurnedAwayAtOnce) {
    for (const std::string_view request : {"GET / HTTP/1.1\r\n",
                                           "POST /x HTTP/1.1\r\n",
                                           "CONNECT a:25 HTTP/1.0\r\n",
                                           "HEAD / \r\n",
                                           "OPTIONS * HTTP/1.1\r\n",
                                           "PUT / HTTP/1.1\r\n",
                                           "PRI * HTTP/2.0\r\n"}) {
        Player player(options());
        player.greet();
        player.take_transcript();
        player.feed(std::string(request) + "\r\nEHLO x\r\nMAIL FROM:<a@b.example>\r\n");
        play(player, "S: 421 4.7.0\n* close\n");
    }
}

TEST(ServerSession, TlsFromTheStartIsTurnedAwayAtItsFirstOctet) {
    Player player(options());
    player.greet();
    player.take_transcript();
    player.feed("\x16");
    play(player, "S: 421 4.7.0\n* close\n");
}

TEST(ServerSession, MoreInputBeforeTheNextStepIsKept) {
    const ServerOptions with = options();
    ServerSession session(with);
    session.greet(false);
    for (const std::string_view part :
         {"EHLO c.example\r\n", "MAIL FROM:<a@b.example>\r\n", "RCPT TO:<b@example.org>\r\n"})
        session.feed(part);
    EXPECT_TRUE(std::holds_alternative<AskMail>(session.next()));
    session.answer({250, "2.1.0", "ok"});
    EXPECT_TRUE(std::holds_alternative<AskRcpt>(session.next()));
    session.feed("DATA\r\n");
    session.answer({250, "2.1.5", "ok"});
    EXPECT_TRUE(std::holds_alternative<AskData>(session.next()));
    session.answer({354, "", "go on"});
    EXPECT_TRUE(std::holds_alternative<NeedInput>(session.next()));
    session.feed("x\r\n.\r\n");
    session.feed("QUIT\r\n");
    const Step end = session.next();
    ASSERT_TRUE(std::holds_alternative<EndOfMessage>(end));
    EXPECT_EQ(std::get<EndOfMessage>(end).content, "x\r\n");
    session.answer({250, "2.0.0", "ok"});
    EXPECT_TRUE(std::holds_alternative<Close>(session.next()));
}

TEST(ServerSession, AbortEndsItAtAnyTime) {
    const Reply shutdown{421, "4.3.2", "shutting down"};
    Player player(options());
    player.greet();
    player.feed(transaction("half a mess"));
    player.take_transcript();
    player.session().abort(shutdown);
    player.run();
    play(player, "S: 421 4.3.2 shutting down\n* close\n");

    const ServerOptions with = options();
    ServerSession asked(with);
    asked.greet(false);
    asked.feed("EHLO c.example\r\nMAIL FROM:<a@b.example>\r\n");
    ASSERT_TRUE(std::holds_alternative<AskMail>(asked.next()));
    asked.output().clear();
    asked.abort(shutdown);
    asked.answer({250, "2.1.0", "too late"});
    EXPECT_EQ(asked.output(), "421 4.3.2 shutting down\r\n");
    EXPECT_TRUE(std::holds_alternative<Close>(asked.next()));
}

TEST(ServerSession, AnAnswerOf421EndsTheSession) {
    Player player(options());
    player.greet();
    player.message_answer = {421, "4.3.2", "no more"};
    player.feed(transaction("x\r\n.\r\nNOOP\r\n"));
    EXPECT_TRUE(player.transcript().ends_with("421 4.3.2 no more\r\n* close\r\n"));
}

TEST(ServerSession, EveryReplyHasAnEnhancedCodeButTheThreeThatMayNot) {
    Player player(options());
    player.greet();
    player.feed(transaction("x\r\n.\r\n"));
    player.feed(
        "NOOP\r\nRSET\r\nVRFY a\r\nHELP\r\nBOGUS\r\nBDAT 0\r\nSTARTTLS\r\nMAIL\r\nQUIT\r\n");
    for (const std::string_view line : split(player.transcript(), '\n')) {
        if (line.empty() || line.starts_with("*") || line.starts_with("220") ||
            line.starts_with("250-") || line.starts_with("250 CHUNKING") || line.starts_with("354"))
            continue;
        ASSERT_GT(line.size(), 9U);
        EXPECT_EQ(line[4], line[0]) << line;
        EXPECT_EQ(line[5], '.') << line;
    }
}

}  // namespace
}  // namespace sealgate::smtp
