// SPDX-License-Identifier: Apache-2.0
#include "mime/address.h"

#include <gtest/gtest.h>

namespace sealgate::mime {
namespace {

constexpr std::size_t kHuge = 1024UL * 1024UL;

// The A-label form, or "-" when the text is refused as malformed.
std::string domain(std::string_view text) {
    const auto parsed = Domain::parse(text);
    if (parsed) return parsed->ascii();
    EXPECT_EQ(parsed.error().kind(), ErrorKind::malformed) << text;
    return "-";
}

// The wire form, or "-" when the text is refused as malformed.
std::string address(std::string_view text) {
    const auto parsed = Address::parse(text);
    if (parsed) {
        EXPECT_EQ(parsed->text(), text);
        return parsed->wire();
    }
    EXPECT_EQ(parsed.error().kind(), ErrorKind::malformed) << text;
    return "-";
}

std::string labels(std::size_t count, std::size_t length) {
    std::string out;
    for (std::size_t i = 0; i < count; ++i)
        out += std::string(length, 'a') + ".";
    out.pop_back();
    return out;
}

TEST(Domain, IsComparedInLowerCaseWithoutTrailingDot) {
    EXPECT_EQ(domain("example.com"), "example.com");
    EXPECT_EQ(domain("EXAMPLE.Com"), "example.com");
    EXPECT_EQ(domain("example.com."), "example.com");
    EXPECT_EQ(domain("localhost"), "localhost");
    EXPECT_EQ(domain("192.0.2.1"), "192.0.2.1");
    EXPECT_EQ(domain("r3---sn-4g5e.example"), "r3---sn-4g5e.example");
}

TEST(Domain, RefusesWhatIsNotAName) {
    for (const std::string_view text : {"",
                                        ".",
                                        "..",
                                        "example..com",
                                        ".example.com",
                                        "example.com..",
                                        "-a.example",
                                        "a-.example",
                                        "a_b.example",
                                        "a b.example",
                                        " example.com",
                                        "example.com ",
                                        "example.com\r",
                                        "example.com\n",
                                        "a@example.com",
                                        "example.com/x",
                                        "example,com",
                                        "*.example.com",
                                        "ex%61mple.com"}) {
        EXPECT_EQ(domain(text), "-") << text;
    }
    EXPECT_EQ(domain(std::string_view("example.com\0.evil", 17)), "-");
    EXPECT_EQ(domain(std::string_view("b\xC3\xBC\0.example", 12)), "-");
}

TEST(Domain, HasTheLengthsOfTheDns) {
    EXPECT_NE(domain(labels(1, 63)), "-");
    EXPECT_EQ(domain(labels(1, 64)), "-");
    EXPECT_EQ(labels(4, 62).size() + 2, 253U);
    EXPECT_NE(domain(labels(4, 62) + ".a"), "-");
    EXPECT_EQ(domain(labels(4, 62) + ".aa"), "-");
    EXPECT_NE(domain(labels(4, 62) + ".a."), "-") << "the root's dot does not count";
}

TEST(Domain, F15_RefusesLongLabelsBeforeDecoding) {
    EXPECT_EQ(domain("xn--" + std::string(kHuge, '9') + ".example"), "-");
    EXPECT_EQ(domain(labels(10'000, 1)), "-");
    std::string umlauts;
    for (std::size_t i = 0; i < kHuge; ++i)
        umlauts += "\u00FC";
    EXPECT_EQ(domain(umlauts + ".example"), "-");
    umlauts.resize(128);
    EXPECT_EQ(domain(umlauts + ".example"), "-");
}

TEST(Domain, IsOneNameInAllSpellingsOfIdna) {
    EXPECT_EQ(domain("b\u00FCcher.example"), "xn--bcher-kva.example");
    EXPECT_EQ(domain("B\u00DCCHER.Example"), "xn--bcher-kva.example");
    EXPECT_EQ(domain("xn--bcher-kva.example"), "xn--bcher-kva.example");
    EXPECT_EQ(domain("XN--BCHER-KVA.example"), "xn--bcher-kva.example");
    EXPECT_EQ(domain("xn--bcher-KVA.b\u00FCcher."), "xn--bcher-kva.xn--bcher-kva");
    EXPECT_EQ(domain("fa\u00DF.example"), "xn--fa-hia.example") << "sharp s is a letter of its own";
    EXPECT_EQ(domain("\u4F8B\u3048.\u30C6\u30B9\u30C8"), "xn--r8jz45g.xn--zckzah");
    EXPECT_EQ(domain("\u05D0\u05D1.example"), "xn--4dbc.example");
}

TEST(Domain, RefusesALabelsThatDoNotRoundTrip) {
    for (const std::string_view text : {"xn--.example",
                                        "xn--a.example",
                                        "xn--abc.example",
                                        "xn--abc-.example",
                                        "xn--99999999.example",
                                        "xn--b\u00FCcher.example",
                                        "xn--n3h.example",
                                        "xn--ex-miv.example",
                                        "xn--bcher-kva8445foa.example",
                                        "xn--xn---epa.example"}) {
        EXPECT_EQ(domain(text), "-") << text;
    }
}

TEST(Domain, RefusesCharactersThatStandForOthers) {
    for (const std::string_view text : {"a\u3002example",        // ideographic full stop
                                        "a\uFF0Eexample",        // full-width full stop
                                        "a\uFF61example",        // half-width full stop
                                        "b\u00FC\u3002example",  //
                                        "\uFF41.example",        // full-width a
                                        "\uFB01.example",        // ligature fi
                                        "\u2177.example",        // Roman numeral eight
                                        "\u212Aorp.example",     // Kelvin sign
                                        "\u017Fam.example",      // long s
                                        "\u0130.example",        // dotted capital i
                                        "\u1E9E.example",        // capital sharp s
                                        "ex\u00ADample.com",     // soft hyphen
                                        "ex\u200Bample.com",     // zero width space
                                        "ex\u2060ample.com",     // word joiner
                                        "bu\u0308cher.example",  // not normalised
                                        "\u2100.example",        // account of: a/c
                                        "\u2603.example",        // snowman
                                        "e\u2260x.example",      // not equal
                                        "\u0661.1a\u05D0"}) {    // breaks the rule for bidi
        EXPECT_EQ(domain(text), "-") << text;
    }
}

TEST(Domain, RefusesWhatIsNotUtf8) {
    EXPECT_EQ(domain("b\xFC"
                     "cher.example"),
              "-");
    EXPECT_EQ(domain("\xC0\xAE.example"), "-");
    EXPECT_EQ(domain("\xED\xA0\x80.example"), "-");
    EXPECT_EQ(domain("b\u00FC_.example"), "-");
    EXPECT_EQ(domain("b\u00FC\x7F.example"), "-");
    EXPECT_EQ(domain("-\u00FC.example"), "-");
    EXPECT_EQ(domain("\u00FC..example"), "-");
    EXPECT_EQ(domain("\u00FC."), "xn--tda");
}

TEST(Domain, LiteralsHoldAnIpAddress) {
    EXPECT_EQ(domain("[192.0.2.1]"), "[192.0.2.1]");
    EXPECT_EQ(domain("[IPv6:2001:DB8:0::1]"), "[IPv6:2001:db8::1]");
    EXPECT_EQ(domain("[ipv6:::1]"), "[IPv6:::1]");
    EXPECT_TRUE(Domain::parse("[192.0.2.1]")->is_literal());
    for (const std::string_view text : {"[",
                                        "[]",
                                        "[192.0.2.1",
                                        "[192.0.2.1].",
                                        "[192.0.2.1]x",
                                        "[192.0.2.256]",
                                        "[192.0.2]",
                                        "[192.0.2.01]",
                                        "[ 192.0.2.1]",
                                        "[0x7f.0.0.1]",
                                        "[2001:db8::1]",
                                        "[IPv6:2001:db8::1%eth0]",
                                        "[IPv6:]",
                                        "[IPv6:192.0.2.1]",
                                        "[IPv5:1]",
                                        "[example.com]",
                                        "[[192.0.2.1]]"}) {
        EXPECT_EQ(domain(text), "-") << text;
    }
    EXPECT_EQ(domain(std::string_view("[192.0.2.1\0]", 12)), "-");
    EXPECT_EQ(domain(std::string(kHuge, '[')), "-");
}

TEST(Domain, SubdomainsEndAtALabel) {
    const Domain parent = *Domain::parse("b.example");
    EXPECT_TRUE(Domain::parse("a.b.example")->is_subdomain_of(parent));
    EXPECT_TRUE(Domain::parse("x.a.B.example.")->is_subdomain_of(parent));
    EXPECT_FALSE(Domain::parse("b.example")->is_subdomain_of(parent));
    EXPECT_FALSE(Domain::parse("ab.example")->is_subdomain_of(parent));
    EXPECT_FALSE(Domain::parse("example")->is_subdomain_of(parent));
    EXPECT_FALSE(Domain::parse("[192.0.2.1]")->is_subdomain_of(parent));
    EXPECT_FALSE(Domain::parse("a.example")->is_subdomain_of(Domain()));
    EXPECT_FALSE(Domain().is_subdomain_of(parent));
}

TEST(Address, TakesTheMailboxOfRfc5321) {
    EXPECT_EQ(address("alice@example.com"), "alice@example.com");
    EXPECT_EQ(address("Alice@EXAMPLE.com"), "Alice@example.com");
    EXPECT_EQ(address("a.b.c@example.com"), "a.b.c@example.com");
    EXPECT_EQ(address("alice+tag@example.com"), "alice+tag@example.com");
    EXPECT_EQ(address("!#$%&'*+-/=?^_`{|}~@example.com"), "!#$%&'*+-/=?^_`{|}~@example.com");
    EXPECT_EQ(address("alice@[192.0.2.1]"), "alice@[192.0.2.1]");
    EXPECT_EQ(address("alice@localhost"), "alice@localhost");
    EXPECT_EQ(address("\"a b\"@example.com"), "\"a b\"@example.com");
    EXPECT_EQ(address("\"a@b\"@example.com"), "\"a@b\"@example.com");
    EXPECT_EQ(address("\"a\\\"b\\\\\"@example.com"), "\"a\\\"b\\\\\"@example.com");
    EXPECT_EQ(address("\"\"@example.com"), "\"\"@example.com");
    EXPECT_EQ(address("alice@b\u00FCcher.example"), "alice@xn--bcher-kva.example");
}

TEST(Address, IsTheSameWithNeedlessQuotesAndInAnotherCaseOfItsDomain) {
    const Address plain = *Address::parse("alice@example.com");
    EXPECT_EQ(*Address::parse("\"alice\"@example.com"), plain);
    EXPECT_EQ(*Address::parse("\"\\alice\"@Example.COM"), plain);
    EXPECT_EQ(Address::parse("\"alice\"@example.com")->wire(), "alice@example.com");
    EXPECT_EQ(Address::parse("\"a.b\"@example.com")->wire(), "a.b@example.com");
    EXPECT_EQ(Address::parse("\"a..b\"@example.com")->wire(), "\"a..b\"@example.com");
    EXPECT_NE(*Address::parse("Alice@example.com"), plain);
    EXPECT_NE(*Address::parse("al\u0131ce@example.com"), plain) << "no Unicode folding";
}

TEST(Address, D7_RoutesAreNotAddresses) {
    EXPECT_EQ(address("@relay.example:alice@example.com"), "-");
    EXPECT_EQ(address("alice@example.com@evil.example"), "-");
    EXPECT_EQ(address("alice%example.com@relay.example"), "alice%example.com@relay.example");
    EXPECT_EQ(address("relay!alice@example.com"), "relay!alice@example.com");
}

TEST(Address, RefusesWhatIsNotAMailbox) {
    for (const std::string_view text : {"",
                                        "@",
                                        "alice",
                                        "alice@",
                                        "@example.com",
                                        ".alice@example.com",
                                        "alice.@example.com",
                                        "a..b@example.com",
                                        "a b@example.com",
                                        "alice @example.com",
                                        "alice@ example.com",
                                        "alice@example.com ",
                                        " alice@example.com",
                                        "<alice@example.com>",
                                        "alice@example.com>",
                                        "alice@example.com (comment)",
                                        "(c)alice@example.com",
                                        "alice@example.com,bob@example.com",
                                        "alice@example.com.",
                                        "alice@example.com..",
                                        "alice@example..com",
                                        "alice@[192.0.2.1].",
                                        "alice@corp\u3002example",
                                        "a\"b@example.com",
                                        "\"a\"b@example.com",
                                        "\"a\".b@example.com",
                                        "\"a@example.com",
                                        "\"a\\",
                                        "\"a\"",
                                        "\"a\\\u00FC\"@example.com",
                                        "a,b@example.com",
                                        "a:b@example.com",
                                        "a\\b@example.com",
                                        "alice@example.com\r\nRCPT TO:<b@c>",
                                        "alice\r\n@example.com",
                                        "\"a\r\nb\"@example.com",
                                        "\"a\tb\"@example.com",
                                        "\"a\x7F\"@example.com",
                                        "\"a\\\x01\"@example.com"}) {
        EXPECT_EQ(address(text), "-") << text;
    }
    EXPECT_EQ(address(std::string_view("a\0@example.com", 14)), "-");
    EXPECT_EQ(address(std::string_view("\"a\0\"@example.com", 16)), "-");
    EXPECT_EQ(address(std::string(kHuge, '(')), "-");
    EXPECT_EQ(address(std::string(kHuge, 'a')), "-");
    EXPECT_EQ(address("\"" + std::string(kHuge, 'a')), "-");
}

TEST(Address, HasTheLengthsOfRfc5321) {
    EXPECT_NE(address(std::string(64, 'a') + "@example.com"), "-");
    EXPECT_EQ(address(std::string(65, 'a') + "@example.com"), "-");
    EXPECT_NE(address("\"" + std::string(61, 'a') + " \"@example.com"), "-");
    EXPECT_EQ(address("\"" + std::string(62, 'a') + " \"@example.com"), "-");
    const std::string name = labels(3, 62);  // 188
    EXPECT_NE(address(std::string(64, 'a') + "@" + name), "-");
    EXPECT_NE(address(std::string(63, 'a') + "@" + name + ".a"), "-");
    EXPECT_EQ(address(std::string(64, 'a') + "@" + name + ".a"), "-");
}

TEST(Address, NeedsSmtputf8OnlyForItsLocalPart) {
    EXPECT_TRUE(Address::parse("gr\u00FC\u00DFe@example.com")->needs_smtputf8());
    EXPECT_TRUE(Address::parse("\"gr\u00FC e\"@example.com")->needs_smtputf8());
    EXPECT_FALSE(Address::parse("alice@b\u00FCcher.example")->needs_smtputf8());
    EXPECT_EQ(address("gr\u00FC\u00DFe@b\u00FCcher.example"),
              "gr\u00FC\u00DFe@xn--bcher-kva.example");
    EXPECT_EQ(address("gr\xFC@example.com"), "-");
    EXPECT_EQ(address("a\u0085@example.com"), "-");
}

}  // namespace
}  // namespace sealgate::mime
