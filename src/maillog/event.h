#pragma once
// SPDX-License-Identifier: Apache-2.0
// One event of the mail log, and its text line.

#include "base/clock.h"
#include "base/ids.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sealgate::maillog {

enum class Level : std::uint8_t { debug, info, notice, warning, error, fatal };
[[nodiscard]] std::string_view to_string(Level level);  // "NOTICE"
// Case does not matter.
[[nodiscard]] std::optional<Level> parse_level(std::string_view text);

// What an event says became of a message or recipient; `none` for talk that decides nothing.
enum class Verdict : std::uint8_t {
    none,
    received,  // the "message <id> from ..." line
    passed,    // unmanaged sender, passing through unmodified
    accepted,  // going on into delivery
    rejected,
    bounced,
    held,
    discarded,
    delivered,
    deferred,
    failed,  // failed with no notice allowed
};
[[nodiscard]] std::string_view to_string(Verdict verdict);  // "passed"
[[nodiscard]] std::optional<Verdict> parse_verdict(std::string_view text);

// Which way mail goes; `none` for lines of the house.
enum class Direction : std::uint8_t { none, outbound, inbound };
[[nodiscard]] std::string_view to_string(Direction direction);  // "outbound", "" for none

struct Event {
    WallTime time{};
    Level level = Level::info;
    std::optional<ConnectionId> connection;
    std::optional<MessageId> message;
    Verdict verdict = Verdict::none;
    // Foreign text goes in raw; the log escapes it, once, when it is stored. Each at most 1 KiB
    // after that.
    std::string message_id;  // of the Message-ID field, with its angle brackets
    std::string sender;
    std::string recipient;
    std::string text;  // without the connection ID: "recipient 1/1 (ADDR): ..."
    // Where it came from; empty and none where that is not known. Each text at most 255 octets when
    // stored. None of these is in the text line.
    Direction direction = Direction::none;
    std::string source;      // address of the client: "192.0.2.7"
    std::string listener;    // its name
    std::string tls;         // "TLSv1.3 TLS_AES_256_GCM_SHA384"; "" = in clear
    std::uint64_t size = 0;  // octets of the message
};

// "2014/04/23 17:56:57 +01:00  NOTICE sealgate/messaging[6517]:       SMTP-00001: text", no line
// end. Local time of the process; the level is padded to six. Meant for events as stored, that is
// escaped; a control character that is there all the same becomes '?', so that one event is one
// line.
[[nodiscard]] std::string render_line(const Event& event, std::string_view tag, int pid);
// The same at the end of `out`, without allocating once `out` has room.
void append_line(std::string& out, const Event& event, std::string_view tag, int pid);

}  // namespace sealgate::maillog
