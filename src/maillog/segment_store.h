#pragma once
// SPDX-License-Identifier: Apache-2.0
// The segments in order: opened with recovery, added by the writer, dropped by retention, read by
// everybody. Threads: `add` belongs to the writer, `drop_oldest` to the follower; the rest is for
// all.

#include "maillog/segment.h"
#include "os/file_system.h"

#include <array>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace sealgate::maillog {

// Files of an index, behind index_path(): the database, what SQLite keeps beside it, and a packed
// copy under way.
inline constexpr std::string_view kPackedSuffix = "-packed";
inline constexpr std::array<std::string_view, 5> kIndexSuffixes{
    "", "-wal", "-shm", "-journal", kPackedSuffix};

using SegmentPtr = std::shared_ptr<Segment>;

// What open() found amiss.
struct Recovery {
    std::string path;                   // of the newest segment, when something was cut
    std::uint64_t cut_bytes = 0;        // after its last record
    std::uint64_t damaged_bytes = 0;    // between its records; left as they are
    std::uint64_t last_connection = 0;  // highest connection number in it
    std::string set_aside;              // a newest segment without one readable record
};

class SegmentStore {
public:
    // Makes DIRECTORY/records and DIRECTORY/index where they are missing.
    [[nodiscard]] static Result<std::unique_ptr<SegmentStore>> open(os::FileSystem& files,
                                                                    const std::string& directory);

    [[nodiscard]] const Recovery& recovery() const { return recovery_; }
    [[nodiscard]] std::uint64_t last_sequence() const { return last_sequence_; }  // at open()
    // Whether the newest segment as found by open() may be written on.
    [[nodiscard]] bool appendable() const { return appendable_; }

    // Oldest first.
    [[nodiscard]] std::vector<SegmentPtr> all() const;
    [[nodiscard]] SegmentPtr newest() const;  // null when there is none yet
    // The one that holds `sequence` or would; the oldest when it has gone; null when there is none.
    [[nodiscard]] SegmentPtr holding(std::uint64_t sequence) const;
    [[nodiscard]] SegmentPtr after(const Segment& segment) const;  // null for the newest

    [[nodiscard]] std::string record_path(std::uint64_t first) const;
    // A new newest segment, whose file is there and ends at `end`.
    SegmentPtr add(std::uint64_t first, WallTime created, std::uint64_t end);
    // Forgets and removes the oldest, with its index; never the newest.
    Status drop_oldest();

    // Holds few files and indexes open: those of segments not used lately are closed.
    [[nodiscard]] Result<std::shared_ptr<os::File>> reading(const SegmentPtr& segment);
    // Closes those that nobody asked for since the last call.
    void close_unused();
    [[nodiscard]] const std::string& records_directory() const { return records_; }
    [[nodiscard]] std::string index_path(const Segment& segment) const;
    [[nodiscard]] os::FileSystem& files() const { return files_; }

private:
    SegmentStore(os::FileSystem& files, const std::string& directory);
    Status load();
    Status recover_newest();
    Status set_newest_aside(std::uint64_t size);
    void touch(const SegmentPtr& segment);

    os::FileSystem& files_;
    std::string records_;
    std::string index_;
    Recovery recovery_;
    std::uint64_t last_sequence_ = 0;
    bool appendable_ = false;
    mutable std::mutex mutex_;
    std::vector<SegmentPtr> segments_;
    // With open files, least recently used first.
    std::vector<std::weak_ptr<Segment>> recent_;
    std::vector<std::weak_ptr<Segment>> unused_;  // those that close_unused() saw
};

}  // namespace sealgate::maillog
