// SPDX-License-Identifier: Apache-2.0
#include "spool/record.h"

#include "crypto/aead.h"
#include "spool/format.h"
#include "spool/wire.h"

namespace sealgate::spool {
namespace {

constexpr std::size_t kStatusFixed = 1 + 1 + 2 + 4 + 8;
constexpr std::size_t kMessageFixed = 8 + 8 + 8 + 4 + 4;

// At most kMaxNote octets, not ending within a UTF-8 character.
std::string_view kept_note(std::string_view note) {
    if (note.size() <= kMaxNote) return note;
    std::size_t size = kMaxNote;
    while (size > kMaxNote - 4 && (static_cast<unsigned char>(note[size]) & 0xc0U) == 0x80U) {
        --size;
    }
    return note.substr(0, size);
}

bool read_status(Reader& reader, RecipientStatus& out) {
    const auto state = reader.number<std::uint8_t>();
    const auto delay_reported = reader.number<std::uint8_t>();
    const auto note_size = reader.number<std::uint16_t>();
    out.attempts = reader.number<std::uint32_t>();
    out.next_attempt = WallTime(std::chrono::microseconds(reader.number<std::int64_t>()));
    out.note = reader.bytes(note_size);
    out.state = static_cast<State>(state);
    out.delay_reported = delay_reported == 1;
    return reader.ok() && state <= static_cast<std::uint8_t>(State::failed_silently) &&
           delay_reported <= 1 && note_size <= kMaxNote;
}

}  // namespace

void encode_status(const RecipientStatus& status, std::string& out) {
    const std::string_view note = kept_note(status.note);
    put(out, static_cast<std::uint8_t>(status.state));
    put<std::uint8_t>(out, status.delay_reported ? 1 : 0);
    put(out, static_cast<std::uint16_t>(note.size()));
    put(out, status.attempts);
    put<std::int64_t>(out, status.next_attempt.time_since_epoch().count());
    out += note;
}

std::size_t encoded_size(const RecipientStatus& status) {
    return kStatusFixed + kept_note(status.note).size();
}

Result<RecipientStatus> decode_status(std::string_view bytes) {
    Reader reader(bytes);
    RecipientStatus status;
    if (!read_status(reader, status) || !reader.complete()) {
        return fail(ErrorKind::malformed, "spool.record", "a recipient's state cannot be read");
    }
    return status;
}

void encode_message(const MessageMeta& message, std::string& out) {
    const std::uint64_t name = message.file == nullptr ? 0 : message.file->name;
    put<std::int64_t>(out, message.received.time_since_epoch().count());
    put(out, message.content_size);
    put(out, name);
    if (name != 0) out += message.file->key.view();
    put(out, static_cast<std::uint32_t>(message.envelope.size()));
    out += message.envelope;
    put(out, static_cast<std::uint32_t>(message.recipients.size()));
    for (const auto& recipient : message.recipients)
        encode_status(recipient, out);
}

std::size_t encoded_size(const MessageMeta& message) {
    std::size_t size = kMessageFixed + message.envelope.size();
    if (message.file != nullptr && message.file->name != 0) size += crypto::kAeadKeySize;
    for (const auto& recipient : message.recipients)
        size += encoded_size(recipient);
    return size;
}

Result<DecodedMessage> decode_message(MessageId id, std::string_view bytes) {
    Reader reader(bytes);
    DecodedMessage out;
    out.message.id = id;
    out.message.received = WallTime(std::chrono::microseconds(reader.number<std::int64_t>()));
    out.message.content_size = reader.number<std::uint64_t>();
    out.file.name = reader.number<std::uint64_t>();
    if (out.file.name != 0) {
        out.file.key = SecretBytes(std::string(reader.bytes(crypto::kAeadKeySize)));
    }
    out.message.envelope = reader.bytes(reader.number<std::uint32_t>());
    const auto recipients = reader.number<std::uint32_t>();
    bool good = reader.ok() && recipients <= kMaxRecipients &&
                out.message.envelope.size() <= kMaxEnvelope &&
                out.message.content_size <= kMaxContent &&
                recipients <= reader.left() / kStatusFixed;
    if (good) out.message.recipients.resize(recipients);
    for (std::size_t i = 0; good && i < recipients; ++i) {
        good = read_status(reader, out.message.recipients[i]);
    }
    if (!good || !reader.complete()) {
        return fail(ErrorKind::malformed, "spool.record", "a message record cannot be read");
    }
    return out;
}

}  // namespace sealgate::spool
