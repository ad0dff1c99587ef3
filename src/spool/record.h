#pragma once
// SPDX-License-Identifier: Apache-2.0
// What a record says, as bytes and back. The bytes are clear text: they are sealed by group.h.

#include "base/secret.h"
#include "spool/spool.h"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace sealgate::spool {

// A content file: its name (16 hex digits under content/) and its own key. Name 0: no file, the
// content lies in the record.
struct ContentRef {
    std::uint64_t name = 0;
    SecretBytes key;
};

// All of a message but its content.
struct MessageMeta {
    MessageId id;
    WallTime received{};
    std::string_view envelope;
    std::span<const RecipientStatus> recipients;
    std::uint64_t content_size = 0;
    const ContentRef* file = nullptr;  // may be null for content in the record
};
void encode_message(const MessageMeta& message, std::string& out);
[[nodiscard]] std::size_t encoded_size(const MessageMeta& message);

struct DecodedMessage {
    StoredMessage message;
    ContentRef file;
};
// malformed: not what encode_message writes, or beyond a limit of format.h.
[[nodiscard]] Result<DecodedMessage> decode_message(MessageId id, std::string_view bytes);

// A note longer than kMaxNote is cut (at a character).
void encode_status(const RecipientStatus& status, std::string& out);
[[nodiscard]] std::size_t encoded_size(const RecipientStatus& status);
[[nodiscard]] Result<RecipientStatus> decode_status(std::string_view bytes);

}  // namespace sealgate::spool
