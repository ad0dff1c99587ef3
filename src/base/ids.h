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

}  // namespace sealgate
