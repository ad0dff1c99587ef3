#pragma once
// SPDX-License-Identifier: Apache-2.0
// What the readers of ASCII armour and of cleartext signatures share: lines, and where armour
// begins. Positions are octets of the whole text, so that errors can name them.

#include "openpgp/armor.h"

#include <algorithm>
#include <cstring>
#include <optional>
#include <string>

namespace sealgate::openpgp {

inline constexpr std::string_view kSignedMessage = "SIGNED MESSAGE";

// All of ASCII but tabs: what may end a line, move a cursor or end a string for somebody.
[[nodiscard]] constexpr bool is_control(char c) {
    const auto octet = static_cast<unsigned char>(c);
    return (octet < 0x20 && octet != '\t') || octet == 0x7F;
}

// "octet 17: what is wrong".
[[nodiscard]] std::unexpected<Error> armor_error(std::size_t at, std::string_view what);

// The line that begins at `at`, without its LF: text.substr(at, limit) at most, so that a line
// without end costs no more than the limit. nullopt: it is longer than that.
[[nodiscard]] inline std::optional<std::string_view> line_at(std::string_view text,
                                                             std::size_t at,
                                                             std::size_t max_line) {
    const std::string_view window = text.substr(at, max_line + 1);
    if (window.empty()) return window;
    const void* found = std::memchr(window.data(), '\n', window.size());
    if (found != nullptr) {
        const auto* end = static_cast<const char*>(found);
        return window.substr(0, static_cast<std::size_t>(end - window.data()));
    }
    if (window.size() > max_line) return std::nullopt;
    return window;
}
// Where the line behind this one begins.
[[nodiscard]] inline std::size_t after_line(std::string_view text,
                                            std::size_t at,
                                            std::string_view line) {
    return std::min(at + line.size() + 1, text.size());
}
// Without blanks, tabs and CR at its end.
[[nodiscard]] std::string_view trim_end(std::string_view line);

struct ArmorBegin {
    std::size_t at = 0;      // of the BEGIN line
    std::string_view label;  // "MESSAGE", "SIGNED MESSAGE", ...
    std::size_t body = 0;    // of the line behind it
};

// The first BEGIN line at or behind `from`, which is the beginning of a line. nullopt: there is
// none. malformed: "BEGIN PGP " stands there in any other way. exhausted: a line on the way to it
// is too long.
[[nodiscard]] Result<std::optional<ArmorBegin>> find_armor(std::string_view text,
                                                           std::size_t from,
                                                           const ArmorLimits& limits);

// The rest of a block of which `begin` was found.
[[nodiscard]] Result<Armored> read_block(std::string_view text,
                                         const ArmorBegin& begin,
                                         const ArmorLimits& limits);

// malformed when more armour follows, or what some readers take for it.
[[nodiscard]] Status expect_no_armor(std::string_view text, std::size_t from);

}  // namespace sealgate::openpgp
