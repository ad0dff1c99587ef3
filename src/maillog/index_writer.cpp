// SPDX-License-Identifier: Apache-2.0
#include "maillog/index_writer.h"

#include "base/text.h"
#include "maillog/fts_words.h"
#include "maillog/index_names.h"
#include "maillog/index_reader.h"

#include <algorithm>
#include <array>
#include <bit>
#include <limits>
#include <ranges>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

namespace sealgate::maillog {
namespace {

constexpr int kPagesPerMerge = 500;
constexpr std::uint64_t kNoConnection = std::numeric_limits<std::int64_t>::max();

// Rows are records, by their offset. Only the inverted index is stored: the text is in the records.
constexpr const char* kTables =
    "CREATE TABLE state(format INTEGER, segment INTEGER, created INTEGER, offset INTEGER,"
    " sequence INTEGER, complete INTEGER);"
    "CREATE TABLE block(first INTEGER PRIMARY KEY, before INTEGER, behind INTEGER,"
    " least INTEGER, greatest INTEGER, lowest INTEGER, highest INTEGER);"
    "CREATE TABLE cells(first INTEGER PRIMARY KEY, bytes BLOB NOT NULL);"
    "CREATE TABLE domain(id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE);"
    "CREATE TABLE source(id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE);"
    "CREATE TABLE listener(id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE);"
    "CREATE TABLE address(id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE, domain INTEGER);"
    "CREATE TABLE names(first INTEGER PRIMARY KEY, bytes BLOB NOT NULL);"
    "CREATE TABLE totals(total INTEGER, number INTEGER, count INTEGER NOT NULL,"
    " PRIMARY KEY(total, number)) WITHOUT ROWID;"
    "CREATE VIRTUAL TABLE words USING fts5(text, tag, content='', columnsize=0,"
    " tokenize='sealgate');"
    // A batch becomes one run; runs are merged eight at a time.
    "INSERT INTO words(words, rank) VALUES('hashsize', 16777216);"
    "INSERT INTO words(words, rank) VALUES('automerge', 8);";

constexpr const char* kSettings =
    "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 4096;"
    "PRAGMA secure_delete = OFF; PRAGMA cache_size = -4096;";

}  // namespace

Status IndexWriter::discard(SegmentStore& store, Segment& segment) {
    const std::scoped_lock lock(segment.index_mutex);
    segment.index.reset();
    segment.indexed = 0;
    for (const std::string_view suffix : kIndexSuffixes) {
        auto gone = store.files().remove(store.index_path(segment) + std::string(suffix));
        if (!gone && gone.error().kind() != ErrorKind::not_found) return gone;
    }
    segment.index_complete = false;
    segment.index_damaged = false;
    return {};
}

Result<std::unique_ptr<IndexWriter>> IndexWriter::open(SegmentStore& store,
                                                       const SegmentPtr& segment) {
    auto writer = open_once(store, segment);
    // Of a full disk or a busy file nothing is wrong with the index.
    if (writer || writer.error().kind() != ErrorKind::malformed) return writer;
    SG_TRYV(discard(store, *segment));
    return open_once(store, segment);
}

Result<std::unique_ptr<IndexWriter>> IndexWriter::open_once(SegmentStore& store,
                                                            const SegmentPtr& segment) {
    SG_TRY(auto database, Database::open(store.index_path(*segment), Database::Mode::create));
    std::unique_ptr<IndexWriter> writer(new IndexWriter(store, segment, std::move(database)));
    SG_TRYV(writer->prepare());
    segment->indexed = writer->state_.position.sequence;
    segment->index_complete = writer->state_.complete;
    return writer;
}

Status IndexWriter::prepare() {
    SG_TRYV(register_words(database_));
    SG_TRY(const auto tables,
           database_.number("SELECT count(*) FROM sqlite_master WHERE name = 'words'"));
    if (tables != 0) {
        SG_TRY(state_, read_state(database_, *segment_));
        if (state_.complete) return {};  // nothing is written to it any more
    }
    SG_TRYV(database_.run(kSettings));
    if (tables == 0) {
        SG_TRYV(create_tables());
        SG_TRY(state_, read_state(database_, *segment_));
    }
    if (state_.position.offset > segment_->end || state_.position.offset < kSegmentHead) {
        return fail(ErrorKind::malformed, "maillog.index", "index is ahead of its records");
    }
    SG_TRY(insert_words_,
           database_.prepare("INSERT INTO words(rowid, text, tag) VALUES(?1, ?2, ?3)"));
    SG_TRY(insert_block_,
           database_.prepare("INSERT INTO block VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)"));
    SG_TRY(insert_cells_, database_.prepare("INSERT INTO cells VALUES(?1, ?2)"));
    SG_TRY(insert_names_, database_.prepare("INSERT INTO names VALUES(?1, ?2)"));
    SG_TRY(set_domain_, database_.prepare("UPDATE address SET domain = ?2 WHERE id = ?1"));
    SG_TRY(addresses_, Dictionary::prepare(database_, "address"));
    SG_TRY(domains_, Dictionary::prepare(database_, "domain"));
    SG_TRY(sources_, Dictionary::prepare(database_, "source"));
    SG_TRY(listeners_, Dictionary::prepare(database_, "listener"));
    SG_TRY(update_state_,
           database_.prepare("UPDATE state SET offset = ?1, sequence = ?2, complete = ?3"));
    return {};
}

Status IndexWriter::create_tables() {
    SG_TRY(auto transaction, Transaction::begin(database_));
    SG_TRYV(database_.run(kTables));
    SG_TRY(auto statement, database_.prepare("INSERT INTO state VALUES(?1, ?2, ?3, ?4, ?5, 0)"));
    const Position start = segment_->start();
    statement.bind(1, kIndexFormat)
        .bind(2, segment_->first)
        .bind(3, static_cast<std::uint64_t>(segment_->created.time_since_epoch().count()))
        .bind(4, start.offset)
        .bind(5, start.sequence);
    SG_TRYV(statement.run());
    return transaction.commit();
}

Result<std::size_t> IndexWriter::step(std::size_t most) {
    const std::uint64_t end = segment_->end.load(std::memory_order_acquire);
    SG_TRY(const auto file, store_.reading(segment_));
    SG_TRY(auto transaction, Transaction::begin(database_));
    RecordScanner scanner(*file, state_.position, end, segment_->limit);
    WallTime least = WallTime::max();
    WallTime greatest = WallTime::min();
    std::uint64_t lowest = kNoConnection;
    std::uint64_t highest = 0;
    std::size_t count = 0;
    cells_.clear();
    names_.clear();
    for (RecordView record; count < most; ++count) {
        SG_TRY(const bool more, scanner.next(record));
        if (!more) break;
        SG_TRYV(insert(record, scanner.offset()));
        least = std::min(least, record.time);
        greatest = std::max(greatest, record.time);
        if (record.connection) {
            lowest = std::min(lowest, record.connection->number);
            highest = std::max(highest, record.connection->number);
        }
    }
    if (count == 0) return count;
    const Position behind = scanner.behind();
    insert_block_.bind(1, state_.position.offset)
        .bind(2, state_.position.sequence)
        .bind(3, behind.offset)
        .bind(4, static_cast<std::uint64_t>(least.time_since_epoch().count()))
        .bind(5, static_cast<std::uint64_t>(greatest.time_since_epoch().count()))
        .bind(6, lowest)
        .bind(7, highest);
    SG_TRYV(insert_block_.run());
    SG_TRYV(flush_cells());
    SG_TRYV(flush_names());
    SG_TRYV(update_state_.bind(1, behind.offset).bind(2, behind.sequence).bind(3, 0U).run());
    SG_TRYV(transaction.commit());
    state_.position = behind;
    segment_->indexed = behind.sequence;
    return count;
}

Status IndexWriter::flush_cells() {
    if (cells_.empty()) return {};
    SG_TRYV(insert_cells_.bind(1, cells_first_).bind_bytes(2, cells_).run());
    cells_.clear();
    return {};
}

Status IndexWriter::add_name(std::uint64_t number, std::string_view name) {
    if (names_.size() + name.size() + 1 > kRowOctets) SG_TRYV(flush_names());
    if (names_.empty()) names_first_ = number;
    append_name(names_, name);
    return {};
}

Status IndexWriter::flush_names() {
    if (names_.empty()) return {};
    SG_TRYV(insert_names_.bind(1, names_first_).bind_bytes(2, names_).run());
    names_.clear();
    return {};
}

void IndexWriter::add_tag(std::string_view tag) {
    tags_ += tag;
    tags_ += ' ';
}

Status IndexWriter::insert(const RecordView& record, std::uint64_t offset) {
    if (cells_.size() + kCellSize > kRowOctets) SG_TRYV(flush_cells());
    if (cells_.empty()) cells_first_ = offset;
    Cell cell{.offset = static_cast<std::uint32_t>(offset - cells_first_),
              .verdict = record.verdict,
              .level = record.level};
    text_.clear();
    tags_.clear();
    if (record.connection) {
        text_ = sealgate::to_string(*record.connection) + ": ";
        add_tag(record.message ? message_tag(*record.connection, *record.message)
                               : connection_tag(*record.connection));
    }
    text_ += record.text;
    if (record.level != kUntaggedLevel) add_tag(level_tag(record.level));
    if (record.verdict != Verdict::none) add_tag(verdict_tag(record.verdict));
    if (!record.message_id.empty()) add_tag(message_id_tag(record.message_id));
    if (!record.sender.empty()) {
        SG_TRY(const auto id, add_address(record.sender));
        add_tag(sender_tag(id));
        cell.sender = static_cast<std::uint32_t>(id);
    }
    if (!record.recipient.empty()) {
        SG_TRY(const auto id, add_address(record.recipient));
        add_tag(recipient_tag(id));
        cell.recipient = static_cast<std::uint32_t>(id);
    }
    SG_TRYV(add_place_tags(record));
    append_cell(cells_, cell);
    return insert_words_.bind(1, offset).bind(2, text_).bind(3, tags_).run();
}

Status IndexWriter::add_place_tags(const RecordView& record) {
    if (record.direction != Direction::none) add_tag(direction_tag(record.direction));
    if (!record.source.empty()) {
        SG_TRY(const auto source, sources_.enter(record.source));
        add_tag(source_tag(source.id));
    }
    if (!record.listener.empty()) {
        SG_TRY(const auto listener, listeners_.enter(record.listener));
        add_tag(listener_tag(listener.id));
    }
    if (record.message_size >= kLeastTaggedSize) {
        add_tag(size_tag(static_cast<unsigned>(std::bit_width(record.message_size)) - 1));
    }
    return {};
}

// The number of the address, and a tag for its domain.
Result<std::uint64_t> IndexWriter::add_address(std::string_view address) {
    SG_TRY(const auto entry, addresses_.enter(address));
    const std::string_view domain = domain_of(address);
    std::uint64_t domain_id = 0;
    if (!domain.empty()) {
        SG_TRY(const auto known, domains_.enter(domain));
        domain_id = known.id;
        add_tag(domain_tag(domain_id));
    }
    if (entry.added) {
        SG_TRYV(set_domain_.bind(1, entry.id).bind(2, domain_id).run());
        SG_TRYV(add_name(entry.id, addresses_.lower()));
    }
    return entry.id;
}

Result<bool> IndexWriter::finish() {
    if (state_.complete) return true;
    const std::int64_t before = database_.total_changes();
    // A negative number first puts all runs on one level; positive ones then merge them bit by bit
    // until nothing changes.
    SG_TRY(auto merge, database_.prepare("INSERT INTO words(words, rank) VALUES('merge', ?1)"));
    const std::int64_t pages = merging_ ? kPagesPerMerge : -kPagesPerMerge;
    SG_TRYV(merge.bind(1, static_cast<std::uint64_t>(pages)).run());
    merging_ = true;
    if (database_.total_changes() - before >= 2) return false;
    SG_TRYV(seal());
    return true;
}

// Full rows: each batch began one, and those of a quiet day hold a name or two.
Status IndexWriter::pack_names() {
    std::string all;
    SG_TRY(auto rows, database_.prepare("SELECT bytes FROM names ORDER BY first"));
    for (;;) {
        SG_TRY(const bool row, rows.step());
        if (!row) break;
        all += rows.bytes(0);
    }
    rows.reset();
    SG_TRYV(database_.run("DELETE FROM names"));
    if (all.empty()) return {};
    all.pop_back();  // the last line feed: behind it there is no name
    std::uint64_t number = 0;
    for (const auto name : std::views::split(std::string_view(all), '\n')) {
        if (number + 1 > kGreatestNumber) break;
        SG_TRYV(add_name(++number, std::string_view(name)));
    }
    return flush_names();
}

// What counts of the whole segment are made of.
Status IndexWriter::sum_up() {
    std::array<std::vector<std::uint64_t>, kTotals> sums;
    const auto add = [&sums](Total total, std::size_t number) {
        auto& counts = sums[static_cast<std::size_t>(total)];
        if (number >= counts.size()) counts.resize(number + 1);
        ++counts[number];
    };
    SG_TRY(const auto domains, domains_of_addresses(database_));
    SG_TRY(auto rows, database_.prepare("SELECT bytes FROM cells"));
    std::vector<Cell> cells;
    for (;;) {
        SG_TRY(const bool row, rows.step());
        if (!row) break;
        parse_cells(rows.bytes(0), cells);
        for (const Cell& cell : cells) {
            add(Total::verdict, static_cast<std::size_t>(cell.verdict));
            add(Total::level, static_cast<std::size_t>(cell.level));
            add(Total::domain, cell.recipient < domains.size() ? domains[cell.recipient] : 0);
        }
    }
    SG_TRY(auto insert, database_.prepare("INSERT INTO totals VALUES(?1, ?2, ?3)"));
    for (std::size_t total = 0; total < kTotals; ++total) {
        for (std::size_t number = 0; number < sums[total].size(); ++number) {
            const std::uint64_t count = sums[total][number];
            if (count == 0) continue;
            SG_TRYV(insert.bind(1, total).bind(2, number).bind(3, count).run());
        }
    }
    return {};
}

// In one file, and in the order of the tables: what lies together is read in larger pages by a
// third of the calls. Searches go on meanwhile.
Status IndexWriter::pack() {
    const std::string path = store_.index_path(*segment_);
    const std::string packed = path + std::string(kPackedSuffix);
    std::ignore = store_.files().remove(packed);
    {
        const std::scoped_lock lock(segment_->index_mutex);
        segment_->index.reset();
        // The write-ahead log must be gone before another file takes the name: it would not fit.
        SG_TRY(auto mode, database_.prepare("PRAGMA journal_mode = DELETE"));
        SG_TRY(const bool row, mode.step());
        if (!row || mode.bytes(0) != "delete") {
            return fail(ErrorKind::transient, "maillog.index", "read by another process");
        }
    }
    SG_TRYV(database_.run("PRAGMA page_size = 16384"));
    SG_TRY(auto copy, database_.prepare("VACUUM INTO ?1"));
    SG_TRYV(copy.bind(1, packed).run());
    SG_TRY(const auto file, store_.files().open(packed, os::OpenMode::read));
    SG_TRYV(file->sync());
    const std::scoped_lock lock(segment_->index_mutex);
    segment_->index.reset();
    return store_.files().rename(packed, path);
}

// Complete, in one file: nothing is written to it any more.
Status IndexWriter::seal() {
    SG_TRY(auto transaction, Transaction::begin(database_));
    SG_TRYV(pack_names());
    SG_TRYV(sum_up());
    SG_TRYV(update_state_.bind(1, state_.position.offset)
                .bind(2, state_.position.sequence)
                .bind(3, 1U)
                .run());
    SG_TRYV(transaction.commit());
    state_.complete = true;
    segment_->index_complete = true;
    // What cannot be packed stays as it is, which does no harm.
    std::ignore = pack();
    return {};
}

}  // namespace sealgate::maillog
