#pragma once
// SPDX-License-Identifier: Apache-2.0
// The types that a value in the file can have: how it is read, what is wrong with it, how it is
// written back. Internal to the schema.

#include "config/document.h"
#include "config/settings.h"

#include <expected>
#include <functional>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sealgate::config {

// The value, or what is wrong with it: the end of a sentence that begins with the key's name.
template <class Value>
using Read = std::expected<Value, std::string>;

template <class Value>
struct Type {
    std::string words;  // for the documentation
    std::function<Read<Value>(const Node&)> read;
    std::function<std::string(const Value&)> write;  // "" = absent
};

enum class Empty : std::uint8_t { allowed, refused };

[[nodiscard]] std::string wrong_kind(std::string_view wanted, const Node& got);

// Text of at most 1024 octets without control characters.
[[nodiscard]] Type<std::string> text_type(std::string words, Empty empty);
// Text that must pass `check`, which gives what is wrong with it or "".
[[nodiscard]] Type<std::string> text_type(std::string words,
                                          std::function<std::string(const std::string&)> check);
// Text of several lines, at most `most` octets, without NUL.
[[nodiscard]] Type<std::string> lines_type(std::size_t most);
[[nodiscard]] Type<bool> boolean_type();
[[nodiscard]] Type<std::int64_t> number_type(std::int64_t least, std::int64_t most);
[[nodiscard]] Type<std::uint64_t> size_type(std::uint64_t least, std::uint64_t most);
[[nodiscard]] Type<std::chrono::seconds> duration_type(std::chrono::seconds least,
                                                       std::chrono::seconds most);
[[nodiscard]] Type<SocketAddress> address_type();
[[nodiscard]] Type<Network> network_type();

// One of some words.
template <class Value>
[[nodiscard]] Type<Value> choice_type(std::vector<std::pair<std::string_view, Value>> choices) {
    std::string words;
    for (const auto& [word, value] : choices) {
        if (!words.empty()) words += " \\| ";
        words.append("`").append(word).append("`");
    }
    std::string listed;
    for (const auto& [word, value] : choices) {
        if (!listed.empty()) listed += word == choices.back().first ? " or " : ", ";
        listed.append("'").append(word).append("'");
    }
    Type<Value> type;
    type.words = words;
    type.read = [choices, listed](const Node& node) -> Read<Value> {
        if (node.kind != NodeKind::text) return std::unexpected(wrong_kind("a text", node));
        for (const auto& [word, value] : choices) {
            if (node.text == word) return value;
        }
        return std::unexpected("must be " + listed);
    };
    type.write = [choices](const Value& value) {
        for (const auto& [word, candidate] : choices) {
            if (candidate == value) return quote(word);
        }
        return std::string{};
    };
    return type;
}

// A list of at most 10 000 values.
template <class Value>
[[nodiscard]] Type<std::vector<Value>> list_type(const Type<Value>& item, Empty empty) {
    static constexpr std::size_t kMaxItems = 10'000;
    Type<std::vector<Value>> type;
    type.words = "list of: " + item.words;
    type.read = [item, empty](const Node& node) -> Read<std::vector<Value>> {
        if (node.kind != NodeKind::list) return std::unexpected(wrong_kind("a list", node));
        if (node.items.empty() && empty == Empty::refused) {
            return std::unexpected("must not be an empty list");
        }
        if (node.items.size() > kMaxItems) return std::unexpected("has more than 10000 values");
        std::vector<Value> values;
        for (std::size_t i = 0; i < node.items.size(); ++i) {
            auto value = item.read(node.items[i]);
            if (!value) {
                return std::unexpected("has a bad value at place " + std::to_string(i + 1) +
                                       ": it " + value.error());
            }
            values.push_back(*std::move(value));
        }
        return values;
    };
    type.write = [item](const std::vector<Value>& values) {
        std::string out = "[";
        for (const Value& value : values) {
            if (out.size() > 1) out += ", ";
            out += item.write(value);
        }
        return out + "]";
    };
    return type;
}

}  // namespace sealgate::config
