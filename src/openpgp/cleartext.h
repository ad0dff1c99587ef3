#pragma once
// SPDX-License-Identifier: Apache-2.0
// The cleartext signature framework (RFC 9580 section 7): signed text that stands readable between
// a BEGIN line and an armoured signature. We read it, we never write it: PGP/MIME does the same
// without changing the text.
//
// What is signed and what a reader sees must be the same, so anything that leaves a choice is
// refused, more strictly than section 7 asks:
//   - header lines are "Hash: NAME[,NAME...]" with names of section 9.5 and nothing else, then a
//     line of no octets;
//   - NotDashEscaped and a dash at the beginning of a line without its escape, "-Bob" or "-- ";
//   - control octets but tabs and line ends (LF or CRLF), and lines that GnuPG would cut;
//   - a second armoured block anywhere.

#include "openpgp/armor.h"

namespace sealgate::openpgp {

struct Cleartext {
    // The octets that are hashed, and the only ones that may be shown: lines joined by CRLF,
    // without escapes, without blanks and tabs at their ends, without the last line end. Lines in
    // it may look like armour: do not look for armour in it.
    std::string text;
    std::vector<std::string_view> hashes;  // views into the message; section 6.2.2.3: to be ignored
    std::string signatures;                // packets
    ArmorCrc crc = ArmorCrc::absent;
    // The signed message is message[begin, end), from its BEGIN line to the END line of the
    // signature. Nothing outside is signed.
    std::size_t begin = 0;
    std::size_t end = 0;
};

struct CleartextLimits {
    std::size_t max_text = 64UL << 20U;  // octets of Cleartext::text
    ArmorLimits armor = {};              // max_line is that of the text, too
};

// not_found: no armour, or armour of another kind. malformed: the detail says at which octet.
// exhausted: a limit. Work is linear in the message.
[[nodiscard]] Result<Cleartext> read_cleartext(std::string_view message,
                                               const CleartextLimits& limits = {});

}  // namespace sealgate::openpgp
