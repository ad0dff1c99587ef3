// SPDX-License-Identifier: Apache-2.0
#include "openpgp/radix64.h"

#include <gtest/gtest.h>

#include <string>

namespace sealgate::openpgp {
namespace {

struct Decoded {
    std::string octets;
    std::size_t stop = Radix64Decoder::kNone;
    bool whole = false;

    bool operator==(const Decoded&) const = default;
};

// In pieces of `step` octets; of one octet, nothing is taken together.
Decoded decoded(std::string_view letters, std::size_t step) {
    std::string out(Radix64Decoder::room(letters.size()), '\0');
    Radix64Decoder decoder(out.data());
    Decoded result;
    for (std::size_t at = 0; at < letters.size() && result.stop == Radix64Decoder::kNone;
         at += step) {
        const std::size_t stop = decoder.feed(letters.substr(at, step));
        if (stop != Radix64Decoder::kNone) result.stop = at + stop;
    }
    out.resize(decoder.written());
    result.octets = out;
    result.whole = decoder.whole();
    return result;
}

std::string encoded(std::string_view octets) {
    std::string out((octets.size() + 2) / 3 * 4 + 1, '#');
    const char* end = radix64_encode(octets, out.data());
    EXPECT_EQ(end, out.data() + out.size() - 1);
    EXPECT_EQ(out.back(), '#');
    out.pop_back();
    return out;
}

TEST(Radix64, VectorsOfRfc4648) {
    // Section 10.
    EXPECT_EQ(encoded(""), "");
    EXPECT_EQ(encoded("f"), "Zg==");
    EXPECT_EQ(encoded("fo"), "Zm8=");
    EXPECT_EQ(encoded("foo"), "Zm9v");
    EXPECT_EQ(encoded("foob"), "Zm9vYg==");
    EXPECT_EQ(encoded("fooba"), "Zm9vYmE=");
    EXPECT_EQ(encoded("foobar"), "Zm9vYmFy");
    EXPECT_EQ(decoded("Zm9vYg==", 8).octets, "foob");
    EXPECT_EQ(decoded("Zm9vYmE=", 8).octets, "fooba");
}

TEST(Radix64, EachGroupOfFourLettersAtEachPlace) {
    // 2^24 groups would take long; each pair of six-bit values does.
    std::string octets;
    for (unsigned a = 0; a < 64; ++a) {
        for (unsigned b = 0; b < 64; ++b) {
            octets += static_cast<char>(a << 2U | b >> 4U);
            octets += static_cast<char>(b << 4U | a >> 2U);
            octets += static_cast<char>(a << 6U | b);
        }
    }
    for (std::size_t size = octets.size() - 100; size <= octets.size(); ++size) {
        const std::string_view part = std::string_view(octets).substr(0, size);
        const std::string letters = encoded(part);
        for (const std::size_t step : {1U, 7U, 64U, 100'000U}) {
            EXPECT_EQ(decoded(letters, step),
                      (Decoded{std::string(part), Radix64Decoder::kNone, true}))
                << size << " " << step;
        }
    }
}

// However many letters are taken together, each octet at each place means the same.
TEST(Radix64, EachOctetAtEachPlace) {
    std::string octets;
    for (int i = 0; i < 75; ++i)
        octets += static_cast<char>(i * 37 + 11);
    const std::string letters = encoded(octets);
    std::size_t foreign = 0;
    for (std::size_t at = 0; at < letters.size(); ++at) {
        for (int value = 0; value < 256; ++value) {
            std::string other = letters;
            other[at] = static_cast<char>(value);
            const Decoded one = decoded(other, 1);
            EXPECT_EQ(decoded(other, other.size()), one) << at << " " << value;
            EXPECT_EQ(decoded(other, 40), one) << at << " " << value;
            foreign += one.stop == at ? 1 : 0;
        }
    }
    // 64 letters and three blanks are taken everywhere. A pad is a matter of place: the third and
    // the fourth letter of a group may be one, if the bits before it allow that.
    EXPECT_LE(foreign, letters.size() * (256 - 67));
    EXPECT_GE(foreign, letters.size() * (256 - 67) - letters.size() / 2);
}

TEST(Radix64, Groups) {
    EXPECT_EQ(radix64_group("AAAA"), 0);
    EXPECT_EQ(radix64_group("////"), 0xFFFFFF);
    EXPECT_EQ(radix64_group("Zm9v"), 0x666F6F);
    for (const char* bad : {"", "AAA", "AAAAA", "AA==", "AA A", "A-AA", "AA\xC3\xA4"})
        EXPECT_EQ(radix64_group(bad), -1) << bad;
}

}  // namespace
}  // namespace sealgate::openpgp
