// SPDX-License-Identifier: Apache-2.0
#include "smtp/content_reader.h"

#include <gtest/gtest.h>

namespace sealgate::smtp {
namespace {

using namespace std::string_literals;

constexpr ContentRules kRules{.text_line = 40,
                              .header_bytes = 60,
                              .header_fields = 3,
                              .message_size = 100,
                              .refuse_bare_newlines = true};

std::string name(const ContentFaults& faults) {
    std::string out;
    if (faults.bare_newline) out += "!newline";
    if (faults.nul) out += "!nul";
    if (faults.text_line) out += "!line";
    if (faults.header_bytes) out += "!header";
    if (faults.header_fields) out += "!fields";
    if (faults.size) out += "!size";
    return out;
}

// The content or its faults, then "|" and what was not consumed.
std::string read(std::string_view bytes,
                 std::size_t piece,
                 const ContentRules& rules = kRules,
                 Framing framing = Framing::dots) {
    ContentReader reader(rules, framing, 0);
    std::size_t at = 0;
    while (at < bytes.size() && !reader.done()) {
        const std::string_view part = bytes.substr(at, piece);
        const std::size_t used = reader.consume(part);
        EXPECT_TRUE(used == part.size() || reader.done());
        at += used;
    }
    if (framing == Framing::chunks) reader.finish();
    const std::string end = framing == Framing::dots && !reader.done() ? "..." : "";
    if (reader.faults().any()) {
        EXPECT_EQ(reader.stored(), 0U);
        return name(reader.faults()) + end + "|" + std::string(bytes.substr(at));
    }
    return reader.take() + end + "|" + std::string(bytes.substr(at));
}

struct Case {
    std::string input;
    std::string expected;
};

void expect_all(std::initializer_list<Case> cases,
                const ContentRules& rules = kRules,
                Framing framing = Framing::dots) {
    for (const auto& [input, expected] : cases) {
        for (const std::size_t piece : {1U, 2U, 3U, 4U, 5U, 1000U}) {
            EXPECT_EQ(read(input, piece, rules, framing), expected)
                << testing::PrintToString(input) << " in pieces of " << piece;
        }
    }
}

TEST(ContentReader, H3_UnstuffsDotsOverAnyBorder) {
    expect_all({{".\r\nQUIT", "|QUIT"},
                {"a\r\n.\r\nQUIT", "a\r\n|QUIT"},
                {"a\r\n..\r\n.\r\n", "a\r\n.\r\n|"},
                {"a\r\n...\r\n.\r\n", "a\r\n..\r\n|"},
                {"..a\r\n\r\n.b\r\nc.\r\nd..e\r\n.\r\n", ".a\r\n\r\nb\r\nc.\r\nd..e\r\n|"},
                {"\r\n\r\n.\r\n.\r\n", "\r\n\r\n|.\r\n"},
                {"a\r\n..", "a\r\n....|"},
                {"a\r\n", "a\r\n...|"}});
}

TEST(ContentReader, H1_OnlyOneSequenceEndsTheData) {
    expect_all({{"a\n.\nb\r\n.\r\n", "!newline|"},
                {"a\n.\r\nb\r\n.\r\n", "!newline|"},
                {"a\r\n.\nb\r\n.\r\n", "!newline|"},
                {"a\r\n.\r\r\nb\r\n.\r\n", "!newline|"},
                {"a\r.\r\nb\r\n.\r\n", "!newline|"},
                {"a\r\n.\rb\r\n.\r\n", "!newline|"},
                {"a\r.\rb\r\n.\r\n", "!newline|"},
                {"a\r\r\n.\r\nrest", "!newline|rest"},
                {"a\r\n\0.\r\nb\r\n.\r\n"s, "!nul|"},
                {"a\r\n.\0\r\nb\r\n.\r\n"s, "!nul|"},
                {"a\r\n.\r\0\nb\r\n.\r\n"s, "!newline!nul|"},
                {"a\r\0\n.\r\nb\r\n.\r\n"s, "!newline!nul|"},
                {".\nb\r\n.\r\n", "!newline|"},
                {".\r.\r\n.\r\n", "!newline|"}});
}

TEST(ContentReader, H2_BareNewlinesAreDataWhereTheyAreAllowed) {
    ContentRules rules = kRules;
    rules.refuse_bare_newlines = false;
    expect_all({{"a\n.\nb\r\n.\r\n", "a\n.\nb\r\n|"},
                {"a\n.\r\nb\r\n.\r\n", "a\n.\r\nb\r\n|"},
                {"a\r\n.\nb\r\n.\r\n", "a\r\n\nb\r\n|"},
                {"a\r.\r\nb\r\n.\r\n", "a\r.\r\nb\r\n|"},
                {"a\r\r\n.\r\nrest", "a\r\r\n|rest"},
                {"a\0b\r\n.\r\n"s, "!nul|"},
                {"a\r\n\0.\r\nb\r\n.\r\n"s, "!nul|"}},
               rules);
}

TEST(ContentReader, H3_ChunksKeepDotsAndCrlfOverBorders) {
    expect_all({{"a\r\n.\r\nb\r\n", "a\r\n.\r\nb\r\n|"},
                {"..a\r\n", "..a\r\n|"},
                {"a", "a\r\n|"},
                {"a\r", "!newline|"},
                {"a\n", "!newline|"},
                {"a\rb\r\n", "!newline|"},
                {"a\0\r\n"s, "!nul|"},
                {"", "|"}},
               kRules,
               Framing::chunks);
}

TEST(ContentReader, H13_LimitsAreExact) {
    const std::string x38(38, 'x');
    const std::string header = x38 + "\r\n" + std::string(16, 'y') + "\r\n";  // 58
    const std::string body = "\r\n" + x38 + "\r\n";                           // 42: 100 in all
    const std::string end = ".\r\n";
    expect_all({{header + body + end, header + body + "|"},
                {header + body + "\r\n" + end, "!size|"},
                {x38 + "x\r\n" + end, "!line|"},
                {"." + x38 + "\r\n" + end, x38 + "\r\n|"},
                {header + "z\r\n\r\n" + end, "!header|"},
                {"a:\r\nb:\r\nc:\r\n folded\r\n\tfolded\r\n\r\nd:\r\n" + end,
                 "a:\r\nb:\r\nc:\r\n folded\r\n\tfolded\r\n\r\nd:\r\n|"},
                {"a:\r\nb:\r\nc:\r\nd:\r\n\r\n" + end, "!fields|"}});
}

TEST(ContentReader, CountsHeaderFieldsUpToTheEmptyLine) {
    ContentReader reader(kRules, Framing::dots, 0);
    reader.consume("a: 1\r\n b\r\nno colon\r\n\r\nc: 1\r\n.\r\n");
    EXPECT_TRUE(reader.done());
    EXPECT_EQ(reader.header_fields(), 2U);
}

TEST(ContentReader, ASizeIsNotBelievedBeyondAMebibyte) {
    ContentRules rules = kRules;
    rules.message_size = ~std::uint64_t{0};
    ContentReader reader(rules, Framing::dots, ~std::uint64_t{0});
    reader.consume(".\r\n");
    EXPECT_LE(reader.take().capacity(), ContentReader::kMaxReserve);
}

}  // namespace
}  // namespace sealgate::smtp
