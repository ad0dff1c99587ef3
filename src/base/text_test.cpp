#include "base/text.h"

#include <gtest/gtest.h>

namespace sealgate {
namespace {

TEST(EscapeForLog, LeavesPrintableTextAlone) {
    EXPECT_EQ(escape_for_log("a plain line <x@y>"), "a plain line <x@y>");
    EXPECT_EQ(escape_for_log("gr\xC3\xBC\xC3\x9F"), "gr\xC3\xBC\xC3\x9F");
}

TEST(EscapeForLog, ShowsWhatCouldForgeALine) {
    EXPECT_EQ(escape_for_log("a\r\nb"), "a\\x0d\\x0ab");
    EXPECT_EQ(escape_for_log("\x1b[2J"), "\\x1b[2J");
    EXPECT_EQ(escape_for_log("a\\b"), "a\\\\b");
    EXPECT_EQ(escape_for_log("x\xE2\x80\xA8y"), "x\\u{2028}y");
    EXPECT_EQ(escape_for_log("x\xE2\x80\xAEy"), "x\\u{202e}y");
    EXPECT_EQ(escape_for_log("\xC2\x85"), "\\u{0085}");
    EXPECT_EQ(escape_for_log("\xFF\xC0\xAF"), "\\xff\\xc0\\xaf");
}

TEST(EscapeForLog, StopsAtItsLimit) {
    const std::string out = escape_for_log(std::string(10'000, 'x'), 100);
    EXPECT_EQ(out, std::string(100, 'x') + "...");
    EXPECT_LE(escape_for_log(std::string(10'000, '\n'), 100).size(), 103U);
}

TEST(ParseNumber, TakesDigitsOnly) {
    EXPECT_EQ(parse_number("042"), 42U);
    EXPECT_EQ(parse_number(""), std::nullopt);
    EXPECT_EQ(parse_number("-1"), std::nullopt);
    EXPECT_EQ(parse_number("+1"), std::nullopt);
    EXPECT_EQ(parse_number("1 "), std::nullopt);
    EXPECT_EQ(parse_number("18446744073709551616"), std::nullopt);
}

TEST(Nearest, FindsTheTypo) {
    EXPECT_EQ(nearest("adress", {"address", "direction", "mode"}), "address");
    EXPECT_EQ(nearest("zzzzzz", {"address", "direction", "mode"}), "");
}

TEST(Utf8, RefusesOverlongSurrogatesAndCutSequences) {
    EXPECT_TRUE(is_valid_utf8("\xF0\x9F\x98\x80"));
    EXPECT_FALSE(is_valid_utf8("\xC0\x80"));
    EXPECT_FALSE(is_valid_utf8("\xED\xA0\x80"));
    EXPECT_FALSE(is_valid_utf8("\xE2\x82"));
    EXPECT_FALSE(is_valid_utf8("\xF4\x90\x80\x80"));
}

TEST(Hex, GoesBothWays) {
    EXPECT_EQ(to_hex(std::string_view("\x00\xff", 2)), "00ff");
    EXPECT_EQ(from_hex("00fF"), std::string("\x00\xff", 2));
    EXPECT_EQ(from_hex("0"), std::nullopt);
    EXPECT_EQ(from_hex("zz"), std::nullopt);
}

}  // namespace
}  // namespace sealgate
