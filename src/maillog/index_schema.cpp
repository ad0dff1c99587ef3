// SPDX-License-Identifier: Apache-2.0
#include "maillog/index_schema.h"

#include <fmt/format.h>

namespace sealgate::maillog {

std::string connection_tag(const ConnectionId& id) {
    return id.node == 0 ? fmt::format("c{}", id.number) : fmt::format("c{}{}", id.node, id.number);
}

std::string level_tag(Level level) {
    return fmt::format("l{}", static_cast<unsigned>(level));
}

std::string sender_tag(std::uint64_t address) {
    return fmt::format("s{}", address);
}

std::string recipient_tag(std::uint64_t address) {
    return fmt::format("r{}", address);
}

// Words hold no quotes, so nothing has to be escaped.
std::string phrase_expression(const Phrase& phrase) {
    return fmt::format("text : \"{}\"", fmt::join(phrase, " "));
}

Result<IndexState> read_state(Database& database, const Segment& segment) {
    SG_TRY(auto statement,
           database.prepare("SELECT format, segment, created, offset, sequence, complete "
                            "FROM state"));
    SG_TRY(const bool row, statement.step());
    const auto created = static_cast<std::uint64_t>(segment.created.time_since_epoch().count());
    if (!row || statement.number(0) != kIndexFormat || statement.number(1) != segment.first ||
        statement.number(2) != created) {
        return fail(ErrorKind::malformed, "maillog.index", "not the index of this segment");
    }
    return IndexState{{statement.number(3), statement.number(4)}, statement.number(5) != 0};
}

}  // namespace sealgate::maillog
