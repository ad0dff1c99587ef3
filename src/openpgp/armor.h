#pragma once
// SPDX-License-Identifier: Apache-2.0
// ASCII armour (RFC 9580 section 6): octets as lines of base 64 between a BEGIN and an END line.
//
// Readers in the field differ in what they make of broken armour, and what two of them read
// differently is a way to show one text and sign another. So this one takes what the others agree
// on and refuses the rest:
//   - lines end with LF or CRLF, also mixed; blanks, tabs and stray CR at the end of any line and
//     anywhere in the base 64 mean nothing;
//   - BEGIN and END stand at the beginning of a line, alone, and name the same kind;
//   - header lines are "Key: value", without control octets; then a blank line, always;
//   - padding is there, right, and the last of the data; bits that do not count are zero;
//   - the checksum may be absent, wrong or malformed (RFC 9580 section 6.1 forbids to refuse for
//     it), but it stands on a line of its own, once, with nothing but the END line behind it;
//   - outside of blocks "BEGIN PGP " appears nowhere, not even quoted or indented or with other
//     dashes: some readers begin there.
// Text around the block is allowed and reported; whether it may be there, the caller knows.

#include "base/result.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sealgate::openpgp {

enum class ArmorKind : std::uint8_t { message, public_key, private_key, signature };
// "MESSAGE", "PUBLIC KEY BLOCK", ...
[[nodiscard]] std::string_view to_string(ArmorKind kind);

// `bad`: malformed, or not that of the octets.
enum class ArmorCrc : std::uint8_t { absent, good, bad };

struct ArmorHeader {
    std::string_view key;
    std::string_view value;  // not authenticated by anything: never show or follow it

    bool operator==(const ArmorHeader&) const = default;
};

struct Armored {
    ArmorKind kind = ArmorKind::message;
    std::vector<ArmorHeader> headers;  // views into the text
    std::string octets;                // of a private key: the caller makes them SecretBytes
    ArmorCrc crc = ArmorCrc::absent;
    // The block is text[begin, end), from the BEGIN line to the END line with its line end.
    std::size_t begin = 0;
    std::size_t end = 0;
};

struct ArmorLimits {
    // GnuPG cuts longer lines at 20,000 octets and reads on with what is left.
    std::size_t max_line = 16384;
    std::size_t max_headers = 100;
    std::size_t max_octets = 256UL << 20U;  // of one block, decoded
    std::size_t max_blocks = 1000;          // for dearmor_all
};

// True when these octets cannot be OpenPGP packets as they are: each packet begins with an octet of
// which bit 7 is set (RFC 9580 section 4.2).
[[nodiscard]] bool is_armored(std::string_view bytes);

// The one block of `text`. not_found: there is none. malformed: the detail says at which octet of
// the text; more than one block is malformed too. exhausted: a limit. Work is linear in the text.
[[nodiscard]] Result<Armored> dearmor(std::string_view text, const ArmorLimits& limits = {});

// All blocks of `text`, in order, for files of keys; none is not an error. Otherwise as dearmor().
[[nodiscard]] Result<std::vector<Armored>> dearmor_all(std::string_view text,
                                                       const ArmorLimits& limits = {});

// Whether a checksum is written. RFC 9580 forbids it for what is only for readers of version 6
// (SEIPD version 2 messages, version 6 signatures and keys). GnuPG 2.2 cannot do without: where the
// base 64 ends without padding it takes the END line for more of it.
enum class ArmorChecksum : std::uint8_t { without, with };
enum class ArmorLineEnd : std::uint8_t { lf, crlf };

// True when a reader as strict as ours takes the header: a key of visible ASCII without colon, a
// value without control octets and blanks at its ends, together at most 998 octets.
[[nodiscard]] bool is_armor_header(const ArmorHeader& header);

// Lines of 64 letters, no headers but the given ones, which must satisfy is_armor_header() or the
// process ends.
[[nodiscard]] std::string armor(ArmorKind kind,
                                std::string_view octets,
                                ArmorChecksum checksum,
                                ArmorLineEnd line_end = ArmorLineEnd::lf,
                                std::span<const ArmorHeader> headers = {});

}  // namespace sealgate::openpgp
