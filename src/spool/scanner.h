#pragma once
// SPDX-License-Identifier: Apache-2.0
// Walks through one segment after a start, group by group, and tells good, torn and damaged apart.

#include "os/file_system.h"
#include "spool/group.h"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace sealgate::spool {

struct DamagedRange {
    std::uint64_t from = 0;
    std::uint64_t to = 0;
    std::string reason;
};

struct ScanResult {
    std::uint64_t end = kFirstGroup;  // behind the last group that counts
    std::uint64_t torn_bytes = 0;
    std::uint64_t groups = 0;
    std::uint64_t records = 0;
    std::vector<DamagedRange> damaged;
};

struct ScanRequest {
    std::uint64_t epoch = 0;
    std::uint64_t salt = 0;
    // Where the next segment says that this one ends. Without it (the newest segment), an
    // unreadable group with no readable one behind it is the torn tail: it was never acknowledged,
    // since the next group is written only after the sync of the one before.
    std::optional<std::uint64_t> end;
};

// Called with the records of each whole group; false: they cannot be opened, which is damage too.
using GroupVisitor = std::function<bool(const std::vector<RecordView>& records)>;

// transient: the disk cannot be read. The work is linear in the size of the file.
[[nodiscard]] Result<ScanResult> scan_segment(const os::File& file,
                                              const ScanRequest& request,
                                              const GroupVisitor& visit);

}  // namespace sealgate::spool
