// SPDX-License-Identifier: Apache-2.0
#include "flow/message.h"

#include <algorithm>

namespace sealgate::flow {

bool Live::finished() const {
    return std::all_of(status.begin(), status.end(), [](const spool::RecipientStatus& one) {
        return spool::is_final(one.state);
    });
}

bool Live::any_in_flight() const {
    return std::any_of(in_flight.begin(), in_flight.end(), [](bool one) { return one; });
}

std::string Live::sender_text() const {
    return envelope.sender ? envelope.sender->text() : "";
}

MessageId make_message_id(const ConnectionId& connection, std::uint32_t index) {
    constexpr unsigned kNodeShift = 58;
    const std::uint64_t node =
        connection.node == 0 ? 0 : static_cast<std::uint64_t>(connection.node - 'A' + 1);
    return {(node << kNodeShift) | (connection.number << kMessagesPerConnectionBits) | index};
}

std::string trace_id(const ConnectionId& connection, MessageId id) {
    constexpr std::uint64_t kIndexMask = (1ULL << kMessagesPerConnectionBits) - 1;
    return to_string(connection) + "." + std::to_string(id.value & kIndexMask);
}

}  // namespace sealgate::flow
