#pragma once
// SPDX-License-Identifier: Apache-2.0
// Reads the records in order across segments, as they come. Each follower has its own.

#include "maillog/segment_store.h"

#include <cstdint>
#include <functional>

namespace sealgate::maillog {

class Feed {
public:
    // Continues behind `sequence`; when retention has taken what came next, with the oldest record.
    Feed(SegmentStore& store, std::uint64_t sequence) : store_(&store), sequence_(sequence) {}

    // Hands on at most `most` records that are written; returns how many. The view is good during
    // the call.
    Result<std::size_t> read(std::size_t most, const std::function<void(const RecordView&)>& take);
    [[nodiscard]] std::uint64_t sequence() const { return sequence_; }  // of the last one handed on

private:
    [[nodiscard]] bool find_segment();
    Result<std::size_t> read_segment(std::size_t most,
                                     std::uint64_t end,
                                     const std::function<void(const RecordView&)>& take);

    SegmentStore* store_;
    SegmentPtr segment_;
    Position position_;
    std::uint64_t sequence_;
};

}  // namespace sealgate::maillog
