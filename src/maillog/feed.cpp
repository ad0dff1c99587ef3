// SPDX-License-Identifier: Apache-2.0
#include "maillog/feed.h"

#include <algorithm>

namespace sealgate::maillog {

bool Feed::find_segment() {
    if (segment_) return true;
    segment_ = store_->holding(sequence_ + 1);
    if (!segment_) return false;
    position_ = segment_->waypoint_before(std::max(sequence_, segment_->first - 1));
    return true;
}

Result<std::size_t> Feed::read_segment(std::size_t most,
                                       std::uint64_t end,
                                       const std::function<void(const RecordView&)>& take) {
    std::size_t count = 0;
    if (end <= position_.offset) return count;
    SG_TRY(const auto file, store_->reading(segment_));
    RecordScanner scanner(*file, position_, end, segment_->limit);
    RecordView record;
    while (count < most) {
        SG_TRY(const bool more, scanner.next(record));
        if (!more) break;
        position_ = scanner.behind();
        if (record.sequence <= sequence_) continue;
        take(record);
        sequence_ = record.sequence;
        ++count;
    }
    return count;
}

Result<std::size_t> Feed::read(std::size_t most,
                               const std::function<void(const RecordView&)>& take) {
    std::size_t count = 0;
    while (count < most && find_segment()) {
        const std::uint64_t end = segment_->end.load(std::memory_order_acquire);
        auto read = read_segment(most - count, end, take);
        if (!read && read.error().kind() == ErrorKind::not_found &&
            store_->holding(sequence_ + 1) != segment_) {
            segment_.reset();  // retention took it meanwhile
            continue;
        }
        SG_TRY(const std::size_t here, std::move(read));
        count += here;
        if (count == most) break;
        SegmentPtr next = store_->after(*segment_);
        if (!next) break;
        // The writer may have added to this one before it began the next.
        if (segment_->end.load(std::memory_order_acquire) != end) continue;
        segment_ = std::move(next);
        position_ = segment_->start();
    }
    return count;
}

}  // namespace sealgate::maillog
