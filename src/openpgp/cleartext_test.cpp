// SPDX-License-Identifier: Apache-2.0
#include "openpgp/cleartext.h"

#include "base/text.h"

#include <gtest/gtest.h>

#include <chrono>

namespace sealgate::openpgp {
namespace {

// RFC 9580 appendix A.6.
constexpr std::string_view kSample =
    "-----BEGIN PGP SIGNED MESSAGE-----\n"
    "\n"
    "What we need from the grocery store:\n"
    "\n"
    "- - tofu\n"
    "- - vegetables\n"
    "- - noodles\n"
    "\n"
    "-----BEGIN PGP SIGNATURE-----\n"
    "\n"
    "wpgGARsKAAAAKQWCY5ijYyIhBssYbE8GCaaX5NUt+mxyKwwfHifBilZwj2Ul7Ce6\n"
    "2azJAAAAAGk2IHZJX1AhiJD39eLuPBgiUU9wUA9VHYblySHkBONKU/usJ9BvuAqo\n"
    "/FvLFuGWMbKAdA+epq7V4HOtAPlBWmU8QOd6aud+aSunHQaaEJ+iTFjP2OMW0KBr\n"
    "NK2ay45cX1IVAQ==\n"
    "-----END PGP SIGNATURE-----\n";
constexpr std::string_view kSampleText =
    "What we need from the grocery store:\r\n"
    "\r\n"
    "- tofu\r\n"
    "- vegetables\r\n"
    "- noodles\r\n";
// The octets of its signature, as the dump has them.
constexpr std::string_view kSampleSignature =
    "c29806011b0a00000029058263 98a3632221 06cb186c4f0609a697e4d52dfa6c722b0c1f1e27c18a56708f6525ec"
    "27bad9acc900000000693620 76495f50218890f7f5e2ee3c1822514f70500f551d86e5c921e404e34a53fbac"
    "27d06fb80aa8fc5bcb16e19631b280740f9ea6aed5e073ad00f9415a653c40e77a6ae77e692ba71d069a109fa24c"
    "58cfd8e316d0a06b34ad9acb8e5c5f521501";

const std::string& signature() {
    static const std::string text = [] {
        std::string octets = "\xC2\x60";
        for (int i = 0; i < 96; ++i)
            octets += static_cast<char>(i * 5 + 1);
        return armor(ArmorKind::signature, octets, ArmorChecksum::with);
    }();
    return text;
}

std::string message(std::string_view headers, std::string_view body) {
    return "-----BEGIN PGP SIGNED MESSAGE-----\n" + std::string(headers) + std::string(body) +
           signature();
}
std::string with_headers(std::string_view headers) {
    return message(headers, "\nhello\nworld\n");
}
std::string with_body(std::string_view body) {
    return message("Hash: SHA512\n\n", body);
}
std::string with_octet(std::string text, char octet) {
    text[text.find('@')] = octet;
    return text;
}
std::string crlf(std::string_view text) {
    std::string out;
    for (const char c : text)
        out += c == '\n' ? std::string("\r\n") : std::string(1, c);
    return out;
}

// What is shown, or why not.
std::string shown(std::string_view text, const CleartextLimits& limits = {}) {
    const auto read = read_cleartext(text, limits);
    if (read) return "text " + read->text;
    return std::string(to_string(read.error().kind())) + " " + read.error().detail();
}
void expect_refused(std::string_view text) {
    EXPECT_EQ(shown(text).substr(0, 10), "malformed ") << escape_for_log(text);
}

TEST(Cleartext, ReadsTheSampleOfRfc9580) {
    const auto read = read_cleartext(kSample);
    ASSERT_TRUE(read) << read.error().detail();
    EXPECT_EQ(read->text, kSampleText);
    std::string hex(kSampleSignature);
    std::erase(hex, ' ');
    EXPECT_EQ(to_hex(read->signatures), hex);
    EXPECT_TRUE(read->hashes.empty());
    EXPECT_EQ(read->crc, ArmorCrc::absent);
    EXPECT_EQ(read->begin, 0U);
    EXPECT_EQ(read->end, kSample.size());

    const auto with_crlf = read_cleartext(crlf(kSample));
    ASSERT_TRUE(with_crlf) << with_crlf.error().detail();
    EXPECT_EQ(with_crlf->text, kSampleText);
    EXPECT_EQ(with_crlf->signatures, read->signatures);
}

TEST(Cleartext, CanonicalText) {
    EXPECT_EQ(shown(with_body("a\nb\n")), "text a\r\nb");
    EXPECT_EQ(shown(with_body("a\r\nb\nc\r\n")), "text a\r\nb\r\nc");
    EXPECT_EQ(shown(with_body("a \t\n b\t\r\n")), "text a\r\n b");
    EXPECT_EQ(shown(with_body("a\n\n\n")), "text a\r\n\r\n");
    EXPECT_EQ(shown(with_body("\na\n")), "text \r\na");
    EXPECT_EQ(shown(with_body("\n")), "text ");
    EXPECT_EQ(shown(with_body("")), "text ");
    EXPECT_EQ(shown(with_body("\xC3\xA4 \xE2\x80\xA8 \xE4\n")), "text \xC3\xA4 \xE2\x80\xA8 \xE4");
    EXPECT_EQ(shown(with_body("a\xC2\xA0\n")), "text a\xC2\xA0");  // not a blank of the RFC
}

TEST(Cleartext, ReportsTheTextAround) {
    const std::string inner = with_body("a\n");
    const std::string text = "Dear all,\n" + inner + "bye\n";
    const auto read = read_cleartext(text);
    ASSERT_TRUE(read) << read.error().detail();
    EXPECT_EQ(text.substr(0, read->begin), "Dear all,\n");
    EXPECT_EQ(text.substr(read->end), "bye\n");
    EXPECT_EQ(read->text, "a");
}

TEST(Cleartext, OnlyOneSignedMessage) {
    const std::string one = with_body("a\n");
    expect_refused(one + one);
    expect_refused(one + signature());
    expect_refused(one + "> " + one);
    expect_refused("> -----BEGIN PGP SIGNED MESSAGE-----\n\nb\n" + one);
    EXPECT_EQ(shown(signature()).substr(0, 9), "not found");
    EXPECT_EQ(shown("hello").substr(0, 9), "not found");
    EXPECT_EQ(shown("").substr(0, 9), "not found");
    // The signature is armour of its kind, and nothing else is.
    std::string other = one;
    for (std::size_t at = 0; (at = other.find("SIGNATURE")) != std::string::npos;)
        other.replace(at, 9, "MESSAGE");
    expect_refused(other);
}

TEST(Cleartext, A13_Headers) {
    const auto names = [](std::string_view headers) {
        const std::string text = with_headers(headers);
        const auto read = read_cleartext(text);
        std::string out;
        if (!read) return out + "refused";
        EXPECT_EQ(read->text, "hello\r\nworld");
        for (const std::string_view name : read->hashes)
            out.append(name).append(" ");
        return out;
    };
    EXPECT_EQ(names(""), "");
    EXPECT_EQ(names("Hash: SHA512\n"), "SHA512 ");
    EXPECT_EQ(names("Hash: SHA512\r\n"), "SHA512 ");
    EXPECT_EQ(names("Hash: SHA256,SHA512\n"), "SHA256 SHA512 ");
    EXPECT_EQ(names("Hash: SHA256\nHash: SHA3-512\n"), "SHA256 SHA3-512 ");
    EXPECT_EQ(names("Hash: MD5,SHA1,RIPEMD160,SHA224,SHA384,SHA3-256\n"),
              "MD5 SHA1 RIPEMD160 SHA224 SHA384 SHA3-256 ");

    for (const char* headers : {
             "Comment: pay 1000\n",
             "Hash: SHA512\nComment: pay 1000\n",
             "Version: x\n",
             "Charset: UTF-8\n",
             "Hash: SHA512 pay me\n",  // RNP shows the text as signed
             "Hash: SHA512\xE2\x80\xA8pay me\n",
             "Hash: SHA512\v\vpay me\n",
             "Hash: SHA512\rpay me\n",
             "Hash: SHA512\r\r\n",
             "Hash: SHA512 \n",
             "Hash: SHA512\t\n",
             "Hash:  SHA512\n",
             "Hash:SHA512\n",
             "Hash: \n",
             "Hash:\n",
             "Hash: SHA512,\n",
             "Hash: ,SHA512\n",
             "Hash: SHA256, SHA512\n",
             "Hash: SHA512,FOO\n",
             "Hash: FOO\n",
             "Hash: sha512\n",
             "hash: SHA512\n",
             " Hash: SHA512\n",
             "junk\n",
             "-----BEGIN PGP SIGNED MESSAGE-----\n",
         })
        expect_refused(with_headers(headers));
    expect_refused(with_octet(with_headers("Hash: SHA512@pay me\n"), '\0'));

    // The line behind the headers is empty, not blank.
    for (const char* body : {"hello\n",
                             "\t\nhello\n",
                             "  \nhello\n",
                             "\v\nhello\n",
                             "\f\nhello\n",
                             "\r\r\nhello\n",
                             "\xC2\xA0\nhello\n",
                             "\xE2\x80\xA8\nhello\n"}) {
        expect_refused(message("Hash: SHA512\n", body));
        expect_refused(message("", body));
    }

    std::string many;
    for (int i = 0; i < 20; ++i)
        many += "Hash: SHA512\n";
    EXPECT_EQ(shown(with_headers(many)).substr(0, 9), "exhausted");

    std::string begin = with_headers("");
    begin.insert(begin.find('\n'), " \t");
    EXPECT_EQ(shown(begin), "text hello\r\nworld");
    begin.insert(begin.find('\n'), "x");
    expect_refused(begin);
}

TEST(Cleartext, A14_DashEscapes) {
    EXPECT_EQ(shown(with_body("- Bob\n")), "text Bob");
    EXPECT_EQ(shown(with_body("- From me\n")), "text From me");
    // Each line that begins with a dash is written like this; the sample of the RFC has three.
    EXPECT_EQ(shown(with_body("- - x\n")), "text - x");
    EXPECT_EQ(shown(with_body("- - - x\n")), "text - - x");
    EXPECT_EQ(shown(with_body("- -- \n")), "text --");
    EXPECT_EQ(shown(with_body("a\n- \nb\n")), "text a\r\n\r\nb");
    EXPECT_EQ(shown(with_body("- -----BEGIN PGP MESSAGE-----\n- -----BEGIN PGP SIGNATURE-----\n")),
              "text -----BEGIN PGP MESSAGE-----\r\n-----BEGIN PGP SIGNATURE-----");
    EXPECT_EQ(shown(with_body(" -----BEGIN PGP SIGNATURE-----\n")),
              "text  -----BEGIN PGP SIGNATURE-----");

    expect_refused(with_headers("Hash: SHA512\nNotDashEscaped: You need GnuPG\n"));
    expect_refused(with_headers("NotDashEscaped: You need GnuPG\n"));
    for (const char* body : {"-Bob\n",
                             "-\n",
                             "-- \n",
                             "-\tx\n",
                             "--\n",
                             "a\n---\n",
                             // Sequoia takes these three for text, the others do not.
                             "a\n-----BEGIN PGP MESSAGE-----\nb\n",
                             "a\n-----END PGP SIGNATURE-----\nb\n",
                             "a\n-----BEGIN PGP SIGNED MESSAGE-----\n\nb\n",
                             "a\n-----BEGIN PGP SIGNATURE----- x\nb\n"})
        expect_refused(with_body(body));
    // The signature begins a line.
    expect_refused(with_body("a"));
}

TEST(Cleartext, A15_ControlOctetsAndLongLines) {
    for (int octet = 0; octet < 256; ++octet) {
        const std::string text = with_body("a@\nb\n");
        const std::string other = with_octet(text, static_cast<char>(octet));
        const std::string inside = with_octet(with_body("a@c\nb\n"), static_cast<char>(octet));
        if (octet == '\n') {
            EXPECT_EQ(shown(other), "text a\r\n\r\nb");
            EXPECT_EQ(shown(inside), "text a\r\nc\r\nb");
        } else if (octet == '\r') {
            EXPECT_EQ(shown(other), "text a\r\nb");  // it is a CRLF
            expect_refused(inside);
        } else if ((octet < 0x20 && octet != '\t') || octet == 0x7F) {
            expect_refused(other);
            expect_refused(inside);
        } else {
            const std::string as_text(1, static_cast<char>(octet));
            const bool blank = octet == ' ' || octet == '\t';
            EXPECT_EQ(shown(other), "text a" + (blank ? "" : as_text) + "\r\nb");
            EXPECT_EQ(shown(inside), "text a" + as_text + "c\r\nb");
        }
    }
    expect_refused(with_body("a\r\r\nb\n"));
    expect_refused(with_body("a \r \r\nb\n"));
    expect_refused(with_body("signed\f\nadded\n"));
    // Blanks before a line end are not hashed, so they are not shown.
    EXPECT_EQ(shown(with_body("a" + std::string(500, ' ') + "\r\nb\n")), "text a\r\nb");

    const std::string longest(16'384, 'x');
    EXPECT_EQ(shown(with_body(longest + "\nb\n")), "text " + longest + "\r\nb");
    EXPECT_EQ(shown(with_body(longest + "x\nb\n")).substr(0, 9), "exhausted");
    EXPECT_EQ(shown(with_body(std::string(20'001, 'x') + "\nb\n")).substr(0, 9), "exhausted");
}

TEST(Cleartext, SignatureIsArmourAsStrictAsAny) {
    std::string text = with_body("a\n");
    const std::size_t end = text.rfind("\n=");
    const auto absent = read_cleartext(text.substr(0, end) + "\n-----END PGP SIGNATURE-----\n");
    ASSERT_TRUE(absent) << absent.error().detail();
    EXPECT_EQ(absent->crc, ArmorCrc::absent);
    const auto bad = read_cleartext(text.substr(0, end) + "\n=AAAA\n-----END PGP SIGNATURE-----\n");
    ASSERT_TRUE(bad) << bad.error().detail();
    EXPECT_EQ(bad->crc, ArmorCrc::bad);
    EXPECT_EQ(bad->signatures, absent->signatures);
    expect_refused(text.substr(0, end) + "\n-----END PGP MESSAGE-----\n");
    expect_refused(text.substr(0, end) + "!\n-----END PGP SIGNATURE-----\n");
}

TEST(Cleartext, NamesTheOctetThatIsWrong) {
    const std::string begin = "-----BEGIN PGP SIGNED MESSAGE-----\n";
    EXPECT_EQ(shown("a\n" + begin + "Foo: x\n\n"),
              "malformed octet 37: neither Hash nor an empty line");
    EXPECT_EQ(shown(begin + "\nab\fc\n"), "malformed octet 38: control octet in the signed text");
    EXPECT_EQ(shown(begin + "\na\n--\n"),
              "malformed octet 38: a dash at the beginning of a line is not escaped");
    EXPECT_EQ(shown(begin + "\na\n"), "malformed octet 38: the message ends in the signed text");
}

TEST(Cleartext, KeepsItsLimits) {
    EXPECT_EQ(shown(with_body("ab\ncd\n"), {.max_text = 6}), "text ab\r\ncd");
    EXPECT_EQ(shown(with_body("ab\ncd\n"), {.max_text = 5}).substr(0, 9), "exhausted");
    EXPECT_EQ(shown(with_body("ab\n"), {.armor = {.max_octets = 97}}).substr(0, 9), "exhausted");
}

TEST(Cleartext, F11_WorkIsLinear) {
    constexpr std::size_t kSize = 16UL << 20U;
    constexpr std::size_t kHeaderSize = 100UL << 20U;
    const std::string begin = "-----BEGIN PGP SIGNED MESSAGE-----\n";
    const auto repeat = [](std::string head, std::string_view what, std::size_t size = kSize) {
        std::string block;
        while (block.size() < 1UL << 16U)
            block += what;
        head.reserve(size + block.size());
        while (head.size() < size)
            head += block;
        return head;
    };
    const auto start = std::chrono::steady_clock::now();
    EXPECT_EQ(shown(repeat(begin + "Hash: ", "SHA1,", kHeaderSize)).substr(0, 9), "exhausted");
    EXPECT_EQ(shown(repeat(begin, "Hash: SHA1\n", kHeaderSize)).substr(0, 9), "exhausted");
    EXPECT_EQ(shown(repeat(begin + "\n", "x")).substr(0, 9), "exhausted");
    EXPECT_EQ(shown(repeat(begin + "\n", "\n")).substr(0, 9), "malformed");
    EXPECT_EQ(shown(repeat(begin + "\n", "\n"), {.max_text = 1000}).substr(0, 9), "exhausted");
    EXPECT_EQ(shown(repeat(begin + "\n", "- \n")).substr(0, 9), "malformed");
    EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(60));
}

TEST(Cleartext, TruncatedAnywhereIsAnError) {
    for (std::size_t size = 0; size + 1 < kSample.size(); ++size)
        EXPECT_FALSE(read_cleartext(kSample.substr(0, size))) << size;
    EXPECT_TRUE(read_cleartext(kSample.substr(0, kSample.size() - 1)));
}

// A changed octet shows up where it stands or is an error; it never hides in the signed text.
TEST(Cleartext, OneChangedOctetIsSeen) {
    const std::string body = "hello  world\n- - x\n\nlast\n";
    const std::string text = with_body(body);
    const std::size_t from = text.find(body);
    const auto good = read_cleartext(text);
    ASSERT_TRUE(good) << good.error().detail();
    for (std::size_t at = 0; at < text.size(); ++at) {
        for (int value = 0; value < 256; ++value) {
            std::string other = text;
            other[at] = static_cast<char>(value);
            if (other == text) continue;
            const auto read = read_cleartext(other);
            if (!read) continue;
            if (at >= from && at < from + body.size()) {
                EXPECT_NE(read->text, good->text) << at << " " << value;
            } else {
                // A line end in the header makes the rest of it text, for everybody to see.
                EXPECT_TRUE(read->text.ends_with(good->text)) << at << " " << value;
            }
            if (read->crc == ArmorCrc::good) {
                EXPECT_EQ(read->signatures, good->signatures) << at << " " << value;
            }
        }
    }
}

}  // namespace
}  // namespace sealgate::openpgp
