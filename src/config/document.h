#pragma once
// SPDX-License-Identifier: Apache-2.0
// A TOML document as plain values with their places, so that only document.cpp needs the library.

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace sealgate::config {

struct Place {
    std::uint32_t line = 0;
    std::uint32_t column = 0;
    auto operator<=>(const Place&) const = default;
};

enum class NodeKind : std::uint8_t { text, number, boolean, list, table, other };

struct Member;

struct Node {
    NodeKind kind = NodeKind::other;
    Place at;
    std::string text;             // text; the name of the type for `other`
    std::int64_t number = 0;      // number
    bool flag = false;            // boolean
    std::vector<Node> items;      // list
    std::vector<Member> members;  // table
};

struct Member {
    std::string name;
    Place at;  // of the name
    Node value;
};

// "a text", "a whole number" and so on, for messages.
[[nodiscard]] std::string_view name_of(NodeKind kind);

struct SyntaxError {
    Place at;
    std::string message;
};

inline constexpr std::size_t kMaxFileSize = 1024UL * 1024;
inline constexpr std::size_t kMaxNesting = 16;  // brackets inside brackets
inline constexpr std::size_t kMaxKeyParts = 8;  // a.b.c

// The whole document as a table. Refuses what is larger or deeper than the limits above before the
// library sees it, since it builds and frees deep documents by recursion.
[[nodiscard]] std::expected<Node, SyntaxError> read_document(std::string_view text,
                                                             std::size_t limit = kMaxFileSize);

// Text as a TOML basic string.
[[nodiscard]] std::string quote(std::string_view text);
// The same over several lines where the text has several.
[[nodiscard]] std::string quote_lines(std::string_view text);

}  // namespace sealgate::config
