#pragma once
// SPDX-License-Identifier: Apache-2.0
// What writer and reader of a search index agree on (docs/formats/mail-log.md, "Search index").

#include "maillog/query.h"
#include "maillog/segment.h"
#include "maillog/sqlite.h"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sealgate::maillog {

// Raised whenever an older index would give wrong answers: words, tags or tables changed.
inline constexpr std::uint64_t kIndexFormat = 3;

// Words of the tag column. Numbers are those of the index's own tables.
//
// The connection, and behind an x the message: that word finds the message, its beginning up to the
// x the connection.
[[nodiscard]] std::string connection_tag(const ConnectionId& id);
[[nodiscard]] std::string message_tag(const ConnectionId& id, MessageId message);
[[nodiscard]] std::string level_tag(Level level);
[[nodiscard]] std::string verdict_tag(Verdict verdict);
[[nodiscard]] std::string direction_tag(Direction direction);
[[nodiscard]] std::string sender_tag(std::uint64_t address);
[[nodiscard]] std::string recipient_tag(std::uint64_t address);
[[nodiscard]] std::string domain_tag(std::uint64_t domain);
[[nodiscard]] std::string source_tag(std::uint64_t source);
[[nodiscard]] std::string listener_tag(std::uint64_t listener);
// A sum of the Message-ID, so it may name others too.
[[nodiscard]] std::string message_id_tag(std::string_view message_id);
// The power of two at or below the size; only from kLeastTaggedSize on.
[[nodiscard]] std::string size_tag(unsigned power);
inline constexpr unsigned kLeastTaggedPower = 16;
inline constexpr std::uint64_t kLeastTaggedSize = 1ULL << kLeastTaggedPower;
// Info has none: nearly every line would.
inline constexpr Level kUntaggedLevel = Level::info;

// The FTS5 expression that finds a phrase in the text column.
[[nodiscard]] std::string phrase_expression(const Phrase& phrase);

// What is known of each record without reading it, in the order of the records.
struct Cell {
    std::uint32_t offset = 0;     // from the first record of its row
    std::uint32_t sender = 0;     // number of the address, 0 = none
    std::uint32_t recipient = 0;  // the same
    Verdict verdict = Verdict::none;
    Level level = Level::debug;
};
inline constexpr std::size_t kCellSize = 16;  // octets
void append_cell(std::string& out, const Cell& cell);
// Replaces what `cells` holds.
void parse_cells(std::string_view bytes, std::vector<Cell>& cells);
// Octets in one row of cells or names: what a page of the database holds beside the row's own.
inline constexpr std::size_t kRowOctets = 4000;

// Greatest number of an address or a domain: what a cell holds.
inline constexpr std::uint64_t kGreatestNumber = std::numeric_limits<std::uint32_t>::max();

// What is counted of a full segment once and for all, by number of the verdict, the level, or the
// domain of the recipient (0 = none).
enum class Total : std::uint8_t { verdict, level, domain };
inline constexpr std::size_t kTotals = 3;

// The number of the domain by that of the address, 0 = none. malformed: a number that cannot be.
[[nodiscard]] Result<std::vector<std::uint32_t>> domains_of_addresses(Database& database);

// How far an index goes.
struct IndexState {
    Position position;
    bool complete = false;
};
// malformed: of another format or another segment.
[[nodiscard]] Result<IndexState> read_state(Database& database, const Segment& segment);

}  // namespace sealgate::maillog
