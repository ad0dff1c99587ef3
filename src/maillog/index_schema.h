#pragma once
// SPDX-License-Identifier: Apache-2.0
// What writer and reader of a search index agree on (docs/formats/mail-log.md, "Search index").

#include "maillog/query.h"
#include "maillog/segment.h"
#include "maillog/sqlite.h"

#include <optional>
#include <string>

namespace sealgate::maillog {

// Raised whenever an older index would give wrong answers: words, tags or tables changed.
inline constexpr std::uint64_t kIndexFormat = 1;

// Words of the tag column.
[[nodiscard]] std::string connection_tag(const ConnectionId& id);
[[nodiscard]] std::string level_tag(Level level);
[[nodiscard]] std::string sender_tag(std::uint64_t address);
[[nodiscard]] std::string recipient_tag(std::uint64_t address);
// Graver levels have a tag; below, nearly every line would.
inline constexpr Level kLeastTagged = Level::notice;

// The FTS5 expression that finds a phrase in the text column.
[[nodiscard]] std::string phrase_expression(const Phrase& phrase);

// How far an index goes.
struct IndexState {
    Position position;
    bool complete = false;
};
// malformed: of another format or another segment.
[[nodiscard]] Result<IndexState> read_state(Database& database, const Segment& segment);

}  // namespace sealgate::maillog
