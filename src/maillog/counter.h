#pragma once
// SPDX-License-Identifier: Apache-2.0
// Counts the records that answer a query, from the index alone wherever it can tell.

#include "base/clock.h"
#include "maillog/query.h"
#include "maillog/segment_store.h"

namespace sealgate::maillog {

// exhausted: not done at the deadline.
[[nodiscard]] Result<Counts> count_records(SegmentStore& store,
                                           const Matcher& matcher,
                                           CountBy by,
                                           SteadyTime deadline);

}  // namespace sealgate::maillog
