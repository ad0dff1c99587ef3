#pragma once
// SPDX-License-Identifier: Apache-2.0
// Small ASCII text tools. Everything that needs Unicode goes to a library instead.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sealgate {

[[nodiscard]] constexpr char ascii_lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}
[[nodiscard]] constexpr bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
[[nodiscard]] constexpr bool is_alpha(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
[[nodiscard]] std::string to_lower(std::string_view text);
// ASCII case-insensitive comparison.
[[nodiscard]] bool iequals(std::string_view a, std::string_view b);
[[nodiscard]] bool istarts_with(std::string_view text, std::string_view prefix);
// Without blanks and tabs (and, with `crlf`, line ends) at both ends.
[[nodiscard]] std::string_view trim(std::string_view text, std::string_view blanks = " \t\r\n");
[[nodiscard]] std::vector<std::string_view> split(std::string_view text, char separator);
// The whole text as a decimal number without sign; nullopt when it is anything else or overflows.
[[nodiscard]] std::optional<std::uint64_t> parse_number(std::string_view text);
[[nodiscard]] bool is_ascii(std::string_view text);
[[nodiscard]] bool is_valid_utf8(std::string_view text);
// Octets of the longest prefix that is valid UTF-8.
[[nodiscard]] std::size_t valid_utf8_prefix(std::string_view text);
[[nodiscard]] std::string to_hex(std::string_view bytes);
[[nodiscard]] std::optional<std::string> from_hex(std::string_view text);

// A peer's text made safe for one line of a log or terminal, reversibly: backslash becomes \\,
// control characters, DEL, invalid UTF-8 bytes become \xNN, and the Unicode line separators, C1
// controls and bidi controls become \u{NNNN}. At most `limit` bytes of output, then "...".
[[nodiscard]] std::string escape_for_log(std::string_view text, std::size_t limit = 1024);

// Levenshtein distance, for "did you mean": small inputs only.
[[nodiscard]] std::size_t edit_distance(std::string_view a, std::string_view b);
// The candidate nearest to `word` within distance 3 (and less than the word's length), or "".
[[nodiscard]] std::string_view nearest(std::string_view word,
                                       const std::vector<std::string_view>& candidates);

}  // namespace sealgate
