#include "base/ids.h"

#include "base/text.h"

#include <fmt/format.h>

#include <charconv>

namespace sealgate {

std::string to_string(const ConnectionId& id) {
    if (id.node != 0) return fmt::format("SMTP-{}{:05}", id.node, id.number);
    return fmt::format("SMTP-{:05}", id.number);
}

std::optional<ConnectionId> parse_connection_id(std::string_view text) {
    if (!istarts_with(text, "SMTP-")) return std::nullopt;
    text.remove_prefix(5);
    ConnectionId id;
    if (!text.empty() && is_alpha(text.front())) {
        id.node = static_cast<char>(ascii_lower(text.front()) - 'a' + 'A');
        text.remove_prefix(1);
    }
    const auto number = parse_number(text);
    if (!number) return std::nullopt;
    id.number = *number;
    return id;
}

namespace {

constexpr unsigned kNodeShift = 58;

}  // namespace

MessageId make_message_id(const ConnectionId& connection, std::uint32_t index) {
    const std::uint64_t node =
        connection.node == 0 ? 0 : static_cast<std::uint64_t>(connection.node - 'A' + 1);
    return {(node << kNodeShift) | (connection.number << kMessagesPerConnectionBits) | index};
}

ConnectionId connection_of(MessageId id) {
    constexpr std::uint64_t kNumberMask = (1ULL << kNodeShift) - 1;
    const std::uint64_t node = id.value >> kNodeShift;
    return {node == 0 ? '\0' : static_cast<char>('A' + static_cast<char>(node - 1)),
            (id.value & kNumberMask) >> kMessagesPerConnectionBits};
}

std::string trace_id(const ConnectionId& connection, MessageId id) {
    constexpr std::uint64_t kIndexMask = (1ULL << kMessagesPerConnectionBits) - 1;
    return to_string(connection) + "." + std::to_string(id.value & kIndexMask);
}

std::string to_string(MessageId id) {
    return fmt::format("{:016x}", id.value);
}

std::optional<MessageId> parse_message_id(std::string_view text) {
    MessageId id;
    if (text.empty() || text.size() > 16) return std::nullopt;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id.value, 16);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return id;
}

}  // namespace sealgate
