// SPDX-License-Identifier: Apache-2.0
#include "maillog/index_schema.h"

#include "base/text.h"

#include <fmt/format.h>

namespace sealgate::maillog {
namespace {

template <std::size_t Width>
void put(std::string& out, std::uint64_t value) {
    for (std::size_t i = 0; i < Width; ++i)
        out += static_cast<char>((value >> (8 * i)) & 0xFFU);
}

std::uint32_t get_u32(std::string_view bytes, std::size_t at) {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < 4; ++i)
        value |= static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[at + i])) << (8 * i);
    return value;
}

std::string numbered(char kind, std::uint64_t number) {
    return fmt::format("{}{}", kind, number);
}

}  // namespace

std::string connection_tag(const ConnectionId& id) {
    return id.node == 0 ? fmt::format("c{}x", id.number)
                        : fmt::format("c{}{}x", id.node, id.number);
}

std::string message_tag(const ConnectionId& id, MessageId message) {
    return connection_tag(id) + fmt::format("{:x}", message.value);
}

std::string level_tag(Level level) {
    return numbered('l', static_cast<std::uint64_t>(level));
}

std::string verdict_tag(Verdict verdict) {
    return numbered('v', static_cast<std::uint64_t>(verdict));
}

std::string direction_tag(Direction direction) {
    return numbered('o', static_cast<std::uint64_t>(direction));
}

std::string sender_tag(std::uint64_t address) {
    return numbered('s', address);
}

std::string recipient_tag(std::uint64_t address) {
    return numbered('r', address);
}

std::string domain_tag(std::uint64_t domain) {
    return numbered('d', domain);
}

std::string source_tag(std::uint64_t source) {
    return numbered('i', source);
}

std::string listener_tag(std::uint64_t listener) {
    return numbered('h', listener);
}

std::string message_id_tag(std::string_view message_id) {
    // FNV-1a: nobody gains by a collision, the record decides.
    std::uint64_t hash = 14695981039346656037ULL;
    for (const char c : without_brackets(message_id))
        hash = (hash ^ static_cast<unsigned char>(ascii_lower(c))) * 1099511628211ULL;
    return fmt::format("m{:x}", hash >> 24U);
}

std::string size_tag(unsigned power) {
    return numbered('z', power);
}

// Words hold no quotes, so nothing has to be escaped.
std::string phrase_expression(const Phrase& phrase) {
    return fmt::format("text : \"{}\"", fmt::join(phrase, " "));
}

void append_cell(std::string& out, const Cell& cell) {
    put<4>(out, cell.offset);
    put<4>(out, cell.sender);
    put<4>(out, cell.recipient);
    put<1>(out, static_cast<std::uint64_t>(cell.verdict));
    put<1>(out, static_cast<std::uint64_t>(cell.level));
    put<2>(out, 0);
}

void parse_cells(std::string_view bytes, std::vector<Cell>& cells) {
    cells.clear();
    cells.reserve(bytes.size() / kCellSize);
    for (std::size_t at = 0; at + kCellSize <= bytes.size(); at += kCellSize) {
        cells.push_back({.offset = get_u32(bytes, at),
                         .sender = get_u32(bytes, at + 4),
                         .recipient = get_u32(bytes, at + 8),
                         .verdict = static_cast<Verdict>(bytes[at + 12]),
                         .level = static_cast<Level>(bytes[at + 13])});
    }
}

Result<std::vector<std::uint32_t>> domains_of_addresses(Database& database) {
    std::vector<std::uint32_t> out;
    SG_TRY(auto addresses, database.prepare("SELECT id, domain FROM address"));
    for (;;) {
        SG_TRY(const bool row, addresses.step());
        if (!row) return out;
        const std::uint64_t id = addresses.number(0);
        if (id > kGreatestNumber) {
            return fail(ErrorKind::malformed, "maillog.index", "a number that cannot be");
        }
        if (id >= out.size()) out.resize(id + 1);
        out[id] = static_cast<std::uint32_t>(addresses.number(1));
    }
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
