// SPDX-License-Identifier: Apache-2.0
#include "maillog/index_reader.h"

#include "maillog/fts_words.h"
#include "maillog/index_names.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>
#include <bit>
#include <tuple>
#include <utility>

namespace sealgate::maillog {
namespace {

using Kind = Term::Kind;
using Numbers = std::vector<std::uint64_t>;

// Numbers that may stand in one expression; with more of them, looking at each record is quicker.
constexpr std::size_t kMaxTags = 64;
constexpr std::size_t kMaxTagsAlone = 2'000;  // where there is nothing else to ask by
// Addresses that one part may stand for before the records are asked themselves.
constexpr std::uint64_t kMaxAddresses = 20'000;
// Records that are read sooner than the addresses of the segment are searched.
constexpr std::size_t kFewRecords = 200;
constexpr unsigned kGreatestPower = 40;
constexpr int kProgressEvery = 10'000;

std::uint64_t micros(WallTime time) {
    return static_cast<std::uint64_t>(time.time_since_epoch().count());
}

WallTime from_micros(std::uint64_t value) {
    return WallTime(std::chrono::microseconds(static_cast<std::int64_t>(value)));
}

template <class Tag>
std::vector<std::string> tags_of(const Numbers& numbers, Tag tag) {
    std::vector<std::string> out;
    out.reserve(numbers.size());
    for (const std::uint64_t number : numbers)
        out.push_back(tag(number));
    return out;
}

void add_level(IndexPlan& plan, const Term& term) {
    if (term.negated || term.level <= kUntaggedLevel) {
        plan.filters.push_back({.kind = Kind::level, .negated = term.negated, .level = term.level});
        return;
    }
    std::vector<std::string> tags;
    for (auto level = static_cast<unsigned>(term.level);
         level <= static_cast<unsigned>(Level::fatal);
         ++level) {
        tags.push_back(level_tag(static_cast<Level>(level)));
    }
    plan.tags(false, tags);
}

void add_verdict(IndexPlan& plan, const Term& term) {
    if (term.negated || term.verdict == Verdict::none) {
        plan.filters.push_back(
            {.kind = Kind::verdict, .negated = term.negated, .verdict = term.verdict});
    } else {
        plan.tags(false, {verdict_tag(term.verdict)});
    }
}

void add_connection(IndexPlan& plan, const Term& term) {
    // All messages of the connection begin with its tag.
    std::string expression = fmt::format("tag : \"{}\" *", connection_tag(term.connection));
    if (term.negated && term.message) {
        expression = tag_expression({message_tag(term.connection, *term.message)});
    }
    if (term.negated) {
        plan.exclude(std::move(expression));
    } else {
        plan.require(std::move(expression));
    }
}

std::vector<std::string> tags_of_messages(const std::vector<MessageKey>& messages) {
    std::vector<std::string> tags;
    for (const MessageKey& one : messages) {
        tags.push_back(one.message ? message_tag(one.connection, *one.message)
                                   : connection_tag(one.connection));
    }
    return tags;
}

// Only a hint: the tags are powers of two.
void add_larger(IndexPlan& plan, const Term& term) {
    plan.exact = false;
    if (term.negated || term.number < kLeastTaggedSize) return;
    std::vector<std::string> tags;
    const auto first = static_cast<unsigned>(std::bit_width(term.number)) - 1;
    for (unsigned power = first; power <= std::max(first, kGreatestPower); ++power)
        tags.push_back(size_tag(power));
    plan.tags(false, tags);
}

}  // namespace

IndexReader::~IndexReader() = default;

Result<std::unique_ptr<IndexReader>> IndexReader::open(const std::string& path,
                                                       const Segment& segment) {
    SG_TRY(auto database, Database::open(path, Database::Mode::read));
    std::unique_ptr<IndexReader> reader(new IndexReader(std::move(database), segment));
    SG_TRYV(reader->prepare());
    return reader;
}

Status IndexReader::prepare() {
    SG_TRYV(register_words(database_));
    SG_TRYV(database_.run("PRAGMA query_only = 1; PRAGMA cache_size = -256;"));
    // Before anything that an index of another format may lack.
    SG_TRY(const auto state, read_state(database_, segment_));
    std::ignore = state;
    SG_TRY(words_,
           database_.prepare("SELECT rowid FROM words WHERE words MATCH ?1 AND rowid >= ?2"
                             " AND rowid < ?3 ORDER BY rowid DESC"));
    SG_TRY(blocks_,
           database_.prepare("SELECT first, before, behind, least, greatest FROM block"
                             " WHERE first < ?1 AND greatest >= ?2 AND least < ?3"
                             " ORDER BY first DESC"));
    SG_TRY(names_, database_.prepare("SELECT first, bytes FROM names ORDER BY first"));
    SG_TRY(totals_, database_.prepare("SELECT number, count FROM totals WHERE total = ?1"));
    SG_TRY(span_,
           database_.prepare("SELECT min(first), max(behind) FROM block WHERE greatest >= ?1 AND"
                             " least < ?2"));
    SG_TRY(find_cells_,
           database_.prepare("SELECT first, bytes FROM cells WHERE first <= ?1"
                             " ORDER BY first DESC LIMIT 1"));
    sqlite3_progress_handler(
        database_.handle(),
        kProgressEvery,
        [](void* self) {
            return std::chrono::steady_clock::now() > static_cast<IndexReader*>(self)->deadline_
                       ? 1
                       : 0;
        },
        this);
    return {};
}

Result<IndexState> IndexReader::begin(SteadyTime deadline) {
    deadline_ = deadline;
    cells_first_ = 0;
    SG_TRYV(database_.run("BEGIN"));
    auto state = read_state(database_, segment_);
    complete_ = state && state->complete;
    if (!state) end();
    return state;
}

void IndexReader::end() {
    for (Statement* statement : {&words_, &blocks_, &names_, &totals_, &span_, &find_cells_})
        statement->reset();
    std::ignore = database_.run("ROLLBACK");
}

Result<IndexPlan> IndexReader::plan(const Matcher& matcher, std::uint64_t before) {
    IndexPlan plan;
    plan.before = before;
    plan.whole = asks_for_all(matcher, before);
    SG_TRYV(narrow_by_time(plan, matcher));
    const auto is_address = [](const Term& term) {
        return term.kind == Kind::sender || term.kind == Kind::recipient;
    };
    bool addresses = false;
    for (const Term& term : matcher.terms()) {
        if (plan.nothing) return plan;
        if (is_address(term)) {
            addresses = true;
        } else {
            SG_TRYV(add_term(plan, term));
        }
    }
    // Looking for addresses is what costs most; often there is nothing to look for, or so little
    // that the records are asked.
    if (addresses && plan.has_words()) {
        SG_TRY(const std::size_t count, count_words(plan, kFewRecords + 1));
        plan.nothing = count == 0;
        if (count <= kFewRecords) {
            plan.exact = false;
            addresses = false;
        }
    }
    for (const Term& term : matcher.terms()) {
        if (plan.nothing) return plan;
        if (addresses && is_address(term)) SG_TRYV(add_addresses(plan, term));
    }
    plan.close();
    return plan;
}

bool IndexReader::asks_for_all(const Matcher& matcher, std::uint64_t before) const {
    if (!complete_ || !segment_.bounds || !matcher.terms().empty()) return false;
    return before >= segment_.end &&
           (!matcher.since() || segment_.bounds->least >= *matcher.since()) &&
           (!matcher.until() || segment_.bounds->greatest < *matcher.until());
}

Status IndexReader::narrow_by_time(IndexPlan& plan, const Matcher& matcher) {
    if (!matcher.since() && !matcher.until()) return {};
    span_.bind(1, micros(matcher.since().value_or(WallTime::min())))
        .bind(2, micros(matcher.until().value_or(WallTime::max())));
    SG_TRY(const bool row, span_.step());
    // The sums of no rows are null, which reads as 0.
    const std::uint64_t from = row ? span_.number(0) : 0;
    const std::uint64_t behind = row ? span_.number(1) : 0;
    span_.reset();
    plan.from = from;
    plan.before = std::min(plan.before, behind);
    plan.nothing = plan.from >= plan.before;
    return {};
}

Status IndexReader::add_term(IndexPlan& plan, const Term& term) {
    const auto add_numbers = [&](const Numbers& numbers, auto tag) {
        if (numbers.size() > kMaxTagsAlone) {
            plan.exact = false;
        } else {
            plan.tags(term.negated, tags_of(numbers, tag));
        }
    };
    switch (term.kind) {
        case Kind::phrase:
            if (term.negated) {
                plan.exclude(phrase_expression(term.words));
            } else {
                plan.require(phrase_expression(term.words));
            }
            break;
        case Kind::domain: {
            SG_TRY(const Numbers domains, domains_like(term.text));
            add_numbers(domains, domain_tag);
            break;
        }
        case Kind::source: {
            SG_TRY(const Numbers sources, sources_in(term.network));
            add_numbers(sources, source_tag);
            break;
        }
        case Kind::listener: {
            SG_TRY(const Numbers listeners, listeners_named(term.text));
            add_numbers(listeners, listener_tag);
            break;
        }
        case Kind::connection:
            add_connection(plan, term);
            break;
        case Kind::message_id:
            // The tag may be another's as well.
            plan.exact = false;
            if (!term.negated) plan.tags(false, {message_id_tag(term.text)});
            break;
        case Kind::direction:
            plan.tags(term.negated, {direction_tag(term.direction)});
            break;
        case Kind::verdict:
            add_verdict(plan, term);
            break;
        case Kind::level:
            add_level(plan, term);
            break;
        case Kind::larger:
            add_larger(plan, term);
            break;
        case Kind::messages:
            plan.tags(term.negated, tags_of_messages(term.messages));
            break;
        case Kind::sender:
        case Kind::recipient:
        case Kind::since:
        case Kind::until:
            break;  // elsewhere
    }
    return {};
}

Status IndexReader::add_addresses(IndexPlan& plan, const Term& term) {
    SG_TRY(const Numbers found, addresses_with(term.text));
    const auto tag = term.kind == Kind::sender ? sender_tag : recipient_tag;
    if (found.size() > kMaxAddresses) {
        plan.exact = false;
    } else if (!term.negated && found.size() <= (plan.has_words() ? kMaxTags : kMaxTagsAlone)) {
        plan.tags(false, tags_of(found, tag));
    } else {
        CellFilter filter{.kind = term.kind, .negated = term.negated};
        for (const std::uint64_t id : found) {
            if (id >= filter.addresses.size()) filter.addresses.resize(id + 1);
            filter.addresses[id] = true;
        }
        plan.filters.push_back(std::move(filter));
    }
    return {};
}

// At most one more than kMaxAddresses.
Result<Numbers> IndexReader::addresses_with(const std::string& part) {
    Numbers found;
    while (found.size() <= kMaxAddresses) {
        SG_TRY(const bool row, names_.step());
        if (!row) break;
        find_names(names_.bytes(1), part, names_.number(0), kMaxAddresses + 1, found);
    }
    names_.reset();
    return found;
}

Result<Numbers> IndexReader::domains_like(const std::string& wanted) {
    Numbers found;
    const bool below = wanted.starts_with('.');
    SG_TRY(auto statement,
           database_.prepare(below ? "SELECT id, text FROM domain WHERE instr(text, ?1)"
                                   : "SELECT id, text FROM domain WHERE text = ?1"));
    statement.bind(1, wanted);
    for (;;) {
        SG_TRY(const bool row, statement.step());
        if (!row) return found;
        if (domain_answers(statement.bytes(1), wanted)) found.push_back(statement.number(0));
    }
}

Result<Numbers> IndexReader::sources_in(const Network& network) {
    Numbers found;
    SG_TRY(auto statement, database_.prepare("SELECT id, text FROM source"));
    for (;;) {
        SG_TRY(const bool row, statement.step());
        if (!row) return found;
        const auto address = IpAddress::parse(statement.bytes(1));
        if (address && network.contains(*address)) found.push_back(statement.number(0));
    }
}

Result<Numbers> IndexReader::listeners_named(const std::string& name) {
    Numbers found;
    SG_TRY(auto statement, database_.prepare("SELECT id FROM listener WHERE text = ?1"));
    SG_TRY(const bool row, statement.bind(1, name).step());
    if (row) found.push_back(statement.number(0));
    return found;
}

Result<std::size_t> IndexReader::count_words(const IndexPlan& plan, std::size_t most) {
    std::size_t count = 0;
    SG_TRYV(run_words(
        plan, [&count, most](std::uint64_t /*offset*/) -> Result<bool> { return ++count < most; }));
    return count;
}

Status IndexReader::run_words(const IndexPlan& plan, const Take& take) {
    const std::string words = plan.words();
    words_.bind(1, words).bind(2, plan.from).bind(3, plan.before);
    for (;;) {
        SG_TRY(const bool row, words_.step());
        if (!row) break;
        SG_TRY(const bool more, take(words_.number(0)));
        if (!more) break;
    }
    words_.reset();
    return {};
}

Status IndexReader::offsets(const IndexPlan& plan, const Take& take) {
    if (plan.has_words() && plan.filters.empty()) return run_words(plan, take);
    return cells(plan,
                 [&take](std::uint64_t offset, const Cell& /*cell*/) { return take(offset); });
}

Status IndexReader::cells(const IndexPlan& plan, const TakeCell& take) {
    if (plan.has_words()) {
        return run_words(plan, [&](std::uint64_t offset) -> Result<bool> {
            SG_TRY(const Cell* const cell, cell_at(offset));
            if (cell == nullptr) {
                return fail(ErrorKind::malformed, "maillog.index", "a record without a cell");
            }
            if (!plan.passes(*cell)) return true;
            return take(offset, *cell);
        });
    }
    for (std::uint64_t before = plan.before; before > plan.from;) {
        SG_TRY(const bool there, load_cells(before - 1));
        if (!there) break;
        const std::uint64_t first = cells_first_;
        for (std::size_t i = cells_.size(); i > 0; --i) {
            const Cell cell = cells_[i - 1];
            const std::uint64_t offset = first + cell.offset;
            if (offset >= plan.before || offset < plan.from || !plan.passes(cell)) continue;
            SG_TRY(const bool more, take(offset, cell));
            if (!more) return {};
        }
        if (std::chrono::steady_clock::now() > deadline_) {
            return fail(ErrorKind::exhausted, "maillog.index", "not done at the deadline");
        }
        before = first;
    }
    return {};
}

// The cells of the row that holds the offset; false when there is none.
Result<bool> IndexReader::load_cells(std::uint64_t offset) {
    SG_TRY(const bool row, find_cells_.bind(1, offset).step());
    if (row) {
        cells_first_ = find_cells_.number(0);
        parse_cells(find_cells_.bytes(1), cells_);
    }
    find_cells_.reset();
    return row;
}

Result<const Cell*> IndexReader::cell_at(std::uint64_t offset) {
    const auto covered = [&] {
        return cells_first_ != 0 && !cells_.empty() && offset >= cells_first_ &&
               offset <= cells_first_ + cells_.back().offset;
    };
    if (!covered()) {
        SG_TRY(const bool there, load_cells(offset));
        if (!there || !covered()) return nullptr;
    }
    const auto found = std::ranges::lower_bound(
        cells_, static_cast<std::uint32_t>(offset - cells_first_), {}, &Cell::offset);
    return found->offset == offset - cells_first_ ? &*found : nullptr;
}

Result<std::vector<Block>> IndexReader::blocks(const IndexPlan& plan, const Matcher& matcher) {
    std::vector<Block> out;
    blocks_.bind(1, plan.before)
        .bind(2, micros(matcher.since().value_or(WallTime::min())))
        .bind(3, micros(matcher.until().value_or(WallTime::max())));
    for (;;) {
        SG_TRY(const bool row, blocks_.step());
        if (!row) break;
        out.push_back({{blocks_.number(0), blocks_.number(1)},
                       std::min(blocks_.number(2), plan.before),
                       from_micros(blocks_.number(3)),
                       from_micros(blocks_.number(4))});
    }
    blocks_.reset();
    return out;
}

Result<SegmentBounds> IndexReader::bounds() {
    SG_TRY(auto statement,
           database_.prepare(
               "SELECT min(least), max(greatest), min(lowest), max(highest) FROM block"));
    SG_TRY(const bool row, statement.step());
    if (!row) return fail(ErrorKind::malformed, "maillog.index", "no blocks");
    return SegmentBounds{.least = from_micros(statement.number(0)),
                         .greatest = from_micros(statement.number(1)),
                         .lowest = statement.number(2),
                         .highest = statement.number(3)};
}

Result<std::vector<std::uint64_t>> IndexReader::totals(Total total) {
    std::vector<std::uint64_t> out;
    totals_.bind(1, static_cast<std::uint64_t>(total));
    for (;;) {
        SG_TRY(const bool row, totals_.step());
        if (!row) break;
        const std::uint64_t number = totals_.number(0);
        if (number > kGreatestNumber) {
            return fail(ErrorKind::malformed, "maillog.index", "a number that cannot be");
        }
        if (number >= out.size()) out.resize(number + 1);
        out[number] = totals_.number(1);
    }
    totals_.reset();
    return out;
}

Result<std::vector<std::uint32_t>> IndexReader::domains_of_addresses() {
    return maillog::domains_of_addresses(database_);
}

Result<std::vector<std::string>> IndexReader::domain_names() {
    std::vector<std::string> out;
    SG_TRY(auto names, database_.prepare("SELECT id, text FROM domain"));
    for (;;) {
        SG_TRY(const bool row, names.step());
        if (!row) return out;
        const std::uint64_t id = names.number(0);
        if (id > kGreatestNumber) {
            return fail(ErrorKind::malformed, "maillog.index", "a number that cannot be");
        }
        if (id >= out.size()) out.resize(id + 1);
        out[id] = names.bytes(1);
    }
}

}  // namespace sealgate::maillog
