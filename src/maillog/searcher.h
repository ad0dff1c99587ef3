#pragma once
// SPDX-License-Identifier: Apache-2.0
// Answers the questions that the mail log is asked: records, counts, messages. Any thread.

#include "base/clock.h"
#include "maillog/query.h"
#include "maillog/segment_store.h"

namespace sealgate::maillog {

class Searcher {
public:
    // `now` is what relative times in a query count from.
    Searcher(SegmentStore& store, WallTime now) : store_(store), now_(now) {}

    // malformed: a bad query; exhausted: not done at the deadline.
    [[nodiscard]] Result<Page> search(const Query& query, SteadyTime deadline) const;
    [[nodiscard]] Result<Counts> count(const Query& query, CountBy by, SteadyTime deadline) const;
    [[nodiscard]] Result<MessagePage> messages(const Query& query, SteadyTime deadline) const;

private:
    SegmentStore& store_;
    WallTime now_;
};

}  // namespace sealgate::maillog
