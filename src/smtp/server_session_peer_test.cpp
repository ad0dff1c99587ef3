// SPDX-License-Identifier: Apache-2.0
// XCLIENT, XFORWARD and PROXY in a session.
#include "smtp/test_dialogue.h"

namespace sealgate::smtp {
namespace {

constexpr Peer kBoth{true, true};

TEST(ServerSessionPeer, StrangersAreNeitherOfferedNorAllowedTheCommands) {
    Player player(options());
    player.greet();
    player.feed("EHLO client.example\r\n");
    EXPECT_FALSE(player.take_transcript().contains("250-X"));
    play(player, R"(
C: XCLIENT ADDR=127.0.0.1
S: 550 5.7.1 Not authorised
C: XFORWARD ADDR=127.0.0.1
S: 550 5.7.1 Not authorised
C: MAIL FROM:<a@example.com>
S: 250
)");
    EXPECT_TRUE(player.clients().empty());
    ASSERT_EQ(player.refusals().size(), 2U);
    EXPECT_EQ(player.refusals()[0].what, Refused::What::xclient);
    EXPECT_EQ(player.refusals()[0].argument, "ADDR=127.0.0.1");
    EXPECT_EQ(player.refusals()[1].what, Refused::What::xforward);
    EXPECT_TRUE(player.forwarded().at(0).empty());
}

TEST(ServerSessionPeer, AProxyLineFromAStrangerEndsTheSession) {
    Player player(options(), kBoth);
    player.greet();
    play(player, R"(
S: 220
C: PROXY TCP4 127.0.0.1 127.0.0.1 1 25
S: 421 4.7.0 A PROXY header
* close
)");
}

TEST(ServerSessionPeer, XclientBeginsTheSessionAnew) {
    Player player(options(), kBoth);
    player.greet();
    play(player, R"(
S: 220 gw.example.com
C: EHLO proxy.example
S: 250-gw.example.com
S: 250-PIPELINING
S: 250-SIZE 52428800
S: 250-ENHANCEDSTATUSCODES
S: 250-8BITMIME
S: 250-DSN
S: 250-SMTPUTF8
S: 250-CHUNKING
S: 250-XCLIENT NAME ADDR PORT PROTO HELO LOGIN DESTADDR DESTPORT
S: 250 XFORWARD NAME ADDR PORT PROTO HELO IDENT SOURCE
C: XFORWARD IDENT=old
S: 250
C: XCLIENT NAME=c.example ADDR=192.0.2.1
S: 220 gw.example.com ESMTP Sealgate
C: MAIL FROM:<a@example.com>
S: 503 5.5.1 EHLO comes first
C: EHLO client.example
S: 250-
S: 250-
S: 250-
S: 250-
S: 250-
S: 250-
S: 250-
S: 250-
S: 250-
S: 250
C: MAIL FROM:<a@example.com>
S: 250
C: XCLIENT ADDR=192.0.2.2
S: 503 5.5.1
C: RSET
S: 250
* reset
C: XCLIENT ADDR=192.0.2.2 NAME=a+0Ab
S: 501 5.5.4
C: XCLIENT ADDR=192.0.2.3
S: 220
)");
    ASSERT_EQ(player.clients().size(), 2U);
    EXPECT_EQ(player.clients()[0].name, "c.example");
    EXPECT_EQ(player.clients()[1].address->to_string(), "192.0.2.3");
    EXPECT_TRUE(player.forwarded().at(0).empty()) << "XCLIENT forgets what XFORWARD said";
}

TEST(ServerSessionPeer, ARefusedXclientLeavesTheSessionAsItWas) {
    Player player(options(), kBoth);
    player.client_answer = {451, "4.3.0", "later"};
    player.greet();
    play(player, R"(
S: 220
C: HELO proxy.example
S: 250
C: XCLIENT ADDR=192.0.2.1
S: 451 4.3.0 later
C: MAIL FROM:<a@example.com>
S: 250
)");
    player.client_answer = {421, "4.3.2", "shutting down"};
    play(player, R"(
C: RSET
S: 250
* reset
C: XCLIENT ADDR=192.0.2.1
S: 421 4.3.2
* close
)");
}

TEST(ServerSessionPeer, XforwardHoldsForOneTransaction) {
    Player player(options(), kBoth);
    player.greet();
    play(player, R"(
S: 220
C: XFORWARD ADDR=192.0.2.1
S: 503 5.5.1 EHLO comes first
C: HELO mta.example
S: 250
C: XFORWARD NAME=c.example ADDR=192.0.2.1
S: 250
C: XFORWARD IDENT=4ABC HELO=a+20b
S: 250
C: XFORWARD IDENT=a+0D+0AMAIL
S: 501 5.5.4
C: MAIL FROM:<no@example.com>
S: 550
C: MAIL FROM:<a@example.com>
S: 250
C: XFORWARD IDENT=other
S: 503 5.5.1
C: RCPT TO:<b@example.org>
S: 250
C: DATA
S: 354
C: x
C: .
* message
S: 250
C: MAIL FROM:<a@example.com>
S: 250
C: RSET
S: 250
* reset
C: XFORWARD IDENT=1
S: 250
C: RSET
S: 250
C: MAIL FROM:<a@example.com>
S: 250
C: RSET
S: 250
* reset
C: XFORWARD IDENT=2
S: 250
C: HELO again.example
S: 250
C: MAIL FROM:<a@example.com>
S: 250
)");
    const auto& told = player.forwarded();
    ASSERT_EQ(told.size(), 5U);
    for (const std::size_t i : {0UL, 1UL}) {
        EXPECT_EQ(told[i].name, "c.example");
        EXPECT_EQ(told[i].ident, "4ABC");
        EXPECT_EQ(told[i].helo, "a b");
    }
    for (const std::size_t i : {2UL, 3UL, 4UL})
        EXPECT_TRUE(told[i].empty()) << i;
}

}  // namespace
}  // namespace sealgate::smtp
