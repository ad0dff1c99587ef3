#pragma once
// SPDX-License-Identifier: Apache-2.0
// The labels that people and records use. Labels, never capabilities: knowing one gives no right.

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sealgate {

// "SMTP-00042": a counter kept across restarts, padded to five digits and growing; with several
// nodes a node letter stands before the number ("SMTP-B00042").
struct ConnectionId {
    char node = 0;  // 'A'..'Z', or 0 on a single node
    std::uint64_t number = 0;

    auto operator<=>(const ConnectionId&) const = default;
};
[[nodiscard]] std::string to_string(const ConnectionId& id);
[[nodiscard]] std::optional<ConnectionId> parse_connection_id(std::string_view text);

// One accepted message. Unique for the life of the installation; printed as 16 hex digits.
struct MessageId {
    std::uint64_t value = 0;

    auto operator<=>(const MessageId&) const = default;
};
[[nodiscard]] std::string to_string(MessageId id);
[[nodiscard]] std::optional<MessageId> parse_message_id(std::string_view text);

// Connection numbers are never reused, so a number within the connection makes a message unique for
// ever.
inline constexpr unsigned kMessagesPerConnectionBits = 20;
[[nodiscard]] MessageId make_message_id(const ConnectionId& connection, std::uint32_t index);
// The connection that a message came in on.
[[nodiscard]] ConnectionId connection_of(MessageId id);
// "SMTP-00042.1": what stands in our Received field, so that people find the connection.
[[nodiscard]] std::string trace_id(const ConnectionId& connection, MessageId id);

}  // namespace sealgate
