#pragma once
// SPDX-License-Identifier: Apache-2.0
// Base 64 as it stands in ASCII armour (RFC 9580 section 6): in lines, of which the reader does not
// know where they are cut. Built for large bodies: eight letters or six octets at a time.

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace sealgate::openpgp {

// Takes a body piece by piece. Blanks, tabs and CR are skipped wherever they stand; every other
// octet that is not of the alphabet, padding in a wrong place or of a wrong length, and bits set
// that do not count stop it.
class Radix64Decoder {
public:
    static constexpr std::size_t kNone = static_cast<std::size_t>(-1);
    // What `out` must have room for, for a body of `letters` octets.
    [[nodiscard]] static constexpr std::size_t room(std::size_t letters) {
        return letters / 4 * 3 + 16;
    }

    explicit Radix64Decoder(char* out) : begin_(out), out_(out) {}

    // The index of the first octet that may not stand there, or kNone. After a stop the decoder is
    // of no more use.
    [[nodiscard]] std::size_t feed(std::string_view piece);

    // Nothing is open: what came so far is a whole number of octets.
    [[nodiscard]] bool whole() const { return count_ == 0; }
    [[nodiscard]] std::size_t written() const { return static_cast<std::size_t>(out_ - begin_); }

private:
    [[nodiscard]] bool take(unsigned char letter);
    [[nodiscard]] bool take_pad();

    char* begin_;
    char* out_;
    std::uint32_t bits_ = 0;  // of the open group
    unsigned count_ = 0;      // letters and pads of the open group
    unsigned pads_ = 0;
    bool ended_ = false;  // a padded group was the last
};

// Writes (octets.size() + 2) / 3 * 4 letters to `out` and returns where they end.
char* radix64_encode(std::string_view octets, char* out);

// What four letters stand for, 24 bits, or -1 when they are not four letters of the alphabet.
[[nodiscard]] std::int32_t radix64_group(std::string_view letters);

}  // namespace sealgate::openpgp
