// SPDX-License-Identifier: Apache-2.0
#include "mime/header_scan.h"

#include "mime/media_type.h"

#include <gtest/gtest.h>

#include <string>

namespace sealgate::mime {
namespace {

std::string repeat(std::string_view what, std::size_t times) {
    std::string out;
    out.reserve(what.size() * times);
    for (std::size_t i = 0; i < times; ++i)
        out += what;
    return out;
}

// The fields in brackets as name|value, then the rest.
std::string shown(std::string_view content) {
    const HeaderSection header = HeaderSection::scan(content);
    std::string out;
    std::size_t at = 0;
    for (const HeaderField& field : header.fields()) {
        EXPECT_EQ(field.begin, at) << content;
        at = field.end;
        out += "[" + std::string(field.name) + "|" + std::string(field.value) + "]";
    }
    EXPECT_EQ(header.end(), at) << content;
    EXPECT_EQ(header.limit(), HeaderLimit::none) << content;
    return out + std::string(content.substr(header.body()));
}

TEST(HeaderScan, FindsFieldsAndBody) {
    EXPECT_EQ(shown("A: 1\r\nB:2\r\n\r\nbody\r\n"), "[A| 1][B|2]body\r\n");
    EXPECT_EQ(shown("A: 1\r\n 2\r\n\t3\r\nB: 4\r\n\r\n"), "[A| 1\r\n 2\r\n\t3][B| 4]");
    EXPECT_EQ(shown("\r\nonly a body"), "only a body");
    EXPECT_EQ(shown(""), "");
    EXPECT_EQ(shown("A: 1"), "[A| 1]");
    EXPECT_EQ(shown("A: 1\r\n"), "[A| 1]");
    EXPECT_EQ(shown("A: 1\n\nbare line feeds"), "[A| 1]bare line feeds");
    EXPECT_EQ(shown("A:\r\n\r\n"), "[A|]");
    EXPECT_EQ(shown("A: 1\r\n \r\nB: 2\r\n\r\nx"), "[A| 1\r\n ][B| 2]x")
        << "a line of blanks is folding and not the end";
    EXPECT_EQ(shown("A : 1\r\n\r\n"), "[A| 1]");
    EXPECT_EQ(shown("A: 1\rB: 2\r\n\r\n"), "[A| 1\rB: 2]") << "a bare CR ends no line";
}

TEST(HeaderScan, LinesThatAreNoFieldsAreKeptAndEndNothing) {
    EXPECT_EQ(shown("no colon here\r\nA: 1\r\n\r\nb"), "[|no colon here][A| 1]b");
    EXPECT_EQ(shown(" folded first\r\nA: 1\r\n\r\nb"), "[| folded first][A| 1]b");
    EXPECT_EQ(shown(": no name\r\nA: 1\r\n\r\nb"), "[|: no name][A| 1]b");
    EXPECT_EQ(shown("From x Wed Nov 25 07:14:36 2026\r\nA: 1\r\n\r\nb"),
              "[|From x Wed Nov 25 07:14:36 2026][A| 1]b");
    EXPECT_EQ(shown("a b: c\r\n d\r\nA: 1\r\n\r\n"), "[|a b: c\r\n d][A| 1]");
    EXPECT_EQ(shown("gr\xC3\xBC\xC3\x9F: x\r\n\r\n"), "[|gr\xC3\xBC\xC3\x9F: x]");
}

TEST(HeaderScan, F01_StopsAtTheLimitOfFields) {
    const std::string line = "To: a@b\r\n";
    const std::string most = repeat(line, HeaderSection::kMaxFields);
    EXPECT_EQ(HeaderSection::scan(most + "\r\nbody").limit(), HeaderLimit::none);
    EXPECT_EQ(HeaderSection::scan(most).limit(), HeaderLimit::none);
    const HeaderSection header = HeaderSection::scan(repeat(line, 100'000) + "\r\n");
    EXPECT_EQ(header.limit(), HeaderLimit::fields);
    EXPECT_EQ(header.fields().size(), HeaderSection::kMaxFields);
    EXPECT_EQ(header.end(), most.size());
    EXPECT_LT(header.work(), 2 * most.size() + 1000);
}

TEST(HeaderScan, F02_HugeAndMuchFoldedFieldsAreLinearAndStopAtOneMebibyte) {
    const std::string inputs[] = {
        "X: " + repeat("x", 10'000'000) + "\r\n\r\n",
        repeat("x", 10'000'000) + "\r\n\r\n",
        "X: y\r\n" + repeat(" \r\n", 1'000'000) + "\r\n",
        "X" + repeat(" ", 10'000'000) + ": y\r\n\r\n",
        repeat("A:\r\n", 10) + repeat("\t\r\n", 1'000'000),
    };
    for (const std::string& input : inputs) {
        const HeaderSection header = HeaderSection::scan(input);
        EXPECT_EQ(header.limit(), HeaderLimit::bytes) << input.substr(0, 20);
        EXPECT_LE(header.end(), HeaderSection::kMaxBytes);
        EXPECT_LE(header.work(), 2 * HeaderSection::kMaxBytes);
    }
    const HeaderSection folds = HeaderSection::scan("X: y\r\n" + repeat(" \r\n", 100'000) + "\r\n");
    EXPECT_EQ(folds.limit(), HeaderLimit::none);
    EXPECT_EQ(folds.fields().size(), 1U);
}

TEST(HeaderScan, TheByteLimitIsExact) {
    const std::size_t size = HeaderSection::kMaxBytes;
    const std::string exact = "A: 1\r\nX:" + std::string(size - 10, 'x') + "\r\n";
    ASSERT_EQ(exact.size(), size);
    EXPECT_EQ(HeaderSection::scan(exact).fields().size(), 2U);
    EXPECT_EQ(HeaderSection::scan(exact).limit(), HeaderLimit::none);
    const HeaderSection over = HeaderSection::scan(exact + "\r\n");
    EXPECT_EQ(over.limit(), HeaderLimit::bytes);
    EXPECT_EQ(over.fields().size(), 1U) << "whether X goes on cannot be seen";
    EXPECT_EQ(over.end(), 6U);
}

TEST(HeaderScan, FindsByNameInAnyCase) {
    const std::string_view content =
        "Received: a\r\nreceived: b\r\nRECEIVED : c\r\nSubject:  hi\r\n there \r\n\r\n";
    const HeaderSection header = HeaderSection::scan(content);
    EXPECT_EQ(header.received_count(), 3U);
    ASSERT_NE(header.find("RECEIVED"), nullptr);
    EXPECT_EQ(header.find("RECEIVED")->value, " a");
    EXPECT_EQ(header.find("X-None"), nullptr);
    EXPECT_EQ(header.subject(), "hi\r\n there");
    EXPECT_EQ(unfold(header.subject()), "hi there");
}

TEST(HeaderScan, ReadsTheMessageId) {
    const auto id = [](const std::string& value) {
        return HeaderSection::scan("Message-Id:" + value + "\r\nMessage-ID: <second@x>\r\n\r\n")
            .message_id();
    };
    EXPECT_EQ(id(" <a@b>"), "<a@b>");
    EXPECT_EQ(id("\r\n <a@b> (comment)"), "<a@b>");
    EXPECT_EQ(id(" a@b "), "a@b");
    EXPECT_EQ(id(" <a@b"), "<a@b");
    EXPECT_EQ(id(""), "");
    EXPECT_EQ(HeaderSection::scan("A: b\r\n\r\nMessage-ID: <x@y>\r\n").message_id(), "");
}

TEST(HeaderScan, ReadsAutoSubmitted) {
    const auto keyword = [](const std::string& value) {
        return HeaderSection::scan("Auto-Submitted:" + value + "\r\n\r\n").auto_submitted();
    };
    EXPECT_EQ(keyword(" auto-replied"), "auto-replied");
    EXPECT_EQ(keyword(" (x) Auto-Generated; owner=\"y\""), "auto-generated");
    EXPECT_EQ(keyword(" NO "), "no");
    EXPECT_EQ(keyword(""), "");
    EXPECT_EQ(HeaderSection::scan("A: b\r\n\r\n").auto_submitted(), "");
}

TEST(MediaType, ReadsTypeAndParameters) {
    const struct {
        std::string_view value;
        std::string_view type;
        std::string_view report_type;
    } cases[] = {
        {"text/plain", "text/plain", "-"},
        {" Multipart/REPORT; Report-Type=delivery-status; boundary=x",
         "multipart/report",
         "delivery-status"},
        {"multipart/report;boundary=\"a;report-type=no\";\r\n\treport-type=\"delivery-status\"",
         "multipart/report",
         "delivery-status"},
        {"(c(n(e\\)st)ed)) multipart (x) / (y) report (z) ; (;report-type=no) report-type (a) = "
         "(b) disposition-notification (c)",
         "multipart/report",
         "disposition-notification"},
        {"a/b; report-type=\"q\\\"uo\\\\ted\"", "a/b", "q\"uo\\ted"},
        {"a/b;;; ;x;report-type=y", "a/b", "y"},
        {"a/b garbage ; report-type=y", "a/b", "y"},
        {"a/b; x y=z; report-type=first; report-type=second", "a/b", "first"},
        {"a/b; report-type=", "a/b", ""},
        {"a/b; report-type=\"open", "a/b", "open"},
        {"a/b; (open report-type=y", "a/b", "-"},
    };
    for (const auto& c : cases) {
        const auto parsed = parse_media_type(c.value);
        ASSERT_TRUE(parsed) << c.value;
        EXPECT_EQ(parsed->type + "/" + parsed->subtype, c.type) << c.value;
        EXPECT_EQ(parsed->parameter("report-type").value_or("-"), c.report_type) << c.value;
        EXPECT_FALSE(parsed->limit);
    }
    for (const std::string_view value :
         {"", "text", "text/", "/plain", "text plain", "\"text\"/plain", "(text/plain"}) {
        EXPECT_FALSE(parse_media_type(value)) << value;
    }
}

TEST(MediaType, F03_StopsAtTwoHundredParameters) {
    std::string value = "text/plain";
    for (int i = 20'000; i > 0; --i)
        value += "; name*" + std::to_string(i) + "*=x";
    const auto parsed = parse_media_type(value);
    ASSERT_TRUE(parsed);
    EXPECT_TRUE(parsed->limit);
    EXPECT_EQ(parsed->parameters.size(), MediaType::kMaxParameters);
    EXPECT_TRUE(parse_media_type("a/b" + repeat(";", 100'000) + "x=y")->limit);
    EXPECT_FALSE(parse_media_type("a/b" + repeat(";x=y", MediaType::kMaxParameters))->limit);
    EXPECT_TRUE(parse_media_type("a/b" + repeat(";x=y", MediaType::kMaxParameters + 1))->limit);
}

// A quadratic or recursive reader would take minutes or the stack for these.
TEST(MediaType, F05_DeepCommentsNeedNoStack) {
    EXPECT_FALSE(parse_media_type(repeat("(", 1'000'000)));
    EXPECT_FALSE(parse_media_type(repeat("(", 1'000'000) + repeat(")", 1'000'000)));
    EXPECT_TRUE(parse_media_type("a/b;" + repeat("\\", 1'000'000)));
    EXPECT_TRUE(parse_media_type("a/b;" + repeat("x(", 1'000'000)));
    EXPECT_TRUE(parse_media_type("a/b" + repeat("\"", 1'000'001)));
}

}  // namespace
}  // namespace sealgate::mime
