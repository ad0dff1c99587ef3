#pragma once
// SPDX-License-Identifier: Apache-2.0
// Where unreadable things go, so that a person (or a better tool) can look at them. Nothing is ever
// deleted from there by us.

#include "os/file_system.h"
#include "spool/scanner.h"

#include <string>
#include <vector>

namespace sealgate::spool {

class Quarantine {
public:
    // `lines` collects what was set aside and why.
    Quarantine(os::FileSystem& files, std::string directory, std::vector<std::string>& lines);

    // Tells of what lies there from earlier.
    Status report_earlier();
    // Moves `folder`/`name` there.
    Status move(std::string_view folder, const std::string& name, std::string_view reason);
    // Copies a range of a segment that stays in use, with the segment's header (it holds the
    // wrapped key) before it. The same range is copied once, and told of each time.
    Status copy(const os::File& segment, std::uint64_t epoch, const DamagedRange& range);
    // Something that should be there is not.
    void tell(std::string line) {
        used_ = true;
        lines_.push_back(std::move(line));
    }
    // Whether anything was damaged or missing in this run.
    [[nodiscard]] bool used() const { return used_; }

private:
    os::FileSystem& files_;
    std::string directory_;
    std::string folder_;
    std::vector<std::string>& lines_;
    bool used_ = false;
};

}  // namespace sealgate::spool
