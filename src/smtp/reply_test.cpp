// SPDX-License-Identifier: Apache-2.0
#include "smtp/reply.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace sealgate::smtp {
namespace {

// Everything that the bytes hold, and whether they ended in an error.
struct Parsed {
    std::vector<Reply> replies;
    bool failed = false;
    bool buffered = false;
};

Parsed parse(std::string_view bytes, std::size_t step = std::string_view::npos) {
    Parsed out;
    ReplyParser parser;
    for (std::size_t at = 0; at < bytes.size() && !out.failed;) {
        const std::string_view piece = bytes.substr(at, step);
        at += piece.size();
        parser.feed(piece);
        for (;;) {
            auto reply = parser.next();
            out.failed = !reply;
            if (out.failed || !*reply) break;
            out.replies.push_back(**reply);
        }
    }
    out.buffered = parser.has_buffered();
    return out;
}

TEST(RenderReply, WritesOneLinePerLineOfText) {
    EXPECT_EQ(render({250, "2.1.0", "sender ok"}), "250 2.1.0 sender ok\r\n");
    EXPECT_EQ(render({250, "", "gw.example\nPIPELINING\nSIZE 10"}),
              "250-gw.example\r\n250-PIPELINING\r\n250 SIZE 10\r\n");
    EXPECT_EQ(render({550, "5.7.1", "first\nsecond"}), "550-5.7.1 first\r\n550 5.7.1 second\r\n");
    EXPECT_EQ(render({354, "", ""}), "354 \r\n");
    EXPECT_EQ(render({250, "2.0.0", ""}), "250 2.0.0\r\n");
}

TEST(RenderReply, NothingInTheTextCanAddALine) {
    EXPECT_EQ(render({550, "5.1.1", std::string("a\r250 ok\t\x7F\0", 11)}),
              "550 5.1.1 a 250 ok   \r\n");
}

TEST(RenderReply, CutsLongLinesOutsideUtf8Sequences) {
    const std::string plain = render({250, "", std::string(2000, 'x')});
    EXPECT_EQ(plain.size(), 512U);
    std::string text(505, 'x');
    text += "\xF0\x9F\x93\xA7\xF0\x9F\x93\xA7";
    const std::string cut = render({250, "", text});
    EXPECT_EQ(cut, "250 " + std::string(505, 'x') + "\r\n");
}

TEST(ReplyLine, IsOneLine) {
    EXPECT_EQ((Reply{550, "5.1.1", "no such\nuser"}).line(), "550 5.1.1 no such user");
    EXPECT_EQ((Reply{250, "", ""}).line(), "250");
}

TEST(ParseReply, ReadsTheFormsThatServersUse) {
    const struct {
        std::string_view bytes;
        Reply reply;
    } cases[] = {
        {"220 mx.example ESMTP\r\n", {220, "", "mx.example ESMTP"}},
        {"250\r\n", {250, "", ""}},
        {"250 \r\n", {250, "", ""}},
        {"250 2.1.5 ok\r\n", {250, "2.1.5", "ok"}},
        {"250 2.1.5\r\n", {250, "2.1.5", ""}},
        {"550-5.1.1 no\r\n550 5.1.1 user\r\n", {550, "5.1.1", "no\nuser"}},
        {"550-5.1.1 no\r\n550 user\r\n", {550, "5.1.1", "no\nuser"}},
        {"550-no\r\n550 5.1.1 user\r\n", {550, "", "no\n5.1.1 user"}},
        {"250-a\r\n250-\r\n250 b\r\n", {250, "", "a\n\nb"}},
        {"250-a\r\n250\r\n", {250, "", "a\n"}},
        {"550 4.1.1 class differs\r\n", {550, "", "4.1.1 class differs"}},
        {"550 5.1.1234 long\r\n", {550, "", "5.1.1234 long"}},
        {"550 5.1.x no\r\n", {550, "", "5.1.x no"}},
        {"550 5.1.1: no\r\n", {550, "", "5.1.1: no"}},
        {"354 3.0.0 go\r\n", {354, "", "3.0.0 go"}},
        {"250 a\tb\x01"
         "c\r\n",
         {250, "", "a b c"}},
        {"250 gr\xC3\xBC\xC3\x9F\r\n", {250, "", "gr\xC3\xBC\xC3\x9F"}},
        {"299 unusual\r\n", {299, "", "unusual"}},
    };
    for (const auto& c : cases) {
        const Parsed parsed = parse(c.bytes);
        EXPECT_FALSE(parsed.failed) << c.bytes;
        EXPECT_FALSE(parsed.buffered) << c.bytes;
        ASSERT_EQ(parsed.replies.size(), 1U) << c.bytes;
        EXPECT_EQ(parsed.replies[0].code, c.reply.code) << c.bytes;
        EXPECT_EQ(parsed.replies[0].enhanced, c.reply.enhanced) << c.bytes;
        EXPECT_EQ(parsed.replies[0].text, c.reply.text) << c.bytes;
    }
}

TEST(ParseReply, RefusesWhatIsNotSmtp) {
    const std::string_view cases[] = {
        "\r\n",
        "hello\r\n",
        "25 ok\r\n",
        "2500 ok\r\n",
        "100 info\r\n",
        "600 what\r\n",
        "000 \r\n",
        "25x ok\r\n",
        " 250 ok\r\n",
        "250_ok\r\n",
        "250ok\r\n",
        "250-a\r\n550 b\r\n",
        "250-a\r\n\r\n",
        "250 ok\n",
        "250 a\rb\r\n",
        "250 a\r\r\n",
        std::string_view("250 a\0b\r\n", 9),
        "HTTP/1.1 400 Bad Request\r\n",
        "\x16\x03\x01\x02\n",
    };
    for (const std::string_view bytes : cases) {
        const Parsed parsed = parse(bytes);
        EXPECT_TRUE(parsed.failed) << bytes;
        EXPECT_TRUE(parsed.replies.empty()) << bytes;
    }
}

TEST(ParseReply, StaysBrokenAfterAnError) {
    ReplyParser parser;
    parser.feed("nonsense\r\n250 ok\r\n");
    EXPECT_FALSE(parser.next());
    EXPECT_FALSE(parser.next());
    parser.feed("250 ok\r\n");
    EXPECT_FALSE(parser.next());
}

TEST(ParseReply, GivesTheSameWhateverThePieces) {
    const std::string_view bytes =
        "220 hi\r\n250-a\r\n250-5 b\r\n250 c\r\n421 4.3.2 bye\r\n250-unfinished\r\n";
    const Parsed whole = parse(bytes);
    ASSERT_EQ(whole.replies.size(), 3U);
    EXPECT_TRUE(whole.buffered) << "an unfinished multi-line reply counts as buffered";
    for (std::size_t step = 1; step < bytes.size(); ++step) {
        EXPECT_EQ(parse(bytes, step).replies, whole.replies) << step;
    }
}

TEST(ParseReply, RefusesHugeReplies) {
    const std::string longest = "250 " + std::string(ReplyParser::kMaxReplyLine - 6, 'x');
    EXPECT_FALSE(parse(longest + "\r\n").failed);
    EXPECT_TRUE(parse(longest + "x\r\n").failed);
    EXPECT_TRUE(parse(longest + "xxx").failed) << "without waiting for the end of the line";

    std::string lines;
    for (std::size_t i = 1; i < ReplyParser::kMaxReplyLines; ++i)
        lines += "250-x\r\n";
    EXPECT_FALSE(parse(lines + "250 x\r\n").failed);
    EXPECT_TRUE(parse(lines + "250-x\r\n250 x\r\n").failed);
}

TEST(ParseReply, WhatWeWriteWeRead) {
    const Reply replies[] = {{250, "2.0.0", "ok"},
                             {550, "5.7.1", "a\nb\n\nc"},
                             {250, "", ""},
                             {452, "4.2.2", ""},
                             {550, "5.1.1", "5.1.1 twice"}};
    for (const Reply& reply : replies) {
        const Parsed parsed = parse(render(reply));
        ASSERT_EQ(parsed.replies.size(), 1U) << reply.line();
        EXPECT_EQ(parsed.replies[0], reply) << reply.line();
    }
}

}  // namespace
}  // namespace sealgate::smtp
