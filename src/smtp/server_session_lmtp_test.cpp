// SPDX-License-Identifier: Apache-2.0
// LMTP (RFC 2033).
#include "smtp/test_dialogue.h"

namespace sealgate::smtp {
namespace {

ServerOptions lmtp() {
    ServerOptions out = options();
    out.lmtp = true;
    return out;
}

constexpr std::string_view kTwoRecipients =
    "LHLO mta.example\r\nMAIL FROM:<a@example.com>\r\nRCPT TO:<b@example.org>\r\n"
    "RCPT TO:<no@example.org>\r\nRCPT TO:<c@example.org>\r\n";

TEST(ServerSessionLmtp, SaysLhloAndNothingElse) {
    Player player(lmtp());
    player.greet();
    play(player, R"(
S: 220 gw.example.com LMTP Sealgate
C: EHLO mta.example
S: 500 5.5.1 This is LMTP
C: HELO mta.example
S: 500 5.5.1 This is LMTP
C: MAIL FROM:<a@example.com>
S: 503
C: LHLO mta.example
S: 250-gw.example.com
S: 250-PIPELINING
S: 250-SIZE 52428800
S: 250-ENHANCEDSTATUSCODES
S: 250-8BITMIME
S: 250-DSN
S: 250-SMTPUTF8
S: 250 CHUNKING
)");
    dialogue(options(), R"(
C: LHLO mta.example
S: 500 5.5.2
)");
}

TEST(ServerSessionLmtp, AnswersOnceForEachAcceptedRecipient) {
    Player player(lmtp());
    player.greet();
    player.feed(kTwoRecipients);
    player.take_transcript();
    play(player, R"(
C: DATA
S: 354
C: x
C: .
* message 3 octets, 1 fields, 2 recipients
S: 250 2.0.0 taken
S: 250 2.0.0 taken
C: MAIL FROM:<a@example.com>
S: 250
C: DATA
S: 503 5.5.1 RCPT comes first
* reset
)");
}

TEST(ServerSessionLmtp, EachRecipientHasItsOwnAnswer) {
    Player player(lmtp());
    player.message_answers = {{250, "2.0.0", "b"}, {451, "4.2.2", "c"}};
    player.greet();
    player.feed(kTwoRecipients);
    player.take_transcript();
    play(player, R"(
C: BDAT 3 LAST
C: x
* message 3 octets, 1 fields, 2 recipients
S: 250 2.0.0 b
S: 451 4.2.2 c
C: RSET
S: 250
)");
}

TEST(ServerSessionLmtp, RefusedContentIsRefusedForEachRecipient) {
    Player player(lmtp());
    player.greet();
    player.feed(kTwoRecipients);
    player.take_transcript();
    player.feed("DATA\r\na\nb\r\n.\r\nNOOP\r\n");
    expect_lines(player.take_transcript(),
                 {"354", "554 5.6.0 Bare CR", "554 5.6.0 Bare CR", "* reset", "250 2.0.0 Ok"});
    // A chunk that is not the last has one answer.
    player.feed(kTwoRecipients);
    player.take_transcript();
    player.feed("BDAT 3\r\na\nbNOOP\r\n");
    expect_lines(player.take_transcript(), {"554 5.6.0 Bare CR", "* reset", "250 2.0.0 Ok"});
    player.feed(kTwoRecipients);
    player.take_transcript();
    player.feed("BDAT 3 LAST\r\na\nbNOOP\r\n");
    expect_lines(player.take_transcript(),
                 {"554 5.6.0 Bare CR", "554 5.6.0 Bare CR", "* reset", "250 2.0.0 Ok"});
}

TEST(ServerSessionLmtp, ARefusedMessageCountsAsOneError) {
    ServerOptions few = lmtp();
    few.limits.errors = 4;
    Player player(few);
    player.message_answers = {{550, "5.1.1", "b"}, {550, "5.1.1", "c"}};
    player.greet();
    for (int i = 0; i < 2; ++i) {
        player.feed(kTwoRecipients);
        player.feed("DATA\r\nx\r\n.\r\n");
    }
    EXPECT_FALSE(player.closed()) << "two refused recipients and two refused messages";
    player.feed("NOOP\r\n");
    EXPECT_TRUE(player.closed());
}

}  // namespace
}  // namespace sealgate::smtp
