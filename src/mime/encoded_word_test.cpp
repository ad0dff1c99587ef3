// SPDX-License-Identifier: Apache-2.0
#include "mime/encoded_word.h"

#include "mime/clean_text.h"
#include "mime/transfer_encoding.h"

#include <gtest/gtest.h>

namespace sealgate::mime {
namespace {

// Every line within 76 characters (the first one begins at `column`) and folded as a field may be.
void expect_well_folded(const std::string& value, std::size_t column) {
    std::size_t length = column;
    for (std::size_t i = 0; i < value.size(); ++i) {
        ASSERT_NE(value[i], '\n') << value;
        if (value[i] == '\r') {
            ASSERT_LT(i + 2, value.size()) << value;
            ASSERT_EQ(value.substr(i, 3), "\r\n ") << value;
            length = 0;
            ++i;
            continue;
        }
        ASSERT_LE(++length, 76U) << value;
        ASSERT_LT(static_cast<unsigned char>(value[i]), 0x7F) << value;
    }
}

TEST(EncodeHeaderText, LeavesPlainTextAlone) {
    EXPECT_EQ(encode_header_text("Message undeliverable", 9), "Message undeliverable");
    EXPECT_EQ(encode_header_text("", 9), "");
    EXPECT_EQ(encode_header_text("a = b? (c) {{d}}", 9), "a = b? (c) {{d}}");
}

TEST(EncodeHeaderText, FoldsLongPlainTextAtBlanks) {
    std::string text;
    for (int i = 0; i < 60; ++i)
        text += (i == 0 ? "" : " ") + std::string("word") + std::to_string(i);
    const std::string folded = encode_header_text(text, 9);
    expect_well_folded(folded, 9);
    std::string back = folded;
    for (std::size_t at = 0; (at = back.find("\r\n")) != std::string::npos;)
        back.erase(at, 2);
    EXPECT_EQ(back, text);
}

TEST(EncodeHeaderText, EncodesWhatIsNotPlain) {
    EXPECT_EQ(encode_header_text("Zur\xC3\xBC"
                                 "ck an Absender",
                                 9),
              "=?UTF-8?Q?Zur=C3=BCck_an_Absender?=");
    EXPECT_EQ(encode_header_text("Price (\xE2\x82\xAC 5) for the report_1", 9),
              "=?UTF-8?Q?Price_(=E2=82=AC_5)_for_the_report=5F1?=");
    EXPECT_EQ(encode_header_text("\xE6\x97\xA5\xE6\x9C\xAC", 9), "=?UTF-8?B?5pel5pys?=");
    EXPECT_EQ(encode_header_text("=?UTF-8?Q?x?=", 9), "=?UTF-8?B?PT9VVEYtOD9RP3g/PQ==?=");
    EXPECT_EQ(encode_header_text("two  blanks", 9), "=?UTF-8?Q?two__blanks?=");
    EXPECT_EQ(encode_header_text(" led", 9), "=?UTF-8?Q?_led?=");
}

TEST(EncodeHeaderText, NothingInTheTextCanEndTheField) {
    const std::string value = encode_header_text("a\r\nBcc: x@y\0", 9);
    EXPECT_EQ(value.find('\n'), std::string::npos);
    EXPECT_EQ(encode_header_text("a\nb", 9), "a b");
    EXPECT_EQ(encode_header_text("\xFF", 9), "=?UTF-8?B?77+9?=");
}

TEST(EncodeHeaderText, LongTextBecomesSeveralWordsOfWholeCharacters) {
    for (const std::string_view character :
         {"\xC3\xBC", "\xF0\x9F\x93\xA7", "x\xE2\x82\xAC", "y"}) {
        std::string text;
        for (int i = 0; i < 300; ++i)
            text += character;
        for (const std::size_t column : {0U, 9U, 60U, 75U, 76U, 500U}) {
            const std::string value = encode_header_text(text, column);
            expect_well_folded(value, std::min<std::size_t>(column, 76));
        }
    }
}

TEST(Base64, MatchesRfc4648) {
    EXPECT_EQ(base64(""), "");
    EXPECT_EQ(base64("f"), "Zg==");
    EXPECT_EQ(base64("fo"), "Zm8=");
    EXPECT_EQ(base64("foo"), "Zm9v");
    EXPECT_EQ(base64("foob"), "Zm9vYg==");
    EXPECT_EQ(base64("fooba"), "Zm9vYmE=");
    EXPECT_EQ(base64("foobar"), "Zm9vYmFy");
    EXPECT_EQ(base64("\xFF\xFE\xFD"), "//79");
}

TEST(QuotedPrintable, EncodesWhatALineCannotHold) {
    EXPECT_EQ(quoted_printable("Gr\xC3\xBC\xC3\x9F = x\r\n"), "Gr=C3=BC=C3=9F =3D x\r\n");
    EXPECT_EQ(quoted_printable("a \r\nb\t\r\n\r\n"), "a=20\r\nb=09\r\n\r\n");
    EXPECT_EQ(quoted_printable("no end"), "no end");
    EXPECT_EQ(quoted_printable(""), "");
    EXPECT_EQ(quoted_printable(std::string(76, 'x')), std::string(76, 'x'));
    EXPECT_EQ(quoted_printable(std::string(77, 'x')), std::string(75, 'x') + "=\r\nxx");
    EXPECT_EQ(quoted_printable(std::string(75, 'x') + "\xC3\xBC"),
              std::string(75, 'x') + "=\r\n=C3=BC");
    EXPECT_EQ(quoted_printable("a\rb\nc\r\n"), "a=0Db=0Ac\r\n");
}

TEST(CleanText, KeepsValidTextAndReplacesTheRest) {
    EXPECT_EQ(clean_line("a\r\nb\tc\x7F"), "a  b c ");
    EXPECT_EQ(clean_lines("a\r\nb\tc\x01\rd\n"), "a\nb\tc  d\n");
    EXPECT_EQ(clean_line("\xC3\xBC\xC3"), "\xC3\xBC\xEF\xBF\xBD");
    EXPECT_EQ(clean_line(std::string_view("\0\xFF", 2)), " \xEF\xBF\xBD");
    EXPECT_EQ(clean_line("\xE2\x82(x"), "\xEF\xBF\xBD\xEF\xBF\xBD(x");
}

TEST(CleanText, CutsAtACharacter) {
    EXPECT_EQ(clean_line("abcdef", 6), "abcdef");
    EXPECT_EQ(clean_line("abcdefg", 6), "abc...");
    EXPECT_EQ(clean_line("ab\xC3\xBC\xC3\xBC", 6), "ab\xC3\xBC\xC3\xBC");
    EXPECT_EQ(clean_line("ab\xC3\xBC\xC3\xBCx", 6), "ab...");
    EXPECT_EQ(clean_line("abcdefg", 2), "..");
}

}  // namespace
}  // namespace sealgate::mime
