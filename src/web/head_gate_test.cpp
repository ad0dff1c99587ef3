// SPDX-License-Identifier: Apache-2.0
#include "web/head_gate.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace sealgate::web {
namespace {

std::string head(std::string_view fields, std::string_view line = "POST /x HTTP/1.1") {
    return fmt::format("{}\r\nHost: a\r\n{}\r\n", line, fields);
}

TEST(HeadGate, FindsTheEndInPiecesOfAnySize) {
    const std::string text = head("Content-Length: 3\r\n") + "abc";
    for (std::size_t step = 1; step <= text.size(); ++step) {
        HeadGate gate;
        std::optional<std::size_t> end;
        for (std::size_t have = step; !end; have += step) {
            const auto result = gate.find_end(std::string_view(text).substr(0, have));
            ASSERT_TRUE(result);
            end = *result;
        }
        EXPECT_EQ(*end, text.size() - 3);
    }
}

TEST(HeadGate, RefusesLineEndsThatReadersDisagreeAbout) {
    for (const std::string_view text : {"GET / HTTP/1.1\nHost: a\n\n",
                                        "GET / HTTP/1.1\r\nHost: a\n\r\n",
                                        "GET / HTTP/1.1\r\nHost: a\r\r\n\r\n",
                                        "GET / HTTP/1.1\r\nX: a\rb\r\n\r\n",
                                        "\r\nGET / HTTP/1.1\r\n\r\n",
                                        "\n"}) {
        HeadGate gate;
        const auto end = gate.find_end(text);
        ASSERT_FALSE(end) << text;
        EXPECT_EQ(end.error().kind(), ErrorKind::malformed);
    }
    HeadGate gate;
    EXPECT_FALSE(gate.find_end(std::string_view("GET /\0 HTTP/1.1\r\n", 17)));
}

TEST(HeadGate, StopsAtItsLimit) {
    HeadGate gate;
    const std::string text = "GET / HTTP/1.1\r\nX: " + std::string(kHeadLimit, 'a');
    const auto end = gate.find_end(text);
    ASSERT_FALSE(end);
    EXPECT_EQ(end.error().kind(), ErrorKind::exhausted);
}

TEST(CheckHead, TellsTheFraming) {
    const auto plain = check_head(head(""));
    ASSERT_TRUE(plain);
    EXPECT_FALSE(plain->chunked);
    EXPECT_FALSE(plain->content_length);

    const auto sized = check_head(head("content-length: \t17 \r\n"));
    ASSERT_TRUE(sized);
    EXPECT_EQ(sized->content_length, 17U);

    const auto chunked = check_head(head("Transfer-Encoding: Chunked\r\nExpect: 100-continue\r\n"));
    ASSERT_TRUE(chunked);
    EXPECT_TRUE(chunked->chunked);
    EXPECT_TRUE(chunked->expects_continue);

    const auto old = check_head("GET / HTTP/1.0\r\n\r\n");
    ASSERT_TRUE(old);
    EXPECT_FALSE(old->http11);
}

// The forms by which one reader sees one request and another sees two.
TEST(CheckHead, E21RefusesEveryDoubtfulFraming) {
    for (const std::string_view fields : {
             "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n",
             "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n",
             "Content-Length: 3\r\nContent-Length: 3\r\n",
             "Content-Length: 3\r\nX: y\r\ncontent-length: 4\r\n",
             "Content-Length: 3, 3\r\n",
             "Content-Length: +3\r\n",
             "Content-Length: -1\r\n",
             "Content-Length: 0x10\r\n",
             "Content-Length: 3 4\r\n",
             "Content-Length:\r\n",
             "Content-Length: 18446744073709551616\r\n",
             "Transfer-Encoding: gzip\r\n",
             "Transfer-Encoding: gzip, chunked\r\n",
             "Transfer-Encoding: chunked, identity\r\n",
             "Transfer-Encoding: identity\r\n",
             "Transfer-Encoding: \"chunked\"\r\n",
             "Transfer-Encoding: xchunked\r\n",
             "Transfer-Encoding:\r\n",
             "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
             "Transfer-Encoding : chunked\r\n",
             " Transfer-Encoding: chunked\r\n",
             "X: y\r\n Transfer-Encoding: chunked\r\n",
             "X: y\r\n\tz\r\n",
             "Transfer-Encoding\r\n",
             ": x\r\n",
             "X(y): z\r\n",
             "X: a\x01z\r\n",
             "Host: b\r\n",
             "Expect: something\r\n",
         }) {
        const auto result = check_head(head(fields));
        ASSERT_FALSE(result) << fields;
        EXPECT_EQ(result.error().kind(), ErrorKind::malformed) << fields;
    }
    EXPECT_FALSE(check_head("GET / HTTP/1.1\r\n\r\n")) << "no Host";
    EXPECT_FALSE(check_head("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"));
}

TEST(CheckHead, RefusesRequestLinesThatAreNearlyRight) {
    for (const std::string_view line : {"GET /",
                                        "GET  / HTTP/1.1",
                                        "GET / HTTP/1.1 ",
                                        " GET / HTTP/1.1",
                                        "GET\t/ HTTP/1.1",
                                        "GET / HTTP/2.0",
                                        "GET / http/1.1",
                                        "GET / HTTP/1.10",
                                        "G(T / HTTP/1.1",
                                        "GET /a b HTTP/1.1",
                                        "GET /\x80 HTTP/1.1"}) {
        EXPECT_FALSE(check_head(head("", line))) << line;
    }
}

TEST(CheckHead, CountsFields) {
    std::string fields;
    for (std::size_t i = 1; i < kFieldLimit; ++i)
        fields += "A: b\r\n";
    EXPECT_TRUE(check_head(head(fields)));
    const auto result = check_head(head(fields + "A: b\r\n"));
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().kind(), ErrorKind::exhausted);
}

}  // namespace
}  // namespace sealgate::web
