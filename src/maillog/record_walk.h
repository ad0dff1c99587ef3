#pragma once
// SPDX-License-Identifier: Apache-2.0
// Visits the records that answer a query, newest first: segment by segment, each first by scanning
// what its index lacks, then by its index. Segments that cannot hold an answer are not opened.

#include "base/clock.h"
#include "maillog/index_reader.h"
#include "maillog/query.h"
#include "maillog/segment_store.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace sealgate::maillog {

class RecordWalk {
public:
    // `matcher` outlives the walk.
    RecordWalk(SegmentStore& store, const Matcher& matcher, SteadyTime deadline)
        : store_(store),
          matcher_(matcher),
          deadline_(deadline) {}

    // False: enough. The record is good for the call.
    using Visit = std::function<bool(const RecordView& record, const Cursor& place)>;
    // Takes all that the index knows of a segment at once, instead of visits; false: visit them. An
    // error of the index (malformed, transient) makes the walk read the records instead: until it
    // returns, nothing may have been taken.
    using TakeIndex = std::function<Result<bool>(IndexReader& index, const IndexPlan& plan)>;

    // exhausted: not done at the deadline.
    Status run(const Visit& visit, const TakeIndex& take_index = nullptr);
    // The walk ends with the segment under way at this time; where then to go on, if it did.
    void end_at(SteadyTime time) { end_at_ = time; }
    [[nodiscard]] const std::optional<Cursor>& ended_at() const { return ended_at_; }

    // Records that were scanned because the index is behind.
    [[nodiscard]] std::uint64_t not_indexed() const { return not_indexed_; }

    // Of the segment under way, for take_index: the record there if it answers.
    Result<bool> answers_at(std::uint64_t offset);

private:
    Status add(const SegmentPtr& segment, std::uint64_t before);
    Status add_indexed(IndexReader& index, std::uint64_t before);
    Result<std::uint64_t> scan(Position from, std::uint64_t behind);
    Status scan_unindexed(Position from, std::uint64_t behind);
    Result<bool> take(std::uint64_t offset);
    Result<RecordView> read(std::uint64_t offset);
    Result<std::optional<IndexState>> open_index(IndexReader*& index);
    [[nodiscard]] bool cannot_answer(const SegmentBounds& bounds) const;
    [[nodiscard]] Status check_deadline() const;

    SegmentStore& store_;
    const Matcher& matcher_;
    SteadyTime deadline_;
    std::optional<SteadyTime> end_at_;
    std::optional<Cursor> ended_at_;
    const Visit* visit_ = nullptr;
    const TakeIndex* take_index_ = nullptr;
    SegmentPtr segment_;  // under way
    std::shared_ptr<os::File> file_;
    std::string bytes_;          // of the record read last
    std::uint64_t reached_ = 0;  // offset visited last in this segment
    std::uint64_t not_indexed_ = 0;
    bool enough_ = false;
};

}  // namespace sealgate::maillog
