#pragma once
// SPDX-License-Identifier: Apache-2.0
// Finds out, at a start, what the spool holds: fills the index and the report.

#include "os/file_system.h"
#include "spool/index.h"
#include "spool/segment_pool.h"
#include "spool/spool.h"

#include <cstdint>
#include <string>
#include <vector>

namespace sealgate::spool {

struct Recovered {
    std::uint64_t epoch = 0;       // the highest ever seen
    std::uint64_t tail_epoch = 0;  // the newest segment that counts, and where it ends
    std::uint64_t tail_end = 0;
    std::uint64_t next_number = 1;  // for segment file names
    std::vector<SegmentPool::Spare> spares;
    // Segments whose only groups failed: nothing in them was ever acknowledged.
    std::vector<SegmentPool::Spare> failed;
};

// The folders exist and the lock is held. malformed: the key does not fit, and nothing has been
// changed; transient: the disk.
[[nodiscard]] Result<Recovered> recover(const Options& options,
                                        os::FileSystem& files,
                                        Index& index,
                                        RecoveryReport& report);

}  // namespace sealgate::spool
