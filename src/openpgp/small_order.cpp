// SPDX-License-Identifier: Apache-2.0
#include "openpgp/small_order.h"

#include <algorithm>
#include <array>
#include <string>

namespace sealgate::openpgp {
namespace {

using namespace std::string_view_literals;

constexpr std::size_t kSize25519 = 32;
constexpr std::size_t kHalf448 = 28;

// Little endian. The points of order 8, which no short formula gives: their u on Curve25519
// (RFC 7748 section 4.1), their y on edwards25519.
constexpr std::array kOrder8 = {
    "\xE0\xEB\x7A\x7C\x3B\x41\xB8\xAE\x16\x56\xE3\xFA\xF1\x9F\xC4\x6A"
    "\xDA\x09\x8D\xEB\x9C\x32\xB1\xFD\x86\x62\x05\x16\x5F\x49\xB8\x00"sv,
    "\x5F\x9C\x95\xBC\xA3\x50\x8C\x24\xB1\xD0\xB1\x55\x9C\x83\xEF\x5B"
    "\x04\x44\x5C\xC4\x58\x1C\x8E\x86\xD8\x22\x4E\xDD\xD0\x9F\x11\x57"sv,
    "\x26\xE8\x95\x8F\xC2\xB2\x27\xB0\x45\xC3\xF4\x89\xF2\xEF\x98\xF0"
    "\xD5\xDF\xAC\x05\xD3\xC6\x33\x39\xB1\x38\x02\x88\x6D\x53\xFC\x05"sv,
    "\xC7\x17\x6A\x70\x3D\x4D\xD8\x4F\xBA\x3C\x0B\x76\x0D\x10\x67\x0F"
    "\x2A\x20\x53\xFA\x2C\x39\xCC\xC6\x4E\xC7\xFD\x77\x92\xAC\x03\x7A"sv,
};

// -1, 0 or 1 modulo 2^255 - 19, in either of the spellings that 255 bits have room for.
bool is_tiny_25519(std::string_view number) {
    const std::string_view rest = number.substr(1, kSize25519 - 2);
    const auto first = static_cast<unsigned char>(number.front());
    const auto last = static_cast<unsigned char>(number.back());
    const auto all = [&](char c) {
        return std::ranges::all_of(rest, [c](char d) { return c == d; });
    };
    if (last == 0x00 && all('\0')) return first <= 1;
    return last == 0x7F && all('\xFF') && first >= 0xEC && first <= 0xEE;
}

// -1, 0 or 1 modulo 2^448 - 2^224 - 1, in either spelling.
bool is_tiny_448(std::string_view number) {
    const std::string zeroes(kHalf448, '\0');
    const std::string ones(kHalf448, '\xFF');
    const std::string high = "\xFE" + ones.substr(1);
    for (const std::string& tiny : {zeroes + zeroes,
                                    "\x01" + zeroes.substr(1) + zeroes,
                                    high + high,       // p - 1
                                    ones + high,       // p
                                    zeroes + ones}) {  // p + 1
        if (number == tiny) return true;
    }
    return false;
}

}  // namespace

bool has_small_order(crypto::RawKind kind, std::string_view key) {
    if (key.size() != crypto::raw_key_size(kind)) return false;
    switch (kind) {
        case crypto::RawKind::ed25519:
        case crypto::RawKind::x25519: {
            // The highest bit is the sign of the other coordinate, or is not used.
            std::string number(key);
            number.back() = static_cast<char>(static_cast<unsigned char>(number.back()) & 0x7FU);
            return is_tiny_25519(number) || std::ranges::find(kOrder8, number) != kOrder8.end();
        }
        case crypto::RawKind::ed448:
        case crypto::RawKind::x448:
            return is_tiny_448(key.substr(0, 2 * kHalf448));
    }
    return false;
}

}  // namespace sealgate::openpgp
