// SPDX-License-Identifier: Apache-2.0
#include "config/value_types.h"

#include "base/text.h"
#include "config/units.h"

#include <fmt/format.h>

#include <algorithm>

namespace sealgate::config {

namespace {

constexpr std::size_t kMaxText = 1024;

Read<std::string> read_text(const Node& node) {
    if (node.kind != NodeKind::text) return std::unexpected(wrong_kind("a text", node));
    if (node.text.size() > kMaxText) return std::unexpected("is longer than 1024 octets");
    const auto control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; };
    if (std::ranges::any_of(node.text, control)) {
        return std::unexpected("must not hold control characters");
    }
    return node.text;
}

// For values that a class of ours parses from a text.
template <class Value>
Type<Value> parsed_type(std::string words,
                        Result<Value> (*parse)(std::string_view),
                        std::string_view wanted = "a text") {
    Type<Value> type;
    type.words = std::move(words);
    type.read = [parse, wanted](const Node& node) -> Read<Value> {
        if (node.kind != NodeKind::text) return std::unexpected(wrong_kind(wanted, node));
        auto text = read_text(node);
        if (!text) return std::unexpected(std::move(text).error());
        auto value = parse(*text);
        if (!value) return std::unexpected("is wrong: " + value.error().detail());
        return *std::move(value);
    };
    return type;
}

template <class Value>
void bound(Type<Value>& type, Value least, Value most, std::string (*format)(Value)) {
    const std::string range = fmt::format("{} to {}", format(least), format(most));
    type.words += ", " + range;
    type.read = [inner = type.read, least, most, range](const Node& node) -> Read<Value> {
        auto value = inner(node);
        if (value && (*value < least || *value > most)) {
            return std::unexpected("must be from " + range);
        }
        return value;
    };
    type.write = [format](const Value& value) { return quote(format(value)); };
}

}  // namespace

std::string wrong_kind(std::string_view wanted, const Node& got) {
    return fmt::format(
        "must be {}, not {}",
        wanted,
        got.kind == NodeKind::other ? std::string_view(got.text) : name_of(got.kind));
}

Type<std::string> text_type(std::string words,
                            std::function<std::string(const std::string&)> check) {
    Type<std::string> type;
    type.words = std::move(words);
    type.read = [check = std::move(check)](const Node& node) -> Read<std::string> {
        auto text = read_text(node);
        if (!text) return text;
        if (std::string wrong = check(*text); !wrong.empty())
            return std::unexpected(std::move(wrong));
        return text;
    };
    type.write = [](const std::string& text) { return quote(text); };
    return type;
}

Type<std::string> text_type(std::string words, Empty empty) {
    return text_type(std::move(words), [empty](const std::string& text) -> std::string {
        return text.empty() && empty == Empty::refused ? "must not be empty" : "";
    });
}

Type<std::string> lines_type(std::size_t most) {
    Type<std::string> type;
    type.words = "text";
    type.read = [most](const Node& node) -> Read<std::string> {
        if (node.kind != NodeKind::text) return std::unexpected(wrong_kind("a text", node));
        if (node.text.size() > most) {
            return std::unexpected(fmt::format("is longer than {} octets", most));
        }
        if (node.text.find('\0') != std::string::npos) {
            return std::unexpected("must not hold NUL characters");
        }
        return node.text;
    };
    type.write = [](const std::string& text) { return quote_lines(text); };
    return type;
}

Type<bool> boolean_type() {
    Type<bool> type;
    type.words = "`true` \\| `false`";
    type.read = [](const Node& node) -> Read<bool> {
        if (node.kind != NodeKind::boolean) {
            return std::unexpected(wrong_kind("true or false (without quotes)", node));
        }
        return node.flag;
    };
    type.write = [](const bool& flag) -> std::string { return flag ? "true" : "false"; };
    return type;
}

Type<std::int64_t> number_type(std::int64_t least, std::int64_t most) {
    Type<std::int64_t> type;
    type.words = fmt::format("number, {} to {}", least, most);
    type.read = [least, most](const Node& node) -> Read<std::int64_t> {
        if (node.kind != NodeKind::number) {
            return std::unexpected(wrong_kind("a whole number (without quotes)", node));
        }
        if (node.number < least || node.number > most) {
            return std::unexpected(fmt::format("must be from {} to {}", least, most));
        }
        return node.number;
    };
    type.write = [](const std::int64_t& number) { return std::to_string(number); };
    return type;
}

Type<std::uint64_t> size_type(std::uint64_t least, std::uint64_t most) {
    auto type =
        parsed_type<std::uint64_t>("size", parse_size, "a size with its unit, such as \"50 MiB\"");
    bound(type, least, most, format_size);
    return type;
}

Type<std::chrono::seconds> duration_type(std::chrono::seconds least, std::chrono::seconds most) {
    auto type = parsed_type<std::chrono::seconds>(
        "duration", parse_duration, "a duration with its unit, such as \"5min\"");
    bound(type, least, most, format_duration);
    return type;
}

Type<SocketAddress> address_type() {
    auto type = parsed_type<SocketAddress>("`IP:port`", SocketAddress::parse);
    type.write = [](const SocketAddress& address) { return quote(address.to_string()); };
    return type;
}

Type<Network> network_type() {
    auto type = parsed_type<Network>("IP network", Network::parse);
    type.write = [](const Network& network) { return quote(network.to_string()); };
    return type;
}

}  // namespace sealgate::config
