// SPDX-License-Identifier: Apache-2.0
#include "maillog/index_writer.h"

#include "base/text.h"
#include "maillog/fts_words.h"
#include "maillog/index_reader.h"

#include <algorithm>
#include <string_view>
#include <tuple>
#include <utility>

namespace sealgate::maillog {
namespace {

constexpr std::size_t kMaxKnownAddresses = 20'000;
constexpr int kPagesPerMerge = 500;

// Rows are records, by their offset. Only the inverted index is stored: the text is in the records.
constexpr const char* kTables =
    "CREATE TABLE state(format INTEGER, segment INTEGER, created INTEGER, offset INTEGER,"
    " sequence INTEGER, complete INTEGER);"
    "CREATE TABLE block(first INTEGER PRIMARY KEY, before INTEGER, behind INTEGER,"
    " least INTEGER, greatest INTEGER);"
    "CREATE TABLE address(id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE);"
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
    for (const std::string_view suffix : {"", "-wal", "-shm", "-journal"}) {
        auto gone = store.files().remove(store.index_path(segment) + std::string(suffix));
        if (!gone && gone.error().kind() != ErrorKind::not_found) return gone;
    }
    segment.index_complete = false;
    segment.index_damaged = false;
    return {};
}

Result<std::unique_ptr<IndexWriter>> IndexWriter::open(SegmentStore& store,
                                                       const SegmentPtr& segment) {
    if (auto writer = open_once(store, segment)) return writer;
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
    SG_TRYV(database_.run(kSettings));
    SG_TRY(const auto tables,
           database_.number("SELECT count(*) FROM sqlite_master WHERE name = 'words'"));
    if (tables == 0) SG_TRYV(create_tables());
    SG_TRY(state_, read_state(database_, *segment_));
    if (state_.position.offset > segment_->end || state_.position.offset < kSegmentHead) {
        return fail(ErrorKind::malformed, "maillog.index", "index is ahead of its records");
    }
    SG_TRY(insert_words_,
           database_.prepare("INSERT INTO words(rowid, text, tag) VALUES(?1, ?2, ?3)"));
    SG_TRY(insert_block_, database_.prepare("INSERT INTO block VALUES(?1, ?2, ?3, ?4, ?5)"));
    SG_TRY(insert_address_,
           database_.prepare("INSERT INTO address(text) VALUES(?1) ON CONFLICT DO NOTHING"));
    SG_TRY(find_address_, database_.prepare("SELECT id FROM address WHERE text = ?1"));
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
    std::size_t count = 0;
    for (RecordView record; count < most; ++count) {
        SG_TRY(const bool more, scanner.next(record));
        if (!more) break;
        SG_TRYV(insert(record, scanner.offset()));
        least = std::min(least, record.time);
        greatest = std::max(greatest, record.time);
    }
    if (count == 0) return count;
    const Position behind = scanner.behind();
    insert_block_.bind(1, state_.position.offset)
        .bind(2, state_.position.sequence)
        .bind(3, behind.offset)
        .bind(4, static_cast<std::uint64_t>(least.time_since_epoch().count()))
        .bind(5, static_cast<std::uint64_t>(greatest.time_since_epoch().count()));
    SG_TRYV(insert_block_.run());
    SG_TRYV(update_state_.bind(1, behind.offset).bind(2, behind.sequence).bind(3, 0U).run());
    SG_TRYV(transaction.commit());
    state_.position = behind;
    segment_->indexed = behind.sequence;
    return count;
}

Status IndexWriter::insert(const RecordView& record, std::uint64_t offset) {
    text_.clear();
    tags_.clear();
    const auto tag = [this](const std::string& word) {
        tags_ += word;
        tags_ += ' ';
    };
    if (record.connection) {
        text_ = sealgate::to_string(*record.connection) + ": ";
        tag(connection_tag(*record.connection));
    }
    text_ += record.text;
    if (record.level >= kLeastTagged) tag(level_tag(record.level));
    if (!record.sender.empty()) {
        SG_TRY(const auto id, address_id(record.sender));
        tag(sender_tag(id));
    }
    if (!record.recipient.empty()) {
        SG_TRY(const auto id, address_id(record.recipient));
        tag(recipient_tag(id));
    }
    return insert_words_.bind(1, offset).bind(2, text_).bind(3, tags_).run();
}

Result<std::uint64_t> IndexWriter::address_id(std::string_view address) {
    lower_.assign(address);
    std::ranges::transform(lower_, lower_.begin(), ascii_lower);
    if (const auto known = addresses_.find(lower_); known != addresses_.end()) {
        return known->second;
    }
    SG_TRYV(insert_address_.bind(1, lower_).run());
    SG_TRY(const bool row, find_address_.bind(1, lower_).step());
    const std::uint64_t id = row ? find_address_.number(0) : 0;
    find_address_.reset();
    if (!row) return fail(ErrorKind::malformed, "maillog.index", "an address did not stay");
    if (addresses_.size() >= kMaxKnownAddresses) addresses_.clear();
    addresses_.emplace(lower_, id);
    return id;
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

// Complete, in one file: nothing is written to it any more.
Status IndexWriter::seal() {
    SG_TRYV(update_state_.bind(1, state_.position.offset)
                .bind(2, state_.position.sequence)
                .bind(3, 1U)
                .run());
    state_.complete = true;
    segment_->index_complete = true;
    const std::scoped_lock lock(segment_->index_mutex);
    segment_->index.reset();
    // Fails when something else reads the file; then it stays as it is, which does no harm.
    std::ignore = database_.run("PRAGMA journal_mode = DELETE");
    return {};
}

}  // namespace sealgate::maillog
