#pragma once
// SPDX-License-Identifier: Apache-2.0
// The bytes of one record of the mail log (docs/formats/mail-log.md): written once, read by text
// file, index and search.

#include "maillog/mail_log.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sealgate::maillog {

inline constexpr std::size_t kFieldLimit = 1024;  // octets of each text, escaped
inline constexpr std::size_t kRecordHead = 8;     // mark, length, CRC32C
inline constexpr std::size_t kRecordFixed = 48;   // numbers before the texts
inline constexpr std::size_t kMinRecord = kRecordHead + kRecordFixed;
inline constexpr std::size_t kDetailLimit = 255;  // octets of source, listener, tls, escaped
inline constexpr std::size_t kDetailsFixed = 12;  // numbers before these
inline constexpr std::size_t kMaxRecord =
    kMinRecord + 4 * kFieldLimit + kDetailsFixed + 3 * kDetailLimit;

// Escapes the event's texts and adds the record to `out`. Does not allocate when `out` has room and
// the texts are printable ASCII.
void append_record(
    std::string& out, std::uint64_t sequence, WallTime now, int pid, const Event& event);

// A record whose texts are views into the bytes it was read from.
struct RecordView {
    std::uint64_t sequence = 0;
    WallTime time{};
    Level level = Level::info;
    Verdict verdict = Verdict::none;
    int pid = 0;
    std::optional<ConnectionId> connection;
    std::optional<MessageId> message;
    std::string_view message_id;
    std::string_view sender;
    std::string_view recipient;
    std::string_view text;
    Direction direction = Direction::none;
    std::string_view source;
    std::string_view listener;
    std::string_view tls;
    std::uint64_t message_size = 0;
    std::size_t size = 0;  // octets of the whole record

    // Into a record that may be used again, so that its strings keep their room.
    void copy_to(Record& record) const;
};

// The record at the start of `bytes`; nullopt when there is none that is whole and undamaged.
[[nodiscard]] std::optional<RecordView> parse_record(std::string_view bytes);
// The sequence number it would have, checking everything but the sum: cheap enough to try at each
// octet.
[[nodiscard]] std::optional<std::uint64_t> peek_sequence(std::string_view bytes);

}  // namespace sealgate::maillog
