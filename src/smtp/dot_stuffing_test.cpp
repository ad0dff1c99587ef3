// SPDX-License-Identifier: Apache-2.0
#include "smtp/dot_stuffing.h"

#include <gtest/gtest.h>

#include <string>

namespace sealgate::smtp {
namespace {

std::string joined(const FramedContent& content) {
    std::string out;
    for (const std::string_view piece : content.pieces)
        out += piece;
    return out;
}

std::string stuffed(const std::vector<std::string_view>& pieces) {
    const auto content = stuff_dots(pieces);
    return content ? joined(*content) : "refused";
}

TEST(StuffDots, DoublesDotsThatBeginALine) {
    const struct {
        std::string_view content;
        std::string_view wire;
    } cases[] = {
        {"", ".\r\n"},
        {"a\r\n", "a\r\n.\r\n"},
        {".\r\n", "..\r\n.\r\n"},
        {"..\r\n", "...\r\n.\r\n"},
        {"a\r\n.\r\nb\r\n", "a\r\n..\r\nb\r\n.\r\n"},
        {"a\r\n.b\r\n.c\r\n", "a\r\n..b\r\n..c\r\n.\r\n"},
        {"a.b\r\n", "a.b\r\n.\r\n"},
        {"\r\n.\r\n.\r\n", "\r\n..\r\n..\r\n.\r\n"},
        {"\r\n", "\r\n.\r\n"},
    };
    for (const auto& c : cases)
        EXPECT_EQ(stuffed({c.content}), c.wire) << c.content;
}

TEST(StuffDots, EndsAnUnfinishedLastLine) {
    EXPECT_EQ(stuffed({"a"}), "a\r\n.\r\n");
    EXPECT_EQ(stuffed({"a\r\n."}), "a\r\n..\r\n.\r\n");
    EXPECT_EQ(stuffed({"."}), "..\r\n.\r\n");
}

TEST(StuffDots, H03_PieceBordersMayLieAnywhere) {
    const std::string_view content = ".a\r\n.b\r\n..\r\n\r\n.\r\nc.d\r\n.";
    const std::string whole = stuffed({content});
    ASSERT_EQ(whole, "..a\r\n..b\r\n...\r\n\r\n..\r\nc.d\r\n..\r\n.\r\n");
    for (std::size_t i = 0; i <= content.size(); ++i) {
        for (std::size_t j = i; j <= content.size(); ++j) {
            EXPECT_EQ(stuffed({content.substr(0, i), content.substr(i, j - i), content.substr(j)}),
                      whole)
                << i << " " << j;
        }
    }
}

TEST(StuffDots, H02_RefusesBareLineEndsAndNulWhereverTheBorder) {
    const std::string_view cases[] = {
        "\n",
        "a\nb\r\n",
        "a\rb\r\n",
        "a\r",
        "\r",
        "a\r\r\n",
        "a\n\r\n",
        "a\r\n\n",
        "a\n.\r\nb",
        "a\n.\nb",
        "a\r\n.\n",
        "a\r.\r",
        "\ra\r\n",
        {"\0", 1},
        {"a\0\r\n", 4},
        {"\r\n\0", 3},
        {"a\r\0\n", 4},
    };
    for (const std::string_view content : cases) {
        for (std::size_t i = 0; i <= content.size(); ++i) {
            const auto result = stuff_dots({content.substr(0, i), content.substr(i)});
            ASSERT_FALSE(result) << content;
            EXPECT_EQ(result.error().kind(), ErrorKind::refused);
        }
    }
}

TEST(StuffDots, FindsAFaultAtAnyPlaceOfALongContent) {
    std::string content;
    while (content.size() < 20'000)
        content += "a line of some length\r\n";
    ASSERT_NE(stuffed({content}), "refused");
    for (std::size_t at = 0; at < content.size(); at += 7) {
        for (const char octet : {'\r', '\n', '\0'}) {
            if (content[at] == octet) continue;
            std::string broken = content;
            broken[at] = octet;
            EXPECT_EQ(stuffed({broken}), "refused") << at;
        }
    }
}

TEST(FrameChunk, LeavesDotsAndEndsTheLastLine) {
    const auto chunk = [](const std::vector<std::string_view>& pieces) {
        const auto framed = frame_chunk(pieces);
        return framed ? joined(*framed) : std::string(to_string(framed.error().kind()));
    };
    EXPECT_EQ(chunk({".a\r\n", "..\r\n.\r\nb\r\n"}), ".a\r\n..\r\n.\r\nb\r\n");
    EXPECT_EQ(chunk({"no end of line"}), "no end of line\r\n");
    EXPECT_EQ(chunk({}), "");
    for (const std::string_view broken : {"a\n", "a\rb\r\n", "a\r"})
        EXPECT_EQ(chunk({"x: y\r\n", broken}), "refused") << broken;
    EXPECT_EQ(chunk({std::string_view("\0\r\n", 3)}), "refused");
}

TEST(StuffDots, BorrowsContentAndBoundsItsOwnMemory) {
    const std::string plain = "no dots here\r\n";
    const auto borrowed = stuff_dots({plain});
    ASSERT_TRUE(borrowed);
    EXPECT_EQ(borrowed->pieces.size(), 2U);
    EXPECT_EQ(borrowed->pieces[0].data(), plain.data());
    EXPECT_FALSE(borrowed->copied);

    std::string dots;
    std::string expected;
    for (int i = 0; i < 100'000; ++i) {
        dots += ".\r\n";
        expected += "..\r\n";
    }
    const auto dense = stuff_dots({dots, dots});
    ASSERT_TRUE(dense);
    EXPECT_LT(dense->pieces.size(), 300U);
    EXPECT_EQ(joined(*dense), expected + expected + ".\r\n");
}

}  // namespace
}  // namespace sealgate::smtp
