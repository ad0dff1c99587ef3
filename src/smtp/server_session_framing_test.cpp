// SPDX-License-Identifier: Apache-2.0
// What the session takes for the content of a message: ends of data, chunks, bare newlines.
#include "smtp/test_dialogue.h"

namespace sealgate::smtp {
namespace {

TEST(ServerSession, H1_NonStandardEndsOfDataSmuggleNothing) {
    using namespace std::string_literals;
    const std::string smuggled =
        "MAIL FROM:<evil@example.com>\r\nRCPT TO:<victim@example.org>\r\nDATA\r\nboo\r\n.\r\n";
    for (const std::string& end : {"\n.\n"s,
                                   "\n.\r\n"s,
                                   "\r\n.\n"s,
                                   "\r.\r"s,
                                   "\r.\r\n"s,
                                   "\r\n.\r"s,
                                   "\r\n.\r\r\n"s,
                                   "\r\n\0.\r\n"s,
                                   "\r\n.\0\r\n"s,
                                   "\r\n.\r\0\n"s,
                                   "\r\0\n.\r\n"s,
                                   "\n\r\n.\n\r\n"s}) {
        Player player(options());
        player.greet();
        std::string content = "hello";
        content.append(end).append(smuggled).append("NOOP\r\n");
        player.feed(transaction(content));
        EXPECT_TRUE(player.messages().empty()) << testing::PrintToString(end);
        EXPECT_TRUE(player.transcript().ends_with("554 5.6.0 Bare CR or LF in message refused\r\n"
                                                  "* reset\r\n250 2.0.0 Ok\r\n") ||
                    player.transcript().ends_with("554 5.6.0 NUL in message refused\r\n"
                                                  "* reset\r\n250 2.0.0 Ok\r\n"))
            << player.transcript();
    }
}

TEST(ServerSession, H2_BareNewlinesAndNulAreRefusedInHeaderAndBody) {
    using namespace std::string_literals;
    for (const std::string& content : {"Subject: a\rb\r\n\r\nbody\r\n"s,
                                       "Subject: a\nb\r\n\r\nbody\r\n"s,
                                       "Subject: a\0b\r\n\r\nbody\r\n"s,
                                       "Subject: a\r\n\r\nbo\rdy\r\n"s,
                                       "Subject: a\r\n\r\nbo\ndy\r\n"s,
                                       "Subject: a\r\n\r\nbo\0dy\r\n"s}) {
        for (const bool chunked : {false, true}) {
            Player player(options());
            player.greet();
            player.feed(transaction(content + (chunked ? "" : ".\r\n"), chunked));
            EXPECT_TRUE(player.messages().empty()) << testing::PrintToString(content);
            EXPECT_TRUE(player.transcript().contains("\r\n554 5.6.0 "));
        }
    }
}

TEST(ServerSession, H2_TheSettingLetsBareNewlinesPassButNotNul) {
    using namespace std::string_literals;
    ServerOptions with = options();
    with.refuse_bare_newlines = false;
    Player player(with);
    player.greet();
    player.feed(transaction("a\rb\nc\r\n.\r\n"));
    ASSERT_EQ(player.messages().size(), 1U);
    EXPECT_EQ(player.messages()[0].content, "a\rb\nc\r\n");
    player.take_transcript();
    player.feed(transaction("a\0\r\n.\r\n"s));
    EXPECT_EQ(player.messages().size(), 1U);
    EXPECT_TRUE(player.transcript().contains("\r\n554 5.6.0 NUL"));
}

TEST(ServerSession, H2_CommandsWithBareNewlinesAreRefusedAsOne) {
    Player player(options());
    player.greet();
    player.feed("EHLO c.example\r\n");
    player.take_transcript();
    player.feed("NOOP\nMAIL FROM:<a@b.example>\r\nNOOP\rNOOP\r\n");
    play(player, "S: 500 5.5.2\nS: 500 5.5.2\n");
}

TEST(ServerSession, ByteTruth_EightBitContentIsAcceptedWhateverBodySaid) {
    std::string bytes;
    for (int i = 1; i < 256; ++i) {
        if (i != '\r' && i != '\n') bytes += static_cast<char>(i);
    }
    Player player(options());
    player.greet();
    player.feed(transaction("no colon\r\nX: " + bytes + "\r\n\r\n" + bytes + "\r\n.\r\n"));
    ASSERT_EQ(player.messages().size(), 1U);
    EXPECT_EQ(player.messages()[0].content,
              "no colon\r\nX: " + bytes + "\r\n\r\n" + bytes + "\r\n");
}

TEST(ServerSession, AnEmptyMessageIsAMessage) {
    Player player(options());
    player.greet();
    player.feed(transaction(".\r\n"));
    ASSERT_EQ(player.messages().size(), 1U);
    EXPECT_EQ(player.messages()[0].content, "");
}

TEST(ServerSession, H3_ChunksMayHoldTheEndOfDataOfTheOtherKind) {
    Player good(options());
    good.greet();
    good.feed(transaction("x\r\n.\r\nQUIT\r\n..y\r\n", true) + "NOOP\r\n");
    ASSERT_EQ(good.messages().size(), 1U);
    EXPECT_EQ(good.messages()[0].content, "x\r\n.\r\nQUIT\r\n..y\r\n");
    EXPECT_TRUE(good.transcript().ends_with("250 2.0.0 taken\r\n250 2.0.0 Ok\r\n"));
}

TEST(ServerSession, H3_CrlfMayBeCutByAChunkBorder) {
    Player player(options());
    player.greet();
    player.feed("EHLO c.example\r\n");
    player.take_transcript();
    player.feed(
        "MAIL FROM:<a@example.com>\r\nRCPT TO:<b@example.org>\r\n"
        "BDAT 2\r\na\rBDAT 3\r\n\nb\rBDAT 0\r\nBDAT 2 LAST\r\n\nc");
    play(player, R"(
S: 250
S: 250
S: 250 2.0.0 2 octets
S: 250 2.0.0 3 octets
S: 250 2.0.0 0 octets
* message 9 octets
S: 250 2.0.0 taken
)");
    EXPECT_EQ(player.messages().at(0).content, "a\r\nb\r\nc\r\n") << "and the last line is ended";
    EXPECT_EQ(player.data_questions(), 1U);
}

TEST(ServerSession, H6_RefusedChunksAreSwallowedAndLeaveNothing) {
    Player player(options());
    player.greet();
    player.feed("BDAT 6\r\nQUIT\r\nEHLO c.example\r\nBDAT 6\r\nQUIT\r\n");
    player.take_transcript();
    player.feed(
        "MAIL FROM:<a@example.com>\r\nBDAT 6\r\nQUIT\r\n"
        "MAIL FROM:<a@example.com>\r\nRCPT TO:<no@example.org>\r\nBDAT 6 LAST\r\nQUIT\r\n"
        "MAIL FROM:<a@example.com>\r\nRCPT TO:<b@example.org>\r\nBDAT 6\r\nQUIT\n\n"
        "BDAT 6 LAST\r\nQUIT\r\nNOOP\r\n");
    play(player, R"(
S: 250
S: 503 5.5.1
* reset
S: 250
S: 550
S: 554 5.5.1
* reset
S: 250
S: 250
S: 554 5.6.0
* reset
S: 503 5.5.1
S: 250 2.0.0
)");
}

TEST(ServerSession, H6_AChunkRefusedByTheCallerIsSwallowed) {
    Player player(options());
    player.greet();
    player.feed("EHLO c.example\r\n");
    player.take_transcript();
    player.data_answer = {452, "4.3.1", "full"};
    player.feed(
        "MAIL FROM:<a@example.com>\r\nRCPT TO:<b@example.org>\r\n"
        "BDAT 6\r\nQUIT\r\nBDAT 6 LAST\r\nQUIT\r\n");
    play(player, R"(
S: 250
S: 250
S: 452 4.3.1
* reset
S: 503 5.5.1
)");
}

TEST(ServerSession, BdatAndDataDoNotMix) {
    Player player(options());
    player.greet();
    player.feed("EHLO c.example\r\n");
    player.take_transcript();
    player.feed(
        "MAIL FROM:<a@example.com>\r\nRCPT TO:<b@example.org>\r\nBDAT 3\r\na\r\n"
        "MAIL FROM:<a@example.com>\r\nRCPT TO:<c@example.org>\r\nDATA\r\nBDAT 3 LAST\r\na\r\n");
    play(player, R"(
S: 250
S: 250
S: 250
S: 503 5.5.1
S: 503 5.5.1
S: 503 5.5.1
* reset
S: 503 5.5.1
)");
}

TEST(ServerSession, ABdatWithoutReadableSizeEndsTheSession) {
    for (const std::string_view argument : {"", "x", "6 FIRST", "6LAST", "99999999999999999999"}) {
        Player player(options());
        player.greet();
        player.feed("EHLO c.example\r\nBDAT " + std::string(argument) + "\r\nQUIT\r\n");
        EXPECT_TRUE(player.transcript().contains("\r\n501 5.5.4 ")) << argument;
        EXPECT_TRUE(player.transcript().ends_with("* close\r\n")) << argument;
    }
}

TEST(ServerSession, WithoutChunkingTheChunkIsSwallowedToo) {
    ServerOptions with = options();
    with.offer_chunking = false;
    Player player(with);
    player.greet();
    player.feed(transaction("QUIT\r\n", true) + "NOOP\r\n");
    EXPECT_FALSE(player.transcript().contains("CHUNKING\r\n250"));
    EXPECT_TRUE(player.transcript().ends_with(
        "502 5.5.1 CHUNKING is not offered\r\n* reset\r\n250 2.0.0 Ok\r\n"));
}

TEST(ServerSession, H3_PiecesOfAnySizeGiveTheSameDialogue) {
    using namespace std::string_literals;
    const std::string input =
        "NOOP\nx\r\nEHLO c.example\r\n" +
        transaction("Subject: a\r\n folded\r\n\r\n..b\r\n...\r\n.c\r\n\r\n.\r\n") +
        transaction("a\r\n.\rb\r\n.\r\n") + transaction("a\r\n\0.\r\n.\r\n"s) +
        transaction("chunk\r\n.\r\nmore\r", true) + transaction("chunk\r\n.\r\n", true) +
        "MAIL FROM:<a@b.example>\r\nRCPT TO:<b@c.example>\r\nBDAT 2\r\na\rBDAT 1\r\n\nBDAT 0 "
        "LAST\r\n" +
        "RSET\r\nNOOP" + std::string(3000, 'x') + "\r\nQUIT\r\n";
    Player whole(options());
    whole.greet();
    whole.feed(input);
    ASSERT_TRUE(whole.closed());
    ASSERT_EQ(whole.messages().size(), 3U);
    for (std::size_t piece = 1; piece < 40; ++piece) {
        Player pieces(options());
        pieces.greet();
        pieces.feed(input, piece);
        EXPECT_EQ(pieces.transcript(), whole.transcript()) << piece;
        ASSERT_EQ(pieces.messages().size(), whole.messages().size()) << piece;
        for (std::size_t i = 0; i < whole.messages().size(); ++i)
            EXPECT_EQ(pieces.messages()[i].content, whole.messages()[i].content) << piece;
    }
}

}  // namespace
}  // namespace sealgate::smtp
