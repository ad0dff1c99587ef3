// SPDX-License-Identifier: Apache-2.0
#include "openpgp/radix64.h"

#include <array>
#include <bit>
#include <cstring>

namespace sealgate::openpgp {
namespace {

constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::uint8_t kForeign = 0xFF;

constexpr std::array<std::uint8_t, 256> make_values() {
    std::array<std::uint8_t, 256> values{};
    values.fill(kForeign);
    for (std::size_t i = 0; i < kAlphabet.size(); ++i)
        values[static_cast<unsigned char>(kAlphabet[i])] = static_cast<std::uint8_t>(i);
    return values;
}
constexpr std::array<std::uint8_t, 256> kValues = make_values();

// kPlaced[i][letter]: the six bits of the letter where they belong when it is the i-th of four, the
// first octet being the lowest; a foreign octet sets a bit above all three octets.
using Placed = std::array<std::array<std::uint32_t, 256>, 4>;
constexpr std::uint32_t kForeignBit = 1U << 24U;
constexpr Placed make_placed() {
    Placed placed{};
    for (std::size_t letter = 0; letter < 256; ++letter) {
        const std::uint32_t value = kValues[letter];
        for (std::size_t i = 0; i < 4; ++i) {
            const std::uint32_t group = value << (18 - 6 * i);
            placed[i][letter] = value == kForeign
                                    ? kForeignBit
                                    : (group >> 16U) | (group & 0xFF00U) | (group & 0xFFU) << 16U;
        }
    }
    return placed;
}
constexpr Placed kPlaced = make_placed();

std::uint32_t group_of(const unsigned char* letters) {
    return kPlaced[0][letters[0]] | kPlaced[1][letters[1]] | kPlaced[2][letters[2]] |
           kPlaced[3][letters[3]];
}

// Two letters for twelve bits.
constexpr std::array<std::array<char, 2>, 4096> make_pairs() {
    std::array<std::array<char, 2>, 4096> pairs{};
    for (std::size_t i = 0; i < pairs.size(); ++i)
        pairs[i] = {kAlphabet[i >> 6U], kAlphabet[i & 0x3FU]};
    return pairs;
}
constexpr std::array<std::array<char, 2>, 4096> kPairs = make_pairs();

std::uint64_t big_endian(std::uint64_t value) {
    return std::endian::native == std::endian::little ? std::byteswap(value) : value;
}
std::uint64_t little_endian(std::uint64_t value) {
    return std::endian::native == std::endian::big ? std::byteswap(value) : value;
}

// Takes whole groups for as long as all letters are of the alphabet, moves `out` behind what it
// wrote and returns what it did not take. It writes up to two octets more than it counts.
std::string_view decode_groups(std::string_view in, char*& out) {
    while (in.size() >= 8) {
        const auto* at = reinterpret_cast<const unsigned char*>(in.data());
        const std::uint32_t first = group_of(at);
        const std::uint32_t second = group_of(at + 4);
        if (((first | second) & kForeignBit) != 0) break;
        const std::uint64_t both = little_endian(first | static_cast<std::uint64_t>(second) << 24U);
        std::memcpy(out, &both, sizeof both);
        out += 6;
        in.remove_prefix(8);
    }
    return in;
}

}  // namespace

bool Radix64Decoder::take(unsigned char letter) {
    if (ended_ || pads_ != 0) return false;
    const std::uint8_t value = kValues[letter];
    if (value == kForeign) return false;
    bits_ = bits_ << 6U | value;
    if (++count_ == 4) {
        for (unsigned shift : {16U, 8U, 0U})
            *out_++ = static_cast<char>(bits_ >> shift);
        bits_ = 0;
        count_ = 0;
    }
    return true;
}

bool Radix64Decoder::take_pad() {
    if (ended_ || count_ < 2) return false;
    // The bits that no octet takes must be zero: readers disagree about them.
    if (pads_ == 0 && (bits_ & (count_ == 2 ? 0x0FU : 0x03U)) != 0) return false;
    bits_ <<= 6U;
    ++pads_;
    if (++count_ == 4) {
        *out_++ = static_cast<char>(bits_ >> 16U);
        if (pads_ == 1) *out_++ = static_cast<char>(bits_ >> 8U);
        count_ = 0;
        ended_ = true;
    }
    return true;
}

std::size_t Radix64Decoder::feed(std::string_view piece) {
    std::string_view rest = piece;
    while (!rest.empty()) {
        if (count_ == 0 && !ended_) {
            rest = decode_groups(rest, out_);
            if (rest.empty()) break;
        }
        // Up to the next point where whole groups can be taken again, letter by letter.
        do {
            const char c = rest.front();
            const bool blank = c == ' ' || c == '\t' || c == '\r';
            if (!blank && !(c == '=' ? take_pad() : take(static_cast<unsigned char>(c))))
                return piece.size() - rest.size();
            rest.remove_prefix(1);
        } while (!rest.empty() && count_ != 0);
    }
    return kNone;
}

char* radix64_encode(std::string_view octets, char* out) {
    const auto pair = [&out](std::uint64_t bits) {
        std::memcpy(out, kPairs[bits & 0xFFFU].data(), 2);
        out += 2;
    };
    // Eight octets are read for six.
    while (octets.size() >= 8) {
        std::uint64_t next = 0;
        std::memcpy(&next, octets.data(), sizeof next);
        next = big_endian(next);
        pair(next >> 52U);
        pair(next >> 40U);
        pair(next >> 28U);
        pair(next >> 16U);
        octets.remove_prefix(6);
    }
    const auto octet = [&octets](std::size_t i) -> std::uint32_t {
        return i < octets.size() ? static_cast<unsigned char>(octets[i]) : 0;
    };
    for (; octets.size() >= 3; octets.remove_prefix(3)) {
        const std::uint32_t group = octet(0) << 16U | octet(1) << 8U | octet(2);
        pair(group >> 12U);
        pair(group);
    }
    if (!octets.empty()) {
        const std::uint32_t group = octet(0) << 16U | octet(1) << 8U;
        pair(group >> 12U);
        pair(group);
        if (octets.size() == 1) out[-2] = '=';
        out[-1] = '=';
    }
    return out;
}

std::int32_t radix64_group(std::string_view letters) {
    if (letters.size() != 4) return -1;
    std::int32_t group = 0;
    for (const char letter : letters) {
        const std::uint8_t value = kValues[static_cast<unsigned char>(letter)];
        if (value == kForeign) return -1;
        group = group * 64 + value;
    }
    return group;
}

}  // namespace sealgate::openpgp
