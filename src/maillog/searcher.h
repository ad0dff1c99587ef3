#pragma once
// SPDX-License-Identifier: Apache-2.0
// Finds records: segment by segment from the newest, each first by scanning what its index lacks,
// then by its index. Any thread.

#include "base/clock.h"
#include "maillog/query.h"
#include "maillog/segment_store.h"

namespace sealgate::maillog {

class Searcher {
public:
    explicit Searcher(SegmentStore& store) : store_(store) {}

    // malformed: a bad query; exhausted: not done at the deadline.
    [[nodiscard]] Result<Page> search(const Query& query, SteadyTime deadline) const;

private:
    SegmentStore& store_;
};

}  // namespace sealgate::maillog
