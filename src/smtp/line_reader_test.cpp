// SPDX-License-Identifier: Apache-2.0
#include "smtp/line_reader.h"

#include <gtest/gtest.h>

namespace sealgate::smtp {
namespace {

// Lines as "text|", faults as "!name|".
std::string lines(std::string_view bytes, std::size_t piece, std::size_t limit = 20) {
    LineReader reader(limit);
    std::string out;
    for (std::size_t i = 0; i < bytes.size(); i += piece) {
        reader.feed(bytes.substr(i, piece));
        while (const auto line = reader.next()) {
            switch (line->fault) {
                case LineFault::none:
                    out += std::string(line->text) + "|";
                    break;
                case LineFault::bare_cr:
                    out += "!cr|";
                    break;
                case LineFault::bare_lf:
                    out += "!lf|";
                    break;
                case LineFault::nul:
                    out += "!nul|";
                    break;
                case LineFault::too_long:
                    out += "!long|";
                    break;
            }
        }
    }
    return out + std::string(reader.buffered());
}

struct Case {
    std::string input;
    std::string expected;
};

TEST(LineReader, H1_OnlyCrlfEndsALine) {
    using namespace std::string_literals;
    for (const auto& [input, expected] : std::initializer_list<Case>{
             {"NOOP\r\nQUIT\r\n", "NOOP|QUIT|"},
             {"\r\n\r\n", "||"},
             {"NOOP", "NOOP"},
             {"NOOP\r", "NOOP\r"},
             {"NOOP\nQUIT\r\nRSET\r\n", "!lf|RSET|"},
             {"NOOP\n\nQUIT\n\r\nRSET\r\n", "!lf|RSET|"},
             {"NOOP\rQUIT\r\nRSET\r\n", "!cr|RSET|"},
             {"NOOP\r\r\nRSET\r\n", "!cr|RSET|"},
             {"NOOP\rQUIT\nMAIL\r\nRSET\r\n", "!lf|RSET|"},
             {"NO\0OP\r\nRSET\r\n"s, "!nul|RSET|"},
             {"NO\0OP\nMAIL\r\nRSET\r\n"s, "!lf|RSET|"},
             {"\n\r\nRSET\r\n", "!lf|RSET|"},
             {"123456789012345678\r\nRSET\r\n", "123456789012345678|RSET|"},
             {"1234567890123456789\r\nRSET\r\n", "!long|RSET|"},
             {"12345678901234567890\r\nRSET\r\n", "!long|RSET|"},
             {"123456789012345678901\r\nRSET\r\n", "!long|RSET|"},
             {"1234567890123456789\nMAIL\r\nRSET\r\n", "!lf|RSET|"},
             {"12345678901234567890\nMAIL\r\nRSET\r\n", "!long|RSET|"},
             {"1234567890123456789012345\nMAIL\r\nRSET\r\n", "!long|RSET|"}}) {
        for (const std::size_t piece : {1U, 2U, 3U, 7U, 1000U})
            EXPECT_EQ(lines(input, piece), expected) << input << " in pieces of " << piece;
    }
}

TEST(LineReader, H13_GivesUpWhenAFaultyLineNeverEnds) {
    for (const std::size_t piece :
         {std::size_t{1000}, std::size_t{64} * 1024, std::size_t{1} << 22}) {
        LineReader reader(100);
        const std::string endless(std::size_t{2} << 20, 'x');
        std::size_t faults = 0;
        for (std::size_t i = 0; i < endless.size(); i += piece) {
            reader.feed(std::string_view(endless).substr(i, piece));
            while (reader.next())
                ++faults;
        }
        EXPECT_EQ(faults, 1U);
        EXPECT_TRUE(reader.gave_up());
        EXPECT_LE(reader.buffered().size(), endless.size());
    }
}

TEST(LineReader, ALineIsSkippedUpToTheLimitOfPatience) {
    for (const std::size_t extra : {0U, 1U}) {
        // The first 99 octets of the line stand before the skipped ones.
        std::string line(99 + LineReader::kMaxSkipped - 2 + extra, 'x');
        line += "\r\n";
        LineReader reader(100);
        reader.feed(line);
        EXPECT_EQ(reader.next()->fault, LineFault::too_long);
        EXPECT_FALSE(reader.next());
        EXPECT_EQ(reader.gave_up(), extra == 1);
    }
}

TEST(LineReader, HandsTheRestToContent) {
    LineReader reader(20);
    EXPECT_TRUE(reader.at_rest());
    reader.feed("DATA\r\nHello\r\n.\r\nQUIT\r\n");
    EXPECT_EQ(reader.next()->text, "DATA");
    EXPECT_EQ(reader.buffered(), "Hello\r\n.\r\nQUIT\r\n");
    reader.consume(10);
    EXPECT_FALSE(reader.at_rest());
    EXPECT_EQ(reader.next()->text, "QUIT");
    EXPECT_TRUE(reader.at_rest());
    reader.feed("x\n");
    EXPECT_EQ(reader.next()->fault, LineFault::bare_lf);
    EXPECT_FALSE(reader.at_rest()) << "the rest of the faulty line is still to come";
}

}  // namespace
}  // namespace sealgate::smtp
