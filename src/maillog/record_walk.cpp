// SPDX-License-Identifier: Apache-2.0
#include "maillog/record_walk.h"

#include <algorithm>
#include <limits>
#include <ranges>
#include <utility>
#include <vector>

namespace sealgate::maillog {
namespace {

constexpr std::uint64_t kNoBound = std::numeric_limits<std::int64_t>::max();
constexpr std::size_t kFirstRead = 512;  // holds most records
constexpr std::uint64_t kDeadlineEvery = 1'024;

}  // namespace

Status RecordWalk::check_deadline() const {
    if (std::chrono::steady_clock::now() < deadline_) return {};
    return fail(ErrorKind::exhausted,
                "maillog.search",
                "this search takes too long; ask for fewer days or rarer words");
}

Status RecordWalk::run(const Visit& visit, const TakeIndex& take_index) {
    visit_ = &visit;
    take_index_ = take_index ? &take_index : nullptr;
    const std::vector<SegmentPtr> segments = store_.all();
    for (const SegmentPtr& segment : std::views::reverse(segments)) {
        if (segment->limit <= matcher_.after()) break;  // all of it came before
        std::uint64_t before = kNoBound;
        if (matcher_.cursor()) {
            if (segment->first > matcher_.cursor()->first) continue;
            if (segment->first == matcher_.cursor()->first) before = matcher_.cursor()->offset;
        }
        auto added = add(segment, before);
        if (!added && added.error().kind() == ErrorKind::not_found) continue;  // retention took it
        SG_TRYV(std::move(added));
        if (enough_) break;
        if (end_at_ && segment != segments.front() && std::chrono::steady_clock::now() > *end_at_) {
            ended_at_ = Cursor{segment->first, kSegmentHead};
            break;
        }
    }
    return {};
}

bool RecordWalk::cannot_answer(const SegmentBounds& bounds) const {
    if (matcher_.since() && bounds.greatest < *matcher_.since()) return true;
    if (matcher_.until() && bounds.least >= *matcher_.until()) return true;
    const auto outside = [&bounds](const ConnectionId& id) {
        return id.number < bounds.lowest || id.number > bounds.highest;
    };
    return std::ranges::any_of(matcher_.terms(), [&outside](const Term& term) {
        if (term.negated) return false;
        if (term.kind == Term::Kind::connection) return outside(term.connection);
        return term.kind == Term::Kind::messages &&
               std::ranges::all_of(term.messages, outside, &MessageKey::connection);
    });
}

// The index of the segment under way and how far it goes; null when it cannot be used now.
Result<std::optional<IndexState>> RecordWalk::open_index(IndexReader*& index) {
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
    auto state = segment.index->begin(deadline_);
    if (!state) {
        if (state.error().kind() == ErrorKind::malformed) segment.index_damaged = true;
        segment.index.reset();
        return std::nullopt;
    }
    index = segment.index.get();
    if (state->complete && !segment.bounds) {
        // Without them the segment is looked at each time.
        if (auto bounds = index->bounds()) segment.bounds = *bounds;
    }
    return *state;
}

Status RecordWalk::add(const SegmentPtr& segment, std::uint64_t before) {
    segment_ = segment;
    SG_TRYV(check_deadline());
    const std::scoped_lock lock(segment->index_mutex);
    if (segment->bounds && cannot_answer(*segment->bounds)) return {};
    SG_TRY(file_, store_.reading(segment));
    IndexReader* index = nullptr;
    SG_TRY(const auto state, open_index(index));
    // After the index was asked, so that nothing falls between the two.
    const std::uint64_t behind = std::min(before, segment->end.load(std::memory_order_acquire));
    const Position indexed = state ? state->position : segment->start();
    reached_ = std::min(behind, indexed.offset);
    if (indexed.offset < behind) SG_TRYV(scan_unindexed(indexed, behind));
    Status done;
    if (index != nullptr && !enough_) {
        reached_ = std::min(behind, indexed.offset);
        done = add_indexed(*index, reached_);
    }
    if (index != nullptr) index->end();
    if (done || done.error().kind() == ErrorKind::exhausted) return done;
    // Something is wrong with the index. The records are fine: read on in them instead.
    if (done.error().kind() == ErrorKind::malformed) segment->index_damaged = true;
    segment->index.reset();
    return scan_unindexed(segment->start(), reached_);
}

Status RecordWalk::scan_unindexed(Position from, std::uint64_t behind) {
    SG_TRY(const std::uint64_t read, scan(from, behind));
    not_indexed_ += read;
    return {};
}

Status RecordWalk::add_indexed(IndexReader& index, std::uint64_t before) {
    SG_TRY(const auto plan, index.plan(matcher_, before));
    if (plan.nothing) return {};
    if (take_index_ != nullptr) {
        SG_TRY(const bool taken, (*take_index_)(index, plan));
        if (taken) return {};
    }
    if (plan.has_words() || !plan.filters.empty()) {
        return index.offsets(plan, [this](std::uint64_t offset) { return take(offset); });
    }
    SG_TRY(const auto blocks, index.blocks(plan, matcher_));
    for (const Block& block : blocks) {
        SG_TRYV(scan(block.from, std::min(block.behind, before)));
        if (enough_) break;
    }
    return {};
}

// Reads forward, since records can be read in no other direction, and visits what answers from the
// back. Returns how many it read.
Result<std::uint64_t> RecordWalk::scan(Position from, std::uint64_t behind) {
    std::vector<std::uint64_t> found;
    RecordScanner scanner(*file_, from, behind, segment_->limit);
    RecordView record;
    std::uint64_t count = 0;
    for (;; ++count) {
        SG_TRY(const bool more, scanner.next(record));
        if (!more) break;
        if (count % kDeadlineEvery == 0) SG_TRYV(check_deadline());
        if (matcher_.matches(record)) found.push_back(scanner.offset());
    }
    for (const std::uint64_t offset : std::views::reverse(found)) {
        SG_TRY(const bool more, take(offset));
        if (!more) break;
    }
    return count;
}

Result<RecordView> RecordWalk::read(std::uint64_t offset) {
    SG_TRY(bytes_, file_->read_at(offset, kFirstRead));
    auto record = parse_record(bytes_);
    if (!record && bytes_.size() == kFirstRead) {
        SG_TRY(bytes_, file_->read_at(offset, kMaxRecord));
        record = parse_record(bytes_);
    }
    if (!record) {
        return fail(ErrorKind::malformed, "maillog.search", "the index names no record");
    }
    return *record;
}

// Visits the record there if it answers; false when there is enough.
Result<bool> RecordWalk::take(std::uint64_t offset) {
    SG_TRY(const RecordView record, read(offset));
    if (matcher_.matches(record)) {
        enough_ = !(*visit_)(record, {segment_->first, offset});
        reached_ = offset;
    } else {
        SG_TRYV(check_deadline());
    }
    return !enough_;
}

Result<bool> RecordWalk::answers_at(std::uint64_t offset) {
    SG_TRY(const RecordView record, read(offset));
    return matcher_.matches(record);
}

}  // namespace sealgate::maillog
