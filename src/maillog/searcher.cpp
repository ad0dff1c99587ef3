// SPDX-License-Identifier: Apache-2.0
#include "maillog/searcher.h"

#include "maillog/index_reader.h"

#include <algorithm>
#include <deque>
#include <limits>
#include <ranges>
#include <utility>

namespace sealgate::maillog {
namespace {

constexpr std::uint64_t kNoBound = std::numeric_limits<std::int64_t>::max();
constexpr std::size_t kFirstRead = 512;  // holds most records
constexpr std::uint64_t kDeadlineEvery = 1'024;

// A page being filled from one segment after the other.
class PageBuilder {
public:
    PageBuilder(SegmentStore& store, const Matcher& matcher, SteadyTime deadline)
        : store_(store),
          matcher_(matcher),
          deadline_(deadline) {}

    // Adds the segment's records before `before`; one more than the page holds tells that there is
    // more.
    Status add(const SegmentPtr& segment, std::uint64_t before);
    [[nodiscard]] bool full() const { return page_.records.size() > matcher_.limit(); }
    [[nodiscard]] Page finish();

private:
    Status add_indexed(IndexReader& index, std::uint64_t before);
    Result<std::uint64_t> scan(Position from, std::uint64_t behind);
    Status scan_unindexed(Position from, std::uint64_t behind);
    Result<bool> take(std::uint64_t offset);
    Result<std::optional<Position>> open_index(IndexReader*& index);
    [[nodiscard]] Status check_deadline() const;

    SegmentStore& store_;
    const Matcher& matcher_;
    SteadyTime deadline_;
    SegmentPtr segment_;  // under way
    std::shared_ptr<os::File> file_;
    Page page_;
    std::vector<Cursor> places_;  // of the page's records
};

Status PageBuilder::check_deadline() const {
    if (std::chrono::steady_clock::now() < deadline_) return {};
    return fail(ErrorKind::exhausted,
                "maillog.search",
                "this search takes too long; ask for fewer days or rarer words");
}

// The index of the segment under way and how far it goes; null when it cannot be used now.
Result<std::optional<Position>> PageBuilder::open_index(IndexReader*& index) {
    Segment& segment = *segment_;
    if (segment.index_damaged) return std::nullopt;
    if (!segment.index) {
        auto opened = IndexReader::open(store_.index_path(segment), segment);
        if (!opened) {
            if (opened.error().kind() == ErrorKind::malformed) segment.index_damaged = true;
            return std::nullopt;
        }
        segment.index = *std::move(opened);
    }
    auto reaches = segment.index->begin(deadline_);
    if (!reaches) {
        if (reaches.error().kind() == ErrorKind::malformed) segment.index_damaged = true;
        segment.index.reset();
        return std::nullopt;
    }
    index = segment.index.get();
    return *reaches;
}

Status PageBuilder::add(const SegmentPtr& segment, std::uint64_t before) {
    segment_ = segment;
    SG_TRYV(check_deadline());
    SG_TRY(file_, store_.reading(segment));
    const std::scoped_lock lock(segment->index_mutex);
    IndexReader* index = nullptr;
    SG_TRY(const auto reaches, open_index(index));
    // After the index was asked, so that nothing falls between the two.
    const std::uint64_t behind = std::min(before, segment->end.load(std::memory_order_acquire));
    const Position indexed = reaches.value_or(segment->start());
    if (indexed.offset < behind) SG_TRYV(scan_unindexed(indexed, behind));
    const std::size_t had = page_.records.size();
    Status done;
    if (index != nullptr && !full()) {
        done = add_indexed(*index, std::min(behind, indexed.offset));
    }
    if (index != nullptr) index->end();
    if (done || done.error().kind() == ErrorKind::exhausted) return done;
    // Something is wrong with the index. The records are fine: read them instead.
    if (done.error().kind() == ErrorKind::malformed) segment->index_damaged = true;
    segment->index.reset();
    page_.records.resize(had);
    places_.resize(had);
    return scan_unindexed(segment->start(), std::min(behind, indexed.offset));
}

Status PageBuilder::scan_unindexed(Position from, std::uint64_t behind) {
    SG_TRY(const std::uint64_t read, scan(from, behind));
    page_.not_indexed += read;
    return {};
}

Status PageBuilder::add_indexed(IndexReader& index, std::uint64_t before) {
    SG_TRY(const auto plan, index.plan(matcher_, before));
    if (plan.nothing) return {};
    if (!plan.words.empty()) {
        return index.offsets(plan, [this](std::uint64_t offset) { return take(offset); });
    }
    SG_TRY(const auto blocks, index.blocks(plan, matcher_));
    for (const Block& block : blocks) {
        SG_TRYV(scan(block.from, std::min(block.behind, before)));
        if (full()) break;
    }
    return {};
}

// Reads forward, since records can be read in no other direction, and keeps the newest. Returns how
// many it read.
Result<std::uint64_t> PageBuilder::scan(Position from, std::uint64_t behind) {
    const std::size_t wanted = matcher_.limit() + 1 - page_.records.size();
    std::deque<std::uint64_t> found;
    RecordScanner scanner(*file_, from, behind, segment_->limit);
    RecordView record;
    std::uint64_t count = 0;
    for (;; ++count) {
        SG_TRY(const bool more, scanner.next(record));
        if (!more) break;
        if (count % kDeadlineEvery == 0) SG_TRYV(check_deadline());
        if (!matcher_.matches(record)) continue;
        found.push_back(scanner.offset());
        if (found.size() > wanted) found.pop_front();
    }
    for (const std::uint64_t offset : std::views::reverse(found))
        SG_TRYV(take(offset));
    return count;
}

// Adds the record there if it answers; false when the page is full.
Result<bool> PageBuilder::take(std::uint64_t offset) {
    SG_TRY(auto bytes, file_->read_at(offset, kFirstRead));
    auto record = parse_record(bytes);
    if (!record && bytes.size() == kFirstRead) {
        SG_TRY(bytes, file_->read_at(offset, kMaxRecord));
        record = parse_record(bytes);
    }
    if (!record) {
        return fail(ErrorKind::malformed, "maillog.search", "the index names no record");
    }
    if (matcher_.matches(*record)) {
        record->copy_to(page_.records.emplace_back());
        places_.push_back({segment_->first, offset});
    } else {
        SG_TRYV(check_deadline());
    }
    return !full();
}

Page PageBuilder::finish() {
    if (full()) {
        page_.records.pop_back();
        places_.pop_back();
        page_.next_cursor = to_string(places_.back());
    }
    return std::move(page_);
}

}  // namespace

Result<Page> Searcher::search(const Query& query, SteadyTime deadline) const {
    SG_TRY(const Matcher matcher, Matcher::compile(query));
    PageBuilder builder(store_, matcher, deadline);
    const std::vector<SegmentPtr> segments = store_.all();
    for (const SegmentPtr& segment : std::views::reverse(segments)) {
        std::uint64_t before = kNoBound;
        if (matcher.cursor()) {
            if (segment->first > matcher.cursor()->first) continue;
            if (segment->first == matcher.cursor()->first) before = matcher.cursor()->offset;
        }
        if (builder.full()) break;
        auto added = builder.add(segment, before);
        if (!added && added.error().kind() == ErrorKind::not_found) continue;  // retention took it
        SG_TRYV(std::move(added));
    }
    return builder.finish();
}

}  // namespace sealgate::maillog
