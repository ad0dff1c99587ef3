// SPDX-License-Identifier: Apache-2.0
#include "openpgp/armor.h"

#include "base/text.h"
#include "openpgp/crc24.h"
#include "openpgp/radix64.h"

#include <gtest/gtest.h>

#include <chrono>

namespace sealgate::openpgp {
namespace {

using Lines = std::vector<std::string>;

// A literal data packet (RFC 9580 section 5.9) of `size` octets: what other readers take for
// OpenPGP.
std::string packet(std::size_t size) {
    std::string out = "\xCB";
    out += static_cast<char>(size - 2);
    out += 'b';
    out.append(5, '\0');
    for (std::size_t i = out.size(); i < size; ++i)
        out += static_cast<char>(i * 7 + 1);
    return out;
}

std::string base64(std::string_view octets) {
    std::string out((octets.size() + 2) / 3 * 4, '\0');
    radix64_encode(octets, out.data());
    return out;
}

std::string crc_of(std::string_view octets) {
    const std::uint32_t crc = crc24(octets);
    const char sum[] = {
        static_cast<char>(crc >> 16U), static_cast<char>(crc >> 8U), static_cast<char>(crc)};
    return base64({sum, 3});
}

Lines body_of(std::string_view octets, std::size_t columns = 64) {
    const std::string all = base64(octets);
    Lines lines;
    for (std::size_t at = 0; at < all.size(); at += columns)
        lines.push_back(all.substr(at, columns));
    return lines;
}

// Armour of which each piece can be made wrong.
struct Pieces {
    std::string begin = "-----BEGIN PGP MESSAGE-----";
    Lines head = {""};
    Lines body;
    Lines foot;
    std::string end = "-----END PGP MESSAGE-----";
    std::string eol = "\n";

    [[nodiscard]] std::string text() const {
        std::string out = begin + eol;
        for (const Lines* part : {&head, &body, &foot}) {
            for (const std::string& line : *part)
                out += line + eol;
        }
        return out + end + eol;
    }
};

Pieces pieces(std::string_view octets) {
    return {.body = body_of(octets), .foot = {"=" + crc_of(octets)}};
}
template <class Change>
std::string changed(std::string_view octets, Change change) {
    Pieces all = pieces(octets);
    change(all);
    return all.text();
}

std::string error_of(std::string_view text, const ArmorLimits& limits = {}) {
    const auto block = dearmor(text, limits);
    return block ? "read"
                 : std::string(to_string(block.error().kind())) + " " + block.error().detail();
}

TEST(Armor, ReadsAndWritesTheSamplesOfRfc9580) {
    struct Sample {
        ArmorKind kind;
        std::string_view octets;
        std::string_view text;
    };
    const Sample samples[] = {
        // Appendix A.1; the key block has a packet header of the new format, the dump one of the
        // old.
        {ArmorKind::public_key,
         "c63304 53f35f0b16092b06010401da470f01010740 3f098994bdd916ed4053197934e4a87c80733a1280d6"
         "2f8010992e43ee3b2406",
         "-----BEGIN PGP PUBLIC KEY BLOCK-----\n"
         "\n"
         "xjMEU/NfCxYJKwYBBAHaRw8BAQdAPwmJlL3ZFu1AUxl5NOSofIBzOhKA1i+AEJku\n"
         "Q+47JAY=\n"
         "-----END PGP PUBLIC KEY BLOCK-----\n"},
        // Appendix A.2
        {ArmorKind::signature,
         "885e040016080006050255f95f95000a09108cfde12197965a9af62200ff56f9"
         "0cca98e2102637bd983fdb16c131dfd27ed82bf4dde5606e0d756aed33660100"
         "d09c4fa11527f038e0f57f2201d82f2ea2c9033265fa6ceb489e854bae61b404",
         "-----BEGIN PGP SIGNATURE-----\n"
         "\n"
         "iF4EABYIAAYFAlX5X5UACgkQjP3hIZeWWpr2IgD/VvkMypjiECY3vZg/2xbBMd/S\n"
         "ftgr9N3lYG4NdWrtM2YBANCcT6EVJ/A44PV/IgHYLy6iyQMyZfps60iehUuuYbQE\n"
         "-----END PGP SIGNATURE-----\n"},
    };
    for (const Sample& sample : samples) {
        std::string hex(sample.octets);
        std::erase(hex, ' ');
        const std::string octets = from_hex(hex).value();
        const auto block = dearmor(sample.text);
        ASSERT_TRUE(block) << block.error().detail();
        EXPECT_EQ(block->kind, sample.kind);
        EXPECT_EQ(to_hex(block->octets), hex);
        EXPECT_EQ(block->crc, ArmorCrc::absent);
        EXPECT_TRUE(block->headers.empty());
        EXPECT_EQ(block->begin, 0U);
        EXPECT_EQ(block->end, sample.text.size());
        EXPECT_EQ(armor(sample.kind, octets, ArmorChecksum::without), sample.text);
    }
}

TEST(Armor, ChecksumIsThatOfRfc9580) {
    // Section 6.1.1, as it stands there.
    const auto slow = [](std::string_view octets) {
        std::uint32_t crc = 0xB704CE;
        for (const char c : octets) {
            crc ^= static_cast<std::uint32_t>(static_cast<unsigned char>(c)) << 16U;
            for (int i = 0; i < 8; ++i) {
                crc <<= 1U;
                if ((crc & 0x1000000U) != 0) crc = (crc & 0xFFFFFFU) ^ 0x864CFBU;
            }
        }
        return crc & 0xFFFFFFU;
    };
    std::string octets;
    for (int i = 0; i < 200; ++i) {
        EXPECT_EQ(crc24(octets), slow(octets)) << octets.size();
        octets += static_cast<char>(i * i * 31 + 7);
    }
    EXPECT_EQ(crc24("123456789"), 0x21CF02U);  // the check value of CRC-24/OPENPGP
}

TEST(Armor, RoundTripsEachLengthKindAndLineEnd) {
    constexpr ArmorHeader kHeaders[] = {{"Comment", "a: b"}, {"Hash", ""}};
    std::string octets;
    for (std::size_t size = 0; size < 400; ++size) {
        for (const auto kind : {ArmorKind::message,
                                ArmorKind::public_key,
                                ArmorKind::private_key,
                                ArmorKind::signature}) {
            const auto eol = size % 2 == 0 ? ArmorLineEnd::lf : ArmorLineEnd::crlf;
            const std::string text = armor(kind, octets, ArmorChecksum::with, eol, kHeaders);
            const auto block = dearmor(text);
            ASSERT_TRUE(block) << block.error().detail();
            EXPECT_EQ(block->octets, octets);
            EXPECT_EQ(block->kind, kind);
            EXPECT_EQ(block->crc, ArmorCrc::good);
            EXPECT_EQ(block->headers,
                      std::vector<ArmorHeader>(std::begin(kHeaders), std::end(kHeaders)));
            EXPECT_EQ(block->end, text.size());
            std::size_t longest = 0;
            for (const std::string_view line : split(text, '\n'))
                longest = std::max(longest, line.size());
            EXPECT_LE(longest, 65U);
        }
        octets += static_cast<char>(size * 31 + (size >> 3U));
    }
}

TEST(Armor, ReadsBase64HoweverTheLinesAreCut) {
    const std::string octets = packet(108);
    for (std::size_t columns = 1; columns < 150; ++columns) {
        const auto block =
            dearmor(changed(octets, [&](Pieces& p) { p.body = body_of(octets, columns); }));
        ASSERT_TRUE(block) << columns << block.error().detail();
        EXPECT_EQ(block->octets, octets);
        EXPECT_EQ(block->crc, ArmorCrc::good);
    }
}

TEST(Armor, ReportsTheTextAround) {
    const std::string block_text = pieces(packet(100)).text();
    const std::string text = "Dear all,\n\n" + block_text + "see above\n";
    const auto block = dearmor(text);
    ASSERT_TRUE(block) << block.error().detail();
    EXPECT_EQ(text.substr(0, block->begin), "Dear all,\n\n");
    EXPECT_EQ(text.substr(block->begin, block->end - block->begin), block_text);
    EXPECT_EQ(text.substr(block->end), "see above\n");
}

TEST(Armor, ReadsSeveralBlocksWhenAsked) {
    const std::string one = pieces(packet(100)).text();
    const std::string two = armor(ArmorKind::public_key, packet(50), ArmorChecksum::without);
    const std::string text = "a\n" + one + "b\n\n" + two + "c";
    EXPECT_EQ(error_of(text).substr(0, 9), "malformed");
    const auto blocks = dearmor_all(text);
    ASSERT_TRUE(blocks) << blocks.error().detail();
    ASSERT_EQ(blocks->size(), 2U);
    EXPECT_EQ(blocks->at(0).octets, packet(100));
    EXPECT_EQ(blocks->at(1).octets, packet(50));
    EXPECT_EQ(text.substr(blocks->at(0).end, blocks->at(1).begin - blocks->at(0).end), "b\n\n");
    EXPECT_EQ(text.substr(blocks->at(1).end), "c");

    EXPECT_TRUE(dearmor_all("no armour").value().empty());
    EXPECT_TRUE(dearmor_all("").value().empty());
    EXPECT_EQ(dearmor_all(text, {.max_blocks = 1}).error().kind(), ErrorKind::exhausted);
    // What is wrong in the second one is an error, not the end of the list.
    EXPECT_FALSE(dearmor_all(one + two.substr(0, two.size() - 3)));
}

TEST(Armor, TellsArmorFromPackets) {
    EXPECT_FALSE(is_armored(""));
    EXPECT_FALSE(is_armored(packet(100)));
    EXPECT_TRUE(is_armored("-----BEGIN PGP MESSAGE-----\n"));
    EXPECT_TRUE(is_armored("\n"));
}

// What gpg 2.2.40, sqop 0.27.3 (Sequoia 1.12.0) and rnp 0.16.3 make of each form, in this order:
// '=' the octets that were meant, '!' an error, '#' other octets without an error.
struct Form {
    const char* name;
    const char* others;
    bool read;
    std::string text;
    ArmorCrc crc = ArmorCrc::good;
};

void expect_forms(const std::vector<Form>& forms, std::string_view octets) {
    for (const Form& form : forms) {
        SCOPED_TRACE(form.name);
        const auto block = dearmor(form.text);
        EXPECT_EQ(block.has_value(), form.read) << (block ? "" : block.error().detail());
        if (!block) continue;
        EXPECT_EQ(to_hex(block->octets), to_hex(octets));
        EXPECT_EQ(block->crc, form.crc);
        const std::string_view others = form.others;
        EXPECT_EQ(others.find('#'), std::string_view::npos) << "read differently by others";
        EXPECT_NE(others.find('='), std::string_view::npos) << "read by nobody else";
    }
}

// 108 octets: no padding. 109: two pads.
const std::string& unpadded() {
    static const std::string octets = packet(108);
    return octets;
}
const std::string& padded() {
    static const std::string octets = packet(109);
    return octets;
}

TEST(Armor, A42_Checksum) {
    const auto foot = [](Lines foot) {
        return changed(unpadded(), [&](Pieces& p) { p.foot = std::move(foot); });
    };
    const std::string crc = crc_of(unpadded());
    const auto joined = [](std::string_view octets) {
        return changed(octets, [&](Pieces& p) {
            p.body.back() += p.foot.front();
            p.foot.clear();
        });
    };
    expect_forms(
        {
            {"absent", "!==", true, foot({}), ArmorCrc::absent},
            {"wrong", "!==", true, foot({"=AAAA"}), ArmorCrc::bad},
            {"blank line before", "===", true, foot({"", "=" + crc})},
            {"blank line behind", "===", true, foot({"=" + crc, ""})},
            {"blanks before", "===", true, foot({"  =" + crc})},
            {"blanks behind", "==!", true, foot({"=" + crc + " \t"})},
            // Others read the octets and then complain, but RFC 9580 section 6.1 forbids that.
            {"empty", "=!!", true, foot({"="}), ArmorCrc::bad},
            {"two pads", "=!!", true, foot({"=="}), ArmorCrc::bad},
            {"equals sign twice", "=!!", true, foot({"==" + crc}), ArmorCrc::bad},
            {"text behind", "=!!", true, foot({"=" + crc + " x"}), ArmorCrc::bad},
            {"blank inside", "=!!", true, foot({"= " + crc}), ArmorCrc::bad},
            {"END line in it", "=!!", true, foot({"=-----END PGP MESSAGE-----"}), ArmorCrc::bad},
            {"twice", "=!!", false, foot({"=" + crc, "=" + crc})},
            {"empty, then one", "=!!", false, foot({"=", "=" + crc})},
            {"data behind", "=!!", false, foot({"=" + crc, "AAAA"})},
            {"NUL in it", "!!!", false, foot({std::string("=A\0AA", 5)})},
            {"on the line of the data", "===", false, joined(unpadded())},
        },
        unpadded());
    for (const char* malformed : {"=AAA", "=AAAAA", "=A!A*", "=AA==", "=3DAAAA", "=\xC3\xA4xy"}) {
        const auto block = dearmor(foot({malformed}));
        ASSERT_TRUE(block) << malformed << block.error().detail();
        EXPECT_EQ(block->octets, unpadded());
        EXPECT_EQ(block->crc, ArmorCrc::bad);
    }
    EXPECT_EQ(error_of(joined(padded())).substr(0, 9), "malformed");
}

TEST(Armor, A42_HeadersAndTheBlankLine) {
    const auto head = [](Lines head) {
        return changed(padded(), [&](Pieces& p) { p.head = std::move(head); });
    };
    const auto header = [&](const std::string& line) { return head({line, ""}); };
    expect_forms(
        {
            {"none", "===", true, head({""})},
            {"one", "===", true, header("Version: x")},
            {"unknown", "===", true, header("X-Foo: x")},
            {"empty value", "===", true, header("Version: ")},
            {"empty value, blank lost", "=!=", true, header("Version:")},
            {"two colons", "===", true, header("Comment: a: b")},
            {"UTF-8", "===", true, header("Comment: \xC3\xA9")},
            {"Latin 1", "===", true, header("Comment: \xE9")},
            {"of 999 octets", "===", true, header("Comment: " + std::string(990, 'x'))},
            {"blank line of blanks", "===", true, head({"  \t"})},
            {"blank line of a tab", "===", true, head({"Version: x", "\t"})},
            {"blank line of CR", "===", true, head({"\r"})},
            {"two blank lines", "===", true, head({"Version: x", "", ""})},
            {"no blank line", "!==", false, head({})},
            {"no blank line behind headers", "!!=", false, head({"Version: x"})},
            {"line end of CR only behind headers", "!!=", false, head({"Version: x\r"})},
            {"blank line of VT", "!==", false, head({"\v"})},
            {"blank line of FF", "!==", false, head({"\f"})},
            {"blank line of NBSP", "!==", false, head({"\xC2\xA0"})},
            {"no colon", "!##", false, header("Version x")},
            {"no colon in the second", "!=#", false, head({"Version: a", "junk", ""})},
            {"base 64 as a header", "!=#", false, head({"Version: a", "AAAA", ""})},
            {"no blank behind the colon", "!!=", false, header("Version:x")},
            {"headers behind a blank line", "!!!", false, head({"", "Version: x", ""})},
            // What follows is read by all, but no writer makes it and it can only hide something.
            {"no key", "===", false, header(": x")},
            {"blank in the key", "===", false, header("My Key: x")},
            {"blank before the key", "===", false, header(" Version: x")},
            {"blank behind the key", "===", false, header("Version : x")},
            {"folded", "===", false, head({"Comment: x", " y: z", ""})},
            {"CR inside", "===", false, header("Version: x\rComment: y")},
            {"NUL inside", "===", false, header(std::string("Comment: a\0b", 12))},
            {"FF inside", "===", false, header("Comment: a\fb")},
            {"dashes", "===", false, header("-----: b")},
            {"BEGIN line", "!!=", false, header("-----BEGIN PGP SIGNATURE-----")},
        },
        padded());
}

TEST(Armor, A42_LinesAndBlanks) {
    const auto with_eol = [](const char* eol) {
        return changed(padded(), [&](Pieces& p) { p.eol = eol; });
    };
    const auto each = [](const std::string& before, const std::string& behind) {
        return changed(padded(), [&](Pieces& p) {
            for (std::string& line : p.body)
                line.insert(0, before).append(behind);
        });
    };
    const auto inside = [](std::string_view what) {
        return changed(padded(), [&](Pieces& p) { p.body[0].insert(20, what); });
    };
    expect_forms(
        {
            {"LF", "===", true, with_eol("\n")},
            {"CRLF", "===", true, with_eol("\r\n")},
            {"CR CRLF", "==!", true, with_eol("\r\r\n")},
            {"LF CR", "==!", false, with_eol("\n\r")},
            {"CR", "!=!", false, with_eol("\r")},
            {"blanks behind", "==!", true, each("", "  ")},
            {"tab behind", "==!", true, each("", "\t")},
            {"CR CR behind", "==!", true, each("", "\r\r")},
            {"blanks before", "===", true, each("  ", "")},
            {"blank line",
             "===",
             true,
             changed(padded(), [](Pieces& p) { p.body.insert(p.body.begin() + 1, ""); })},
            {"blank inside", "===", true, inside(" ")},
            {"CR inside", "===", true, inside("\r")},
            {"FF inside", "!=!", false, inside("\f")},
            {"VT inside", "!!!", false, inside("\v")},
            {"NUL inside", "!!!", false, inside({"\0", 1})},
            {"! inside", "!!!", false, inside("!")},
            {"dash inside", "!!!", false, inside("-")},
            {"0x80 inside", "!!!", false, inside("\x80")},
            {"quoted-printable", "!!!", false, inside("=3D")},
            {"dash escape",
             "!!!",
             false,
             changed(padded(), [](Pieces& p) { p.body[1].insert(0, "- "); })},
            {"77 columns",
             "===",
             true,
             changed(padded(), [](Pieces& p) { p.body = body_of(padded(), 77); })},
            {"one column",
             "==!",
             true,
             changed(padded(), [](Pieces& p) { p.body = body_of(padded(), 1); })},
        },
        padded());
    // GnuPG cuts a line at 20,000 octets and reads on behind it.
    const std::string large(14'997, 'x');
    const auto one_line = [&](std::size_t columns) {
        return changed(large, [&](Pieces& p) { p.body = body_of(large, columns); });
    };
    EXPECT_EQ(dearmor(one_line(16'384)).value().octets, large);
    EXPECT_EQ(error_of(one_line(16'385)).substr(0, 9), "exhausted");
}

TEST(Armor, A42_Padding) {
    const auto last = [](std::string_view cut, Lines tail) {
        return changed(padded(), [&](Pieces& p) {
            p.body.back().resize(p.body.back().size() - cut.size());
            p.body.back() += tail.front();
            p.body.insert(p.body.end(), tail.begin() + 1, tail.end());
        });
    };
    const std::string crc = crc_of(padded());
    expect_forms(
        {
            {"on the next line", "===", true, last("==", {"", "=="})},
            {"on two lines", "==!", true, last("==", {"=", "="})},
            {"blank between", "==!", true, last("==", {"= ="})},
            {"blank line between", "==!", true, last("==", {"=", "", "="})},
            {"absent", "=!!", false, last("==", {""})},
            {"one of two", "=#!", false, last("==", {"="})},
            {"three", "=!!", false, last("==", {"==="})},
            {"NUL between", "=!!", false, last("==", {std::string("=\0=", 3)})},
            {"second joined to the checksum",
             "==!",
             false,
             changed(padded(),
                     [&](Pieces& p) {
                         p.body.back().pop_back();
                         p.foot = {"==" + crc};
                     })},
            {"bits that do not count", "=!=", false, last("Q==", {"R=="})},
            {"data behind, same line", "!#!", false, last("", {"AAAA"})},
            {"data behind, next line", "!#!", false, last("", {"", "AAAA"})},
            {"in the middle of a group",
             "!!!",
             false,
             changed(padded(), [](Pieces& p) { p.body[0].insert(20, "="); })},
            {"in the middle, a whole group",
             "!!!",
             false,
             changed(padded(), [](Pieces& p) { p.body[0].replace(22, 2, "=="); })},
            {"at the end of the first line",
             "!!!",
             false,
             changed(padded(), [](Pieces& p) { p.body[0].replace(62, 2, "=="); })},
        },
        padded());
    expect_forms(
        {
            {"behind whole groups",
             "=!!",
             false,
             changed(unpadded(), [](Pieces& p) { p.body.back() += "=="; })},
            {"a letter too many",
             "!!!",
             false,
             changed(unpadded(), [](Pieces& p) { p.body.back() += "A"; })},
        },
        unpadded());
}

TEST(Armor, A42_BeginAndEnd) {
    const auto begin = [](const std::string& line) {
        return changed(padded(), [&](Pieces& p) { p.begin = line; });
    };
    const auto end = [](const std::string& line) {
        return changed(padded(), [&](Pieces& p) { p.end = line; });
    };
    const std::string good = pieces(padded()).text();
    const auto without = [&](std::size_t octets) { return good.substr(0, good.size() - octets); };
    const auto into_body = [](Lines lines) {
        return changed(padded(), [&](Pieces& p) {
            p.body.insert(p.body.begin() + 1, lines.begin(), lines.end());
        });
    };
    expect_forms(
        {
            {"blanks behind BEGIN", "===", true, begin("-----BEGIN PGP MESSAGE----- \t")},
            {"text behind BEGIN", "!!!", false, begin("-----BEGIN PGP MESSAGE----- x")},
            {"FF behind BEGIN", "!=!", false, begin("-----BEGIN PGP MESSAGE-----\f")},
            {"blank before BEGIN", "!==", false, begin(" -----BEGIN PGP MESSAGE-----")},
            {"text before BEGIN", "!!=", false, begin("x-----BEGIN PGP MESSAGE-----")},
            {"BEGIN dash-escaped", "!!=", false, begin("- -----BEGIN PGP MESSAGE-----")},
            {"NUL before BEGIN",
             "!!=",
             false,
             begin(std::string("\0-----BEGIN PGP MESSAGE-----", 28))},
            {"BOM before BEGIN", "!#=", false, begin("\xEF\xBB\xBF-----BEGIN PGP MESSAGE-----")},
            {"six dashes", "!=!", false, begin("------BEGIN PGP MESSAGE-----")},
            {"four dashes", "!=!", false, begin("----BEGIN PGP MESSAGE-----")},
            {"two blanks", "!!!", false, begin("-----BEGIN  PGP MESSAGE-----")},
            {"begin", "!!!", false, begin("-----begin PGP MESSAGE-----")},
            {"no label", "!!!", false, begin("-----BEGIN PGP -----")},
            {"blanks behind END", "===", true, end("-----END PGP MESSAGE----- \t")},
            {"no line end behind END", "===", true, without(1)},
            {"text behind END", "===", false, end("-----END PGP MESSAGE----- x")},
            {"six dashes behind END", "===", false, end("-----END PGP MESSAGE------")},
            {"six dashes before END", "==!", false, end("------END PGP MESSAGE-----")},
            {"four dashes before END", "==!", false, end("----END PGP MESSAGE-----")},
            {"blank before END", "==!", false, end(" -----END PGP MESSAGE-----")},
            {"END of another kind", "=!!", false, end("-----END PGP SIGNATURE-----")},
            {"END of no kind", "=!!", false, end("-----END FOO-----")},
            {"end", "=!!", false, end("-----end PGP MESSAGE-----")},
            {"no END", "=!!", false, without(26)},
            {"half an END", "=!!", false, without(8)},
            {"END without its last dash", "==!", false, without(2)},
            {"END behind the data",
             "==!",
             false,
             changed(padded(),
                     [](Pieces& p) {
                         p.end.insert(0, p.body.back());
                         p.body.pop_back();
                         p.foot.clear();
                     })},
            {"END behind the checksum",
             "==!",
             false,
             changed(padded(),
                     [](Pieces& p) {
                         p.end.insert(0, p.foot.back());
                         p.foot.clear();
                     })},
            {"nested BEGIN", "!!!", false, into_body({"-----BEGIN PGP MESSAGE-----", ""})},
            {"nested block", "!!!", false, into_body({good.substr(0, good.size() - 1)})},
            {"dashes inside", "!!!", false, into_body({"-----"})},
            {"END of another kind inside",
             "!!!",
             false,
             into_body({"-----END PGP SIGNATURE-----"})},
        },
        padded());
    // Kinds that are no longer made (RFC 4880) or never were, or that only some know.
    for (const char* kind : {"MESSAGE, PART 1/1",
                             "MESSAGE, PART 1",
                             "ARMORED FILE",
                             "SECRET KEY BLOCK",
                             "PRIVATE MESSAGE",
                             "SIGNED MESSAGE",
                             "FOO",
                             "message",
                             "MESSAGE "}) {
        const std::string text = changed(padded(), [&](Pieces& p) {
            p.begin = std::string("-----BEGIN PGP ") + kind + "-----";
            p.end = std::string("-----END PGP ") + kind + "-----";
        });
        EXPECT_EQ(error_of(text).substr(0, 9), "malformed") << kind;
    }
}

TEST(Armor, A42_TextAround) {
    const std::string good = pieces(padded()).text();
    const std::string other = pieces(unpadded()).text();
    const auto quoted = [&](const std::string& mark) {
        std::string out = "\n";
        for (const std::string_view line : split(other.substr(0, other.size() - 1), '\n'))
            out.append(mark).append(line).append("\n");
        return out;
    };
    const auto redashed = [&](std::string_view dashes) {
        std::string out = "\n" + other;
        for (std::size_t at = 0; (at = out.find("-----", at)) != std::string::npos;) {
            out.replace(at, 5, dashes);
            at += dashes.size();
        }
        return out;
    };
    const auto utf16 = [&](bool little, const std::string& mark) {
        std::string out = mark;
        for (const char c : good)
            out += little ? std::string{c, '\0'} : std::string{'\0', c};
        return out;
    };
    expect_forms(
        {
            {"before", "===", true, "hello\n\nthere\n" + good},
            {"behind", "===", true, good + "bye\n"},
            {"both", "===", true, "x\n" + good + "y\n"},
            {"NUL in the text before", "===", true, std::string("a\0b\n", 4) + good},
            {"PEM before", "==!", true, "-----BEGIN CERTIFICATE-----\nAAAA\n" + good},
            {"END line before", "==!", true, "-----END PGP MESSAGE-----\n" + good},
            {"line of 15,000 before", "==!", true, std::string(15'000, 'x') + "\n" + good},
            {"line of 20,000 before", "#=!", false, std::string(20'000, 'x') + "\n" + good},
            {"unknown BEGIN before", "==!", false, "-----BEGIN PGP FOO-----\n\n" + good},
            {"BEGIN line before", "!!=", false, "-----BEGIN PGP MESSAGE-----\n" + good},
            {"BEGIN inside a line before",
             "==!",
             false,
             "\nx-----BEGIN PGP MESSAGE-----\n\n" + good},
            {"quoted block before", "=#=", false, quoted("> ") + good},
            {"indented block before", "=#!", false, quoted(" ") + good},
            {"block without dashes before", "=#=", false, redashed("") + good},
            {"block with one dash before", "=#=", false, redashed("-") + good},
            {"block with em dashes before", "=#=", false, redashed("\xE2\x80\x94") + good},
            {"cleartext before", "#=!", false, "-----BEGIN PGP SIGNED MESSAGE-----\n\nx\n" + good},
            {"same block twice", "#==", false, good + good},
            {"another block behind", "#==", false, good + other},
            {"another block behind text", "#==", false, good + "text\n" + other},
            {"quoted", "!#!", false, quoted("> ")},
            {"UTF-16, little", "##!", false, utf16(true, "\xFF\xFE")},
            {"UTF-16, big", "!#!", false, utf16(false, "\xFE\xFF")},
            {"UTF-16 without mark", "!!!", false, utf16(false, "")},
        },
        padded());
    // All others take octets from 0x80 at the beginning for packets; our callers ask is_armored().
    EXPECT_EQ(dearmor("\xC3\x84hnlich:\n" + good).value().octets, padded());
}

TEST(Armor, NamesTheOctetThatIsWrong) {
    EXPECT_EQ(error_of(""), "not found no armour in the text");
    EXPECT_EQ(error_of("\xFF\xFE-\0"), "malformed octet 0: the text is UTF-16");
    const std::string begin = "-----BEGIN PGP MESSAGE-----\n";
    EXPECT_EQ(error_of("ab\n" + begin + "X: y\nnone\n"),
              "malformed octet 36: neither a header nor a blank line");
    EXPECT_EQ(error_of(begin + "\nAAAA\nAA*A\n"),
              "malformed octet 36: this octet may not stand there in base 64");
    EXPECT_EQ(error_of(begin + "\nAAAA\n-----END PGP SIGNATURE-----\n"),
              "malformed octet 34: not the END line of this block");
    EXPECT_EQ(error_of(begin + "\nAAAA\n=AAAA\nAAAA\n"),
              "malformed octet 40: only the END line may follow");
    EXPECT_EQ(error_of(begin + "\nAAAA\n"), "malformed octet 34: the text ends in the block");
}

TEST(Armor, KeepsItsLimits) {
    const std::string octets = packet(109);
    const auto headers = [&](std::size_t count) {
        return changed(octets, [&](Pieces& p) { p.head.insert(p.head.begin(), count, "A: b"); });
    };
    EXPECT_EQ(error_of(headers(3), {.max_headers = 3}), "read");
    EXPECT_EQ(error_of(headers(4), {.max_headers = 3}).substr(0, 9), "exhausted");
    EXPECT_EQ(error_of(headers(0), {.max_octets = 109}), "read");
    EXPECT_EQ(error_of(headers(0), {.max_octets = 108}).substr(0, 9), "exhausted");
    EXPECT_EQ(error_of(headers(0), {.max_line = 64}), "read");
    EXPECT_EQ(error_of(headers(0), {.max_line = 63}).substr(0, 9), "exhausted");
}

// Anything that is not linear would take hours.
TEST(Armor, F11_WorkIsLinear) {
    constexpr std::size_t kSize = 16UL << 20U;
    constexpr std::size_t kHeaderSize = 100UL << 20U;
    const std::string begin = "-----BEGIN PGP MESSAGE-----\n";
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
    EXPECT_EQ(error_of(repeat(begin + "Comment: ", "x", kHeaderSize)).substr(0, 9), "exhausted");
    EXPECT_EQ(error_of(repeat(begin, "A: b\n", kHeaderSize)).substr(0, 9), "exhausted");
    EXPECT_EQ(error_of(repeat(begin, "\n")).substr(0, 9), "malformed");
    EXPECT_EQ(error_of(repeat(begin + "\nAAAA\n", " ")).substr(0, 9), "exhausted");
    EXPECT_EQ(error_of(repeat(begin + "\n=AAAA\n", "\n")).substr(0, 9), "malformed");
    EXPECT_EQ(error_of(repeat("", "BEGIN PG\n")).substr(0, 9), "not found");
    EXPECT_EQ(error_of(repeat("", "\n") + begin).substr(0, 9), "malformed");
    EXPECT_EQ(error_of(repeat("", "x") + begin).substr(0, 9), "exhausted");
    EXPECT_EQ(dearmor_all(repeat("", armor(ArmorKind::signature, "", ArmorChecksum::without)))
                  .error()
                  .kind(),
              ErrorKind::exhausted);
    EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(60));
}

TEST(Armor, TruncatedAnywhereIsAnError) {
    const std::string text = changed(packet(109), [](Pieces& p) { p.head = {"Version: x", ""}; });
    // The line end of the END line is the only octet it can do without.
    for (std::size_t size = 0; size + 1 < text.size(); ++size)
        EXPECT_FALSE(dearmor(text.substr(0, size))) << size;
    EXPECT_TRUE(dearmor(text.substr(0, text.size() - 1)));
}

TEST(Armor, OneChangedOctetIsNeverOtherOctetsWithAGoodChecksum) {
    for (const std::size_t size : {107U, 108U, 109U}) {
        const std::string octets = packet(size);
        const std::string text = changed(octets, [](Pieces& p) {
            p.head = {"Version: x", ""};
            p.eol = "\r\n";
        });
        std::size_t refused = 0;
        for (std::size_t at = 0; at < text.size(); ++at) {
            for (int value = 0; value < 256; ++value) {
                std::string other = text;
                other[at] = static_cast<char>(value);
                if (other == text) continue;
                const auto block = dearmor(other);
                if (!block) {
                    ++refused;
                } else if (block->crc == ArmorCrc::good) {
                    EXPECT_EQ(block->octets, octets) << at << " " << value;
                }
            }
        }
        EXPECT_GT(refused, text.size() * 128);
    }
}

TEST(Armor, WritesOnlyHeadersThatCanBeRead) {
    EXPECT_TRUE(is_armor_header({"Comment", "hello: world"}));
    EXPECT_TRUE(is_armor_header({"Comment", ""}));
    EXPECT_FALSE(is_armor_header({"", "x"}));
    EXPECT_FALSE(is_armor_header({"Com ment", "x"}));
    EXPECT_FALSE(is_armor_header({"Comment:", "x"}));
    EXPECT_FALSE(is_armor_header({"-----BEGIN", "x"}));
    EXPECT_FALSE(is_armor_header({"Comment", "x\nHash: y"}));
    EXPECT_FALSE(is_armor_header({"Comment", "x "}));
    EXPECT_FALSE(is_armor_header({"Comment", " x"}));
    const std::string large(1000, 'x');
    EXPECT_FALSE(is_armor_header({"Comment", large}));
    constexpr ArmorHeader kBad[] = {{"Comment", "x\ny"}};
    EXPECT_DEATH((void)armor(ArmorKind::message, "", ArmorChecksum::with, ArmorLineEnd::lf, kBad),
                 "is_armor_header");
}

}  // namespace
}  // namespace sealgate::openpgp
