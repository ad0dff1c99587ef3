// SPDX-License-Identifier: Apache-2.0
#include "smtp/command.h"

#include <gtest/gtest.h>

namespace sealgate::smtp {
namespace {

constexpr Offered kAll{.smtputf8 = true, .dsn = true, .message_size = 1000};

// The sender ("<>" for none), or code and enhanced code of the refusal.
std::string mail(std::string_view argument, const Offered& offered = kAll) {
    const auto parsed = parse_mail(argument, offered);
    if (!parsed) return std::to_string(parsed.error().code) + " " + parsed.error().enhanced;
    return parsed->sender ? parsed->sender->wire() : "<>";
}

std::string rcpt(std::string_view argument, bool smtputf8 = false, const Offered& offered = kAll) {
    const auto parsed = parse_rcpt(argument, offered, smtputf8, "it@example.com");
    if (!parsed) return std::to_string(parsed.error().code) + " " + parsed.error().enhanced;
    return parsed->address.wire();
}

struct Case {
    std::string input;
    std::string expected;
};

TEST(Command, VerbsInAnyCaseWithBlanksAround) {
    EXPECT_EQ(parse_command("NOOP").verb, Verb::noop);
    EXPECT_EQ(parse_command("nOoP  \t").verb, Verb::noop);
    EXPECT_EQ(parse_command("MAIL \t FROM:<a@b> ").argument, "FROM:<a@b>");
    EXPECT_EQ(parse_command("STARTTLS").verb, Verb::starttls);
    EXPECT_EQ(parse_command("AUTH PLAIN x").verb, Verb::unoffered);
    EXPECT_EQ(parse_command("GET / HTTP/1.1").verb, Verb::http);
    EXPECT_EQ(parse_command("Host: x").verb, Verb::http);
    for (const std::string_view line :
         {"", " ", " NOOP", "NOOPS", "NOO", "N\xD6OP", "MAILFROM:<a@b>"})
        EXPECT_EQ(parse_command(line).verb, Verb::unknown) << line;
}

TEST(Command, HelloNamesCannotBreakOutOfAHeaderField) {
    for (const std::string_view name :
         {"mx.example.com", "[192.0.2.1]", "[IPv6:::1]", "MY_PC", "x"})
        EXPECT_EQ(parse_helo(name).value_or("-"), name);
    for (const std::string_view name : {"",
                                        "a b",
                                        "a(b",
                                        "a)b",
                                        "a\"b",
                                        "a\\b",
                                        "<a>",
                                        "a;b",
                                        "a,b",
                                        "a@b",
                                        "a\tb",
                                        "a\x7F",
                                        "b\u00FCcher.example"})
        EXPECT_EQ(parse_helo(name).value_or("-"), "-") << name;
    EXPECT_TRUE(parse_helo(std::string(255, 'a')));
    EXPECT_FALSE(parse_helo(std::string(256, 'a')));
}

TEST(MailCommand, TakesPathsInAngleBrackets) {
    for (const auto& [input, expected] :
         std::initializer_list<Case>{{"FROM:<a@b.example>", "a@b.example"},
                                     {"from:<a@B.example>", "a@b.example"},
                                     {"FROM: <a@b.example>", "a@b.example"},
                                     {"FROM:\t <a@b.example>", "a@b.example"},
                                     {"FROM:<>", "<>"},
                                     {"FROM:<\"a>b\"@b.example>", "\"a>b\"@b.example"},
                                     {"FROM:<\"a\\\">\"@b.example>", "\"a\\\">\"@b.example"},
                                     {"FROM:<@r.example,@s.example:a@b.example>", "a@b.example"},
                                     {"FROM:<@r.example:a@b.example>", "a@b.example"},
                                     {"", "501 5.5.4"},
                                     {"FROM", "501 5.5.4"},
                                     {"FROM:", "501 5.5.4"},
                                     {"FROM :<a@b.example>", "501 5.5.4"},
                                     {"TO:<a@b.example>", "501 5.5.4"},
                                     {"FROM:a@b.example", "501 5.5.4"},
                                     {"FROM:<a@b.example", "501 5.5.4"},
                                     {"FROM:a@b.example>", "501 5.5.4"},
                                     {"FROM:<a@b.example>x", "501 5.5.4"},
                                     {"FROM:<a@b.example>>", "501 5.5.4"},
                                     {"FROM:<a@b.example>SIZE=1", "501 5.5.4"},
                                     {"FROM:Alice <a@b.example>", "501 5.5.4"},
                                     {"FROM:<a>", "553 5.1.7"},
                                     {"FROM:< >", "553 5.1.7"},
                                     {"FROM:<<a@b.example>", "553 5.1.7"},
                                     {"FROM:<a@b@c.example>", "553 5.1.7"},
                                     {"FROM:<a@b.example.>", "553 5.1.7"},
                                     {"FROM:<a@xn--abc.example>", "553 5.1.7"},
                                     {"FROM:<@r.example a@b.example>", "553 5.1.7"},
                                     {"FROM:<@r.example:>", "553 5.1.7"},
                                     {"FROM:<@:a@b.example>", "553 5.1.7"},
                                     {"FROM:<@r.example,s.example:a@b.example>", "553 5.1.7"},
                                     {"FROM:<a@b.example, c@d.example>", "553 5.1.7"}}) {
        EXPECT_EQ(mail(input), expected) << input;
    }
}

TEST(MailCommand, ChecksItsParameters) {
    const std::string envid100(100, 'x');
    for (const auto& [input, expected] : std::initializer_list<Case>{
             {"SIZE=1000", "<>"},
             {"size=0", "<>"},
             {"SIZE=1001", "552 5.3.4"},
             {"SIZE=99999999999999999999", "552 5.3.4"},
             {"SIZE=999999999999999999999", "501 5.5.4"},
             {"SIZE=", "501 5.5.4"},
             {"SIZE", "501 5.5.4"},
             {"SIZE=-1", "501 5.5.4"},
             {"SIZE=1x", "501 5.5.4"},
             {"SIZE=1=1", "501 5.5.4"},
             {"SIZE=1 SIZE=1", "501 5.5.4"},
             {"SIZE=1 size=2", "501 5.5.4"},
             {"BODY=7BIT", "<>"},
             {"BODY=8bitmime", "<>"},
             {"BODY=BINARYMIME", "555 5.5.4"},
             {"BODY=9BIT", "501 5.5.4"},
             {"BODY", "501 5.5.4"},
             {"SMTPUTF8", "<>"},
             {"SMTPUTF8=1", "501 5.5.4"},
             {"RET=FULL", "<>"},
             {"RET=hdrs", "<>"},
             {"RET=ALL", "501 5.5.4"},
             {"ENVID=abc+2B", "<>"},
             {"ENVID=" + envid100, "<>"},
             {"ENVID=x" + envid100, "501 5.5.4"},
             {"ENVID=abc+2", "501 5.5.4"},
             {"ENVID=abc+0D+0A", "501 5.5.4"},
             {"ENVID=abc+FF", "501 5.5.4"},
             {"ENVID=a=b", "501 5.5.4"},
             {"ENVID", "501 5.5.4"},
             {"  SIZE=1 \t BODY=8BITMIME   SMTPUTF8 RET=FULL ENVID=x ", "<>"},
             {"AUTH=<>", "555 5.5.4"},
             {"NOTIFY=NEVER", "555 5.5.4"},
             {"FOO", "555 5.5.4"},
             {"=x", "501 5.5.4"},
             {"-x", "501 5.5.4"},
             {"S\u00DCZE=1", "501 5.5.4"},
             {"FO_O", "501 5.5.4"}}) {
        EXPECT_EQ(mail("FROM:<> " + input), expected) << input;
    }
}

TEST(MailCommand, KeepsTheValues) {
    const auto parsed =
        parse_mail("FROM:<a@b.example> SIZE=500 BODY=8BITMIME SMTPUTF8 RET=HDRS ENVID=Q+2Bx", kAll);
    ASSERT_TRUE(parsed);
    const MailParameters expected{.size = 500,
                                  .body = BodyType::eight_bit_mime,
                                  .smtputf8 = true,
                                  .ret = Ret::headers,
                                  .envid = "Q+2Bx"};
    EXPECT_EQ(parsed->parameters, expected);
}

TEST(MailCommand, WhatIsNotOfferedIsUnknown) {
    const Offered none{.smtputf8 = false, .dsn = false, .message_size = 1000};
    EXPECT_EQ(mail("FROM:<> SMTPUTF8", none), "555 5.5.4");
    EXPECT_EQ(mail("FROM:<> RET=FULL", none), "555 5.5.4");
    EXPECT_EQ(mail("FROM:<> ENVID=x", none), "555 5.5.4");
    EXPECT_EQ(rcpt("TO:<a@b.example> NOTIFY=NEVER", false, none), "555 5.5.4");
    EXPECT_EQ(rcpt("TO:<a@b.example> ORCPT=rfc822;x", false, none), "555 5.5.4");
    EXPECT_EQ(mail("FROM:<> SIZE=1 BODY=7BIT", none), "<>");
}

TEST(PathCommands, H14_AddressesThatAreNotAsciiNeedSmtputf8) {
    EXPECT_EQ(mail("FROM:<gr\u00FC\u00DFe@b.example>"), "553 5.6.7");
    EXPECT_EQ(mail("FROM:<gr\u00FC\u00DFe@b.example> SMTPUTF8"), "gr\u00FC\u00DFe@b.example");
    EXPECT_EQ(mail("FROM:<a@b\u00FCcher.example>"), "553 5.6.7");
    EXPECT_EQ(mail("FROM:<a@b\u00FCcher.example> SMTPUTF8"), "a@xn--bcher-kva.example");
    EXPECT_EQ(mail("FROM:<gr\xFC@b.example>"), "553 5.6.7");
    EXPECT_EQ(mail("FROM:<gr\xFC@b.example> SMTPUTF8"), "553 5.1.7");
    EXPECT_EQ(rcpt("TO:<a@b\u00FCcher.example>"), "553 5.6.7");
    EXPECT_EQ(rcpt("TO:<a@b\u00FCcher.example>", true), "a@xn--bcher-kva.example");
    EXPECT_EQ(rcpt("TO:<a@corp\u3002example>", true), "553 5.1.3");
}

TEST(RcptCommand, TakesPathsInAngleBrackets) {
    for (const auto& [input, expected] :
         std::initializer_list<Case>{{"TO:<a@b.example>", "a@b.example"},
                                     {"to: <a@b.example>", "a@b.example"},
                                     {"TO:<PostMaster>", "it@example.com"},
                                     {"TO:<@r.example:a@b.example>", "a@b.example"},
                                     {"TO:<>", "553 5.1.3"},
                                     {"TO:<a>", "553 5.1.3"},
                                     {"TO:<a@b.example", "501 5.5.4"},
                                     {"TO:a@b.example", "501 5.5.4"},
                                     {"FROM:<a@b.example>", "501 5.5.4"},
                                     {"TO:<a@b.example> SIZE=1", "555 5.5.4"}}) {
        EXPECT_EQ(rcpt(input), expected) << input;
    }
}

TEST(RcptCommand, ChecksItsParameters) {
    const std::string x(493, 'x');  // with "rfc822;" 500
    for (const auto& [input, expected] :
         std::initializer_list<Case>{{"NOTIFY=NEVER", "a@b.example"},
                                     {"NOTIFY=SUCCESS,failure,DELAY", "a@b.example"},
                                     {"NOTIFY=NEVER,SUCCESS", "501 5.5.4"},
                                     {"NOTIFY=SUCCESS,NEVER", "501 5.5.4"},
                                     {"NOTIFY=SUCCESS,SUCCESS", "501 5.5.4"},
                                     {"NOTIFY=SUCCESS,", "501 5.5.4"},
                                     {"NOTIFY=", "501 5.5.4"},
                                     {"NOTIFY", "501 5.5.4"},
                                     {"NOTIFY=NEVER NOTIFY=DELAY", "501 5.5.4"},
                                     {"ORCPT=rfc822;a+2Bb@c.example", "a@b.example"},
                                     {"ORCPT=rfc822;b+C3+B8b@c.example", "a@b.example"},
                                     {"ORCPT=rfc822;" + x, "a@b.example"},
                                     {"ORCPT=rfc822;x" + x, "501 5.5.4"},
                                     {"ORCPT=utf-8;a\\x{FC}@c.example", "a@b.example"},
                                     {"ORCPT=rfc822;a+0D+0Ab", "501 5.5.4"},
                                     {"ORCPT=rfc822;a+zz", "501 5.5.4"},
                                     {"ORCPT=rfc822;", "501 5.5.4"},
                                     {"ORCPT=;a", "501 5.5.4"},
                                     {"ORCPT=rfc822", "501 5.5.4"},
                                     {"ORCPT=rfc 822;a", "501 5.5.4"},
                                     {"ORCPT=utf-8;gr\u00FC@c.example", "501 5.5.4"}}) {
        EXPECT_EQ(rcpt("TO:<a@b.example> " + input), expected) << input;
    }
    EXPECT_EQ(rcpt("TO:<a@b.example> ORCPT=utf-8;gr\u00FC@c.example", true), "a@b.example");
    EXPECT_EQ(rcpt("TO:<a@b.example> ORCPT=rfc822;gr\u00FC@c.example", true), "501 5.5.4");
    EXPECT_EQ(rcpt("TO:<a@b.example> ORCPT=utf-8;gr\xFC@c.example", true), "501 5.5.4");
}

TEST(RcptCommand, KeepsTheValues) {
    const auto parsed = parse_rcpt(
        "TO:<a@b.example> NOTIFY=SUCCESS,DELAY ORCPT=RFC822;x+2By", kAll, false, "it@example.com");
    ASSERT_TRUE(parsed);
    EXPECT_EQ(parsed->orcpt, "RFC822;x+2By");
    EXPECT_EQ(parsed->notify, (Notify{.success = true, .delay = true}));
}

TEST(BdatCommand, NeedsASize) {
    EXPECT_EQ(parse_bdat("10")->size, 10U);
    EXPECT_FALSE(parse_bdat("10")->last);
    EXPECT_TRUE(parse_bdat("0 last")->last);
    EXPECT_TRUE(parse_bdat("0   LAST")->last);
    for (const std::string_view text : {"",
                                        "LAST",
                                        "-1",
                                        "+1",
                                        "1x",
                                        "1 LAST x",
                                        "1 FIRST",
                                        "0x10",
                                        "18446744073709551616",
                                        "1,LAST"})
        EXPECT_FALSE(parse_bdat(text)) << text;
}

}  // namespace
}  // namespace sealgate::smtp
