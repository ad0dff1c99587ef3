// SPDX-License-Identifier: Apache-2.0
#include "smtp/client_session.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace sealgate::smtp {
namespace {

mime::Address address(std::string_view text) {
    auto parsed = mime::Address::parse(text);
    SG_CHECK(parsed.has_value());
    return *parsed;
}

// What the session wants to write now, taken as written.
std::string wire(ClientSession& session) {
    std::string out;
    for (const std::string_view piece : session.wire_pieces())
        out += piece;
    session.written();
    return out;
}

// The replies that are complete, as "rcpt/1 550"; "malformed", "transient" or "internal" at the end
// when the session broke.
std::vector<std::string> replies(ClientSession& session) {
    static constexpr std::string_view kNames[] = {"greeting",
                                                  "ehlo",
                                                  "helo",
                                                  "lhlo",
                                                  "starttls",
                                                  "auth",
                                                  "xforward",
                                                  "mail",
                                                  "rcpt",
                                                  "data",
                                                  "content",
                                                  "bdat",
                                                  "rset",
                                                  "quit"};
    std::vector<std::string> out;
    for (;;) {
        const auto reply = session.next();
        if (!reply) {
            out.emplace_back(to_string(reply.error().kind()));
            return out;
        }
        if (!*reply) return out;
        std::string name(kNames[static_cast<std::size_t>((*reply)->command)]);
        if ((*reply)->command == Command::rcpt) name += "/" + std::to_string((*reply)->index);
        out.push_back(name + " " + std::to_string((*reply)->reply.code));
    }
}

std::vector<std::string> replies(ClientSession& session, std::string_view bytes) {
    session.feed(bytes);
    return replies(session);
}

using Replies = std::vector<std::string>;

constexpr std::string_view kEverything =
    "250-mx\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250-DSN\r\n250 SIZE 1000\r\n";

ClientSession greeted(std::string_view ehlo_reply) {
    ClientSession session;
    SG_CHECK(replies(session, "220 mx\r\n") == Replies{"greeting 220"});
    session.ehlo("gw.example");
    SG_CHECK(wire(session) == "EHLO gw.example\r\n");
    SG_CHECK(replies(session, ehlo_reply) == Replies{"ehlo 250"});
    return session;
}

// MAIL, two RCPT and DATA are queued.
void queue_transaction(ClientSession& session) {
    session.mail(address("a@x.example"), {}, 0);
    session.rcpt({address("b@y.example"), {}, ""});
    session.rcpt({address("c@y.example"), {}, ""});
    session.data();
}

constexpr std::string_view kTransaction =
    "MAIL FROM:<a@x.example>\r\nRCPT TO:<b@y.example>\r\nRCPT TO:<c@y.example>\r\nDATA\r\n";

TEST(ClientSession, WaitsForTheGreetingFirst) {
    ClientSession session;
    EXPECT_EQ(session.outstanding(), 1U);
    session.ehlo("gw.example");
    EXPECT_EQ(session.outstanding(), 2U);
    EXPECT_EQ(wire(session), "");
    EXPECT_EQ(replies(session, "220-mx.example\r\n220 ESMTP\r\n"), Replies{"greeting 220"});
    EXPECT_EQ(wire(session), "EHLO gw.example\r\n");
    EXPECT_EQ(session.outstanding(), 1U);
}

TEST(ClientSession, ReadsExtensions) {
    ClientSession session = greeted(
        "250-mx PIPELINING\r\n250-size 1024\r\n250-8bitmime\r\n250-STARTTLS\r\n250-DSNX\r\n"
        "250-AUTH PLAIN\r\n250-CHUNKING\r\n250 ENHANCEDSTATUSCODES\r\n");
    const Extensions& offered = session.extensions();
    EXPECT_TRUE(offered.esmtp);
    EXPECT_FALSE(offered.pipelining) << "the first line is the greeting";
    EXPECT_TRUE(offered.size);
    EXPECT_EQ(offered.max_size, 1024U);
    EXPECT_TRUE(offered.eight_bit_mime);
    EXPECT_TRUE(offered.starttls);
    EXPECT_TRUE(offered.chunking);
    EXPECT_TRUE(offered.enhanced_status_codes);
    EXPECT_FALSE(offered.dsn);
    EXPECT_FALSE(offered.smtputf8);
    EXPECT_EQ(greeted("250-mx\r\n250 SIZE 99999999999999999999\r\n").extensions().max_size, 0U);
    EXPECT_EQ(greeted("250-mx\r\n250 SIZE\r\n").extensions().max_size, 0U);
}

TEST(ClientSession, HeloForgetsExtensions) {
    ClientSession session = greeted(kEverything);
    session.helo("gw.example");
    EXPECT_EQ(wire(session), "HELO gw.example\r\n");
    EXPECT_EQ(replies(session, "250 hi\r\n"), Replies{"helo 250"});
    EXPECT_FALSE(session.extensions().esmtp);
    EXPECT_FALSE(session.extensions().pipelining);
}

TEST(ClientSession, WithPipeliningATransactionIsOneWrite) {
    ClientSession session = greeted(kEverything);
    queue_transaction(session);
    EXPECT_EQ(session.wire_pieces().size(), 1U);
    EXPECT_EQ(wire(session), kTransaction);
    EXPECT_EQ(wire(session), "");
    EXPECT_EQ(session.outstanding(), 4U);
    EXPECT_EQ(replies(session, "250 ok\r\n250 ok\r\n550 5.1.1 no\r\n354 go\r\n"),
              (Replies{"mail 250", "rcpt/0 250", "rcpt/1 550", "data 354"}));
}

TEST(ClientSession, WithoutPipeliningOneCommandAtATime) {
    ClientSession session = greeted("250 mx\r\n");
    queue_transaction(session);
    for (const std::string_view expected : {"MAIL FROM:<a@x.example>\r\n",
                                            "RCPT TO:<b@y.example>\r\n",
                                            "RCPT TO:<c@y.example>\r\n"}) {
        EXPECT_EQ(wire(session), expected);
        EXPECT_EQ(wire(session), "");
        EXPECT_EQ(replies(session, "250 ok\r\n").size(), 1U);
    }
    EXPECT_EQ(wire(session), "DATA\r\n");
    EXPECT_EQ(session.outstanding(), 1U);
}

TEST(ClientSession, ContentComesOnlyAfter354AndMayLeadTheNextGroup) {
    ClientSession session = greeted(kEverything);
    const std::string content = "Subject: x\r\n\r\n.dot\r\n";
    queue_transaction(session);
    session.mail(std::nullopt, {}, 0);
    EXPECT_EQ(wire(session), kTransaction) << "DATA ends the group";
    EXPECT_EQ(session.content({content}).error().kind(), ErrorKind::internal);
    EXPECT_EQ(replies(session, "250 ok\r\n250 ok\r\n250 ok\r\n").size(), 3U);
    EXPECT_EQ(wire(session), "");
    EXPECT_EQ(replies(session, "354 go\r\n"), Replies{"data 354"});
    EXPECT_TRUE(session.wants_content());
    EXPECT_EQ(wire(session), "") << "nothing but content may follow a 354";
    ASSERT_TRUE(session.content({content}));
    EXPECT_FALSE(session.wants_content());
    const auto pieces = session.wire_pieces();
    ASSERT_FALSE(pieces.empty());
    EXPECT_EQ(pieces[0].data(), content.data()) << "borrowed, not copied";
    EXPECT_EQ(wire(session), "Subject: x\r\n\r\n..dot\r\n.\r\nMAIL FROM:<>\r\n");
    EXPECT_EQ(replies(session, "250 taken\r\n250 ok\r\n"), (Replies{"content 250", "mail 250"}));
    EXPECT_EQ(session.outstanding(), 0U);
}

TEST(ClientSession, AChunkGoesWithTheEnvelope) {
    ClientSession session = greeted("250-mx\r\n250-PIPELINING\r\n250 CHUNKING\r\n");
    session.mail(std::nullopt, {}, 0);
    session.rcpt({.address = address("a@b.example"), .notify = {}, .orcpt = {}});
    ASSERT_TRUE(session.bdat({"..\r\n", ".\r\n"}));
    session.mail(std::nullopt, {}, 0);
    EXPECT_EQ(wire(session), "MAIL FROM:<>\r\nRCPT TO:<a@b.example>\r\nBDAT 7 LAST\r\n..\r\n.\r\n");
    EXPECT_EQ(wire(session), "MAIL FROM:<>\r\n");
    EXPECT_EQ(replies(session, "250 ok\r\n550 no\r\n503 no recipient\r\n250 ok\r\n"),
              (Replies{"mail 250", "rcpt/0 550", "bdat 503", "mail 250"}));
}

TEST(ClientSession, AFirstChunkGoesAhead) {
    ClientSession session = greeted("250-mx\r\n250-PIPELINING\r\n250 CHUNKING\r\n");
    session.mail(std::nullopt, {}, 0);
    session.try_bdat("Received:");
    EXPECT_EQ(wire(session), "MAIL FROM:<>\r\nBDAT 9\r\nReceived:");
    EXPECT_EQ(replies(session, "250 ok\r\n502 what\r\n"), (Replies{"mail 250", "bdat 502"}));
}

TEST(ClientSession, WithoutPipeliningAChunkWaitsForItsTurn) {
    ClientSession session = greeted("250-mx\r\n250 CHUNKING\r\n");
    session.mail(std::nullopt, {}, 0);
    ASSERT_TRUE(session.bdat({"a\r\n"}));
    EXPECT_EQ(wire(session), "MAIL FROM:<>\r\n");
    EXPECT_EQ(replies(session, "250 ok\r\n"), Replies{"mail 250"});
    EXPECT_EQ(wire(session), "BDAT 3 LAST\r\na\r\n");
    EXPECT_EQ(replies(session, "354 what\r\n"), Replies{"malformed"});
}

TEST(ClientSession, H02_AChunkThatIsNotFramedIsNotQueued) {
    ClientSession session = greeted("250-mx\r\n250 CHUNKING\r\n");
    EXPECT_FALSE(session.bdat({"a\n"}));
    EXPECT_EQ(wire(session), "");
    ASSERT_TRUE(session.bdat({"a"}));
    EXPECT_EQ(wire(session), "BDAT 3 LAST\r\na\r\n");
}

TEST(ClientSession, ARefusedDataLetsTheQueueGoOn) {
    ClientSession session = greeted(kEverything);
    queue_transaction(session);
    session.rset();
    EXPECT_EQ(wire(session), kTransaction);
    EXPECT_EQ(replies(session, "250 ok\r\n550 no\r\n550 no\r\n554 no recipients\r\n").size(), 4U);
    EXPECT_FALSE(session.wants_content());
    EXPECT_EQ(session.content({"x"}).error().kind(), ErrorKind::internal);
    EXPECT_EQ(wire(session), "RSET\r\n");
}

TEST(ClientSession, H05_A354WithoutRecipientsIsAnsweredWithAnEmptyMessage) {
    ClientSession session = greeted(kEverything);
    queue_transaction(session);
    EXPECT_EQ(wire(session), kTransaction);
    EXPECT_EQ(replies(session, "250 ok\r\n550 no\r\n550 no\r\n354 go\r\n").size(), 4U);
    ASSERT_TRUE(session.content({}));
    EXPECT_EQ(wire(session), ".\r\n");
    EXPECT_EQ(replies(session, "554 nobody\r\n"), Replies{"content 554"});
}

TEST(ClientSession, PiecesStayTheSameUntilWritten) {
    ClientSession session = greeted(kEverything);
    session.mail(std::nullopt, {}, 0);
    const auto first = session.wire_pieces();
    session.rcpt({address("b@y.example"), {}, ""});
    const auto second = session.wire_pieces();
    ASSERT_EQ(first.size(), 1U);
    ASSERT_EQ(second.size(), 1U);
    EXPECT_EQ(first[0].data(), second[0].data());
    EXPECT_EQ(second[0], "MAIL FROM:<>\r\n");
    session.written();
    EXPECT_EQ(wire(session), "RCPT TO:<b@y.example>\r\n");
}

TEST(ClientSession, RecipientsAreCountedInEachTransaction) {
    ClientSession session = greeted(kEverything);
    for (int i = 0; i < 2; ++i) {
        session.mail(std::nullopt, {}, 0);
        session.rcpt({address("b@y.example"), {}, ""});
        session.rset();
    }
    EXPECT_FALSE(wire(session).empty());
    EXPECT_EQ(
        replies(session, "250 a\r\n250 b\r\n250 c\r\n250 d\r\n550 e\r\n250 f\r\n"),
        (Replies{"mail 250", "rcpt/0 250", "rset 250", "mail 250", "rcpt/0 550", "rset 250"}));
}

TEST(ClientSession, WritesOnlyParametersTheServerOffers) {
    MailParameters parameters;
    parameters.body = BodyType::eight_bit_mime;
    parameters.smtputf8 = true;
    parameters.ret = Ret::headers;
    parameters.envid = "id+2B1";
    Recipient recipient{address("b@y.example"), {}, "rfc822;b+2Bx@y.example"};
    recipient.notify.failure = recipient.notify.success = true;
    const struct {
        std::string_view ehlo;
        std::string_view mail;
        std::string_view rcpt;
    } cases[] = {
        {"250 mx\r\n", "", ""},
        {"250-mx\r\n250 SIZE\r\n", " SIZE=123", ""},
        {"250-mx\r\n250 8BITMIME\r\n", " BODY=8BITMIME", ""},
        {"250-mx\r\n250 SMTPUTF8\r\n", " SMTPUTF8", ""},
        {"250-mx\r\n250 DSN\r\n",
         " RET=HDRS ENVID=id+2B1",
         " NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;b+2Bx@y.example"},
        {kEverything,
         " SIZE=123 BODY=8BITMIME SMTPUTF8 RET=HDRS ENVID=id+2B1",
         " NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;b+2Bx@y.example"},
    };
    for (const auto& c : cases) {
        ClientSession session = greeted(c.ehlo);
        session.mail(address("a@x.example"), parameters, 123);
        EXPECT_EQ(wire(session), "MAIL FROM:<a@x.example>" + std::string(c.mail) + "\r\n");
        EXPECT_EQ(replies(session, "250 ok\r\n").size(), 1U);
        session.rcpt(recipient);
        EXPECT_EQ(wire(session), "RCPT TO:<b@y.example>" + std::string(c.rcpt) + "\r\n");
    }
}

TEST(ClientSession, H18_ParametersThatAreNotOneWordAreLeftOut) {
    for (const std::string_view orcpt : {"rfc822;a b",
                                         "rfc822;a\r\nRCPT TO:<x@y>",
                                         "rfc822;a=b",
                                         "rfc822;a+2",
                                         "rfc822;a+2x",
                                         "rfc822;\xC3\xBC@x",
                                         "utf-8;\xC3",
                                         "rfc822",
                                         ";a@b",
                                         "rfc822;"}) {
        ClientSession session = greeted(kEverything);
        session.rcpt({address("b@y.example"), {}, std::string(orcpt)});
        EXPECT_EQ(wire(session), "RCPT TO:<b@y.example>\r\n") << orcpt;
    }
    const std::string too_long = "rfc822;" + std::string(494, 'x');
    ClientSession wide = greeted(kEverything);
    wide.rcpt({address("b@y.example"), {}, too_long});
    EXPECT_EQ(wire(wide), "RCPT TO:<b@y.example>\r\n");
    for (const std::string_view envid : {"a b", "a\r\nDATA", "a=b", "+", "\xC3\xBC"}) {
        ClientSession session = greeted(kEverything);
        MailParameters parameters;
        parameters.envid = envid;
        session.mail(std::nullopt, parameters, 0);
        EXPECT_EQ(wire(session), "MAIL FROM:<>\r\n") << envid;
    }
}

TEST(ClientSession, Utf8OrcptFollowsTheServer) {
    const Recipient recipient{address("b@y.example"), {}, "utf-8;j\xC3\xBCrg\xF0\x9F\x93\xA7@x"};
    ClientSession modern = greeted(kEverything);
    modern.rcpt(recipient);
    EXPECT_EQ(wire(modern), "RCPT TO:<b@y.example> ORCPT=utf-8;j\xC3\xBCrg\xF0\x9F\x93\xA7@x\r\n");
    ClientSession old = greeted("250-mx\r\n250 DSN\r\n");
    old.rcpt(recipient);
    EXPECT_EQ(wire(old), "RCPT TO:<b@y.example> ORCPT=utf-8;j\\x{FC}rg\\x{1F4E7}@x\r\n");
}

TEST(ClientSession, AControlCharacterInACommandSendsNothing) {
    ClientSession session = greeted(kEverything);
    session.ehlo("gw\r\nMAIL FROM:<>");
    EXPECT_EQ(wire(session), "");
    EXPECT_EQ(replies(session), Replies{"internal"});
}

TEST(ClientSession, H02_RefusesContentThatIsNotFramed) {
    for (const std::string_view content : {"a\nb", "a\rb", "a\r", "\r\n.\n"}) {
        ClientSession session = greeted(kEverything);
        queue_transaction(session);
        EXPECT_EQ(wire(session), kTransaction);
        EXPECT_EQ(replies(session, "250 a\r\n250 b\r\n250 c\r\n354 go\r\n").size(), 4U);
        const Status refused = session.content({"ok\r\n", content});
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().kind(), ErrorKind::refused);
        EXPECT_EQ(wire(session), "") << "no byte has gone out";
    }
}

TEST(ClientSession, H10_RepliesThatDoNotFitBreakTheSession) {
    const struct {
        std::string_view bytes;  // answers to the pipelined transaction
        Replies expected;
    } cases[] = {
        {"250 a\r\n250 b\r\n250 c\r\n250 data\r\n",
         {"mail 250", "rcpt/0 250", "rcpt/1 250", "malformed"}},
        {"354 a\r\n", {"malformed"}},
        {"250 a\r\n354 b\r\n", {"mail 250", "malformed"}},
        {"250-a\r\n250-b\r\n250 c\r\n251 b\r\n252 c\r\n354 go\r\n",
         {"mail 250", "rcpt/0 251", "rcpt/1 252", "data 354"}},
        {"250 a\r\n250 b\r\n250 c\r\n354 go\r\n250 d\r\n",
         {"mail 250", "rcpt/0 250", "rcpt/1 250", "data 354", "malformed"}},
        {"250 a\r\n250 b\r\n250 c\r\n451 no\r\n250 d\r\n",
         {"mail 250", "rcpt/0 250", "rcpt/1 250", "data 451", "malformed"}},
        {"250-a\r\n550 b\r\n", {"malformed"}},
        {"ok\r\n", {"malformed"}},
        {"250 a\n", {"malformed"}},
        {"150 a\r\n", {"malformed"}},
        {"", {}},
        {"250 a", {}},
    };
    for (const auto& c : cases) {
        ClientSession session = greeted(kEverything);
        queue_transaction(session);
        EXPECT_EQ(wire(session), kTransaction);
        EXPECT_EQ(replies(session, c.bytes), c.expected) << c.bytes;
        if (c.expected.empty() || c.expected.back() != "malformed") continue;
        EXPECT_EQ(replies(session, "250 fine\r\n"), Replies{"malformed"}) << "it stays broken";
        EXPECT_EQ(wire(session), "");
    }
}

TEST(ClientSession, H10_GreetingsAndEhloRepliesOfTheWrongClass) {
    for (const std::string_view bytes : {"354 go\r\n", "SSH-2.0-x\r\n", "+OK pop\r\n"}) {
        ClientSession session;
        EXPECT_EQ(replies(session, bytes), Replies{"malformed"}) << bytes;
    }
    ClientSession session;
    EXPECT_EQ(replies(session, "554 go away\r\n"), Replies{"greeting 554"});
    session.ehlo("gw.example");
    EXPECT_EQ(wire(session), "EHLO gw.example\r\n");
    EXPECT_EQ(replies(session, "500 what\r\n"), Replies{"ehlo 500"});
    EXPECT_FALSE(session.extensions().esmtp);
    session.helo("gw.example");
    EXPECT_EQ(wire(session), "HELO gw.example\r\n");
}

TEST(ClientSession, H10_421AnswersAllThatWasQueued) {
    ClientSession session = greeted(kEverything);
    queue_transaction(session);
    session.quit();
    EXPECT_EQ(wire(session), kTransaction);
    EXPECT_EQ(replies(session, "250 ok\r\n421 4.3.2 bye\r\n250 never read\r\n"),
              (Replies{"mail 250", "rcpt/0 421", "rcpt/1 421", "data 421", "quit 421"}));
    EXPECT_EQ(session.outstanding(), 0U);
    session.mail(std::nullopt, {}, 0);
    EXPECT_EQ(wire(session), "");
    EXPECT_EQ(replies(session), Replies{"mail 421"});
}

TEST(ClientSession, H10_421ToContentAndUnasked) {
    ClientSession session = greeted(kEverything);
    queue_transaction(session);
    EXPECT_EQ(wire(session), kTransaction);
    EXPECT_EQ(replies(session, "250 a\r\n250 b\r\n250 c\r\n354 go\r\n").size(), 4U);
    ASSERT_TRUE(session.content({"x\r\n"}));
    EXPECT_EQ(wire(session), "x\r\n.\r\n");
    EXPECT_EQ(replies(session, "421 dying\r\n"), Replies{"content 421"});

    ClientSession idle = greeted(kEverything);
    EXPECT_EQ(replies(idle, "421 idle too long\r\n"), Replies{"transient"});
    ClientSession rude = greeted(kEverything);
    EXPECT_EQ(replies(rude, "250 unasked\r\n"), Replies{"malformed"});
}

TEST(ClientSession, H04_BytesBehindTheStarttlsReplyBreakTheSession) {
    ClientSession together = greeted("250-mx\r\n250 STARTTLS\r\n");
    together.starttls();
    EXPECT_EQ(wire(together), "STARTTLS\r\n");
    EXPECT_EQ(replies(together, "220 go\r\n250 injected\r\n"), Replies{"malformed"});

    ClientSession half = greeted("250-mx\r\n250 STARTTLS\r\n");
    half.starttls();
    EXPECT_EQ(wire(half), "STARTTLS\r\n");
    EXPECT_EQ(replies(half, "220 go\r\n2"), Replies{"malformed"});

    ClientSession later = greeted("250-mx\r\n250 STARTTLS\r\n");
    later.starttls();
    EXPECT_EQ(wire(later), "STARTTLS\r\n");
    EXPECT_EQ(replies(later, "220 go\r\n"), Replies{"starttls 220"});
    EXPECT_EQ(replies(later, "250 injected\r\n"), Replies{"malformed"});

    ClientSession odd = greeted("250-mx\r\n250 STARTTLS\r\n");
    odd.starttls();
    EXPECT_EQ(wire(odd), "STARTTLS\r\n");
    EXPECT_EQ(replies(odd, "250 go?\r\n"), Replies{"malformed"});
}

TEST(ClientSession, H04_TlsForgetsWhatWasLearntInClear) {
    ClientSession session = greeted("250-mx\r\n250-STARTTLS\r\n250-PIPELINING\r\n250 SIZE 10\r\n");
    session.starttls();
    EXPECT_EQ(wire(session), "STARTTLS\r\n");
    EXPECT_EQ(replies(session, "220 go\r\n"), Replies{"starttls 220"});
    session.mail(std::nullopt, {}, 0);
    EXPECT_EQ(wire(session), "") << "nothing goes out in clear behind STARTTLS";
    session.tls_started();
    EXPECT_FALSE(session.extensions().esmtp);
    EXPECT_FALSE(session.extensions().pipelining);
    EXPECT_EQ(session.outstanding(), 0U);
    session.ehlo("gw.example");
    EXPECT_EQ(wire(session), "EHLO gw.example\r\n");
    EXPECT_EQ(replies(session, "250 mx\r\n"), Replies{"ehlo 250"});
}

TEST(ClientSession, ARefusedStarttlsLeavesTheSessionUsable) {
    ClientSession session = greeted("250-mx\r\n250 STARTTLS\r\n");
    session.starttls();
    session.mail(std::nullopt, {}, 0);
    EXPECT_EQ(wire(session), "STARTTLS\r\n");
    EXPECT_EQ(replies(session, "454 4.7.0 not now\r\n"), Replies{"starttls 454"});
    EXPECT_EQ(wire(session), "MAIL FROM:<>\r\n");
    session.tls_started();
    EXPECT_EQ(replies(session), Replies{"internal"});
}

// RFC 2033 section 4.2.
TEST(ClientSession, LmtpHasAnAnswerForEachAcceptedRecipient) {
    ClientSession session;
    session.lhlo("gw.example");
    EXPECT_EQ(replies(session, "220 hi\r\n"), Replies{"greeting 220"});
    EXPECT_EQ(wire(session), "LHLO gw.example\r\n");
    EXPECT_EQ(replies(session, "250-hi\r\n250 PIPELINING\r\n"), Replies{"lhlo 250"});
    const auto begin = [&] {
        session.mail(std::nullopt, {}, 0);
        for (const std::string_view to : {"a@b.example", "no@b.example", "c@b.example"})
            session.rcpt({address(to), {}, ""});
        session.data();
        wire(session);
    };
    begin();
    EXPECT_EQ(replies(session, "250 1\r\n250 2\r\n550 3\r\n250 4\r\n354 go\r\n"),
              (Replies{"mail 250", "rcpt/0 250", "rcpt/1 550", "rcpt/2 250", "data 354"}));
    ASSERT_TRUE(session.content({"x\r\n"}));
    EXPECT_EQ(wire(session), "x\r\n.\r\n");
    EXPECT_EQ(session.outstanding(), 2U);
    EXPECT_EQ(replies(session, "250 a\r\n"), Replies{"content 250"});
    EXPECT_EQ(replies(session, "451 c\r\n"), Replies{"content 451"});
    EXPECT_EQ(session.outstanding(), 0U);
    begin();  // the count begins anew, and a 421 answers for all that are left
    EXPECT_EQ(replies(session, "250 1\r\n250 2\r\n250 3\r\n250 4\r\n354 go\r\n").size(), 5U);
    ASSERT_TRUE(session.content({"x\r\n"}));
    wire(session);
    EXPECT_EQ(replies(session, "250 a\r\n421 bye\r\n"),
              (Replies{"content 250", "content 421", "content 421"}));
}

TEST(ClientSession, SignsIn) {
    ClientSession session;
    session.ehlo("gw.example");
    EXPECT_EQ(replies(session, "220 hi\r\n"), Replies{"greeting 220"});
    EXPECT_EQ(wire(session), "EHLO gw.example\r\n");
    EXPECT_EQ(replies(session, "250-hi\r\n250-AUTH LOGIN CRAM-MD5\r\n250 PIPELINING\r\n"),
              Replies{"ehlo 250"});
    EXPECT_TRUE(session.extensions().auth_login);
    EXPECT_FALSE(session.extensions().auth_plain);
    session.auth(SecretBytes("AUTH LOGIN"));
    session.auth(SecretBytes("YWxpY2U="));
    EXPECT_EQ(wire(session), "AUTH LOGIN\r\n") << "each response waits for its challenge";
    EXPECT_EQ(replies(session, "334 VXNlcm5hbWU6\r\n"), Replies{"auth 334"});
    EXPECT_EQ(wire(session), "YWxpY2U=\r\n");
    EXPECT_EQ(replies(session, "250 fine\r\n"), Replies{"malformed"}) << "that is no answer to it";
}

}  // namespace
}  // namespace sealgate::smtp
