#pragma once
// SPDX-License-Identifier: Apache-2.0
// Appends records: the only part of the mail log on the path of mail.

#include "base/clock.h"
#include "maillog/segment_store.h"

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

namespace sealgate::maillog {

class Writer {
public:
    // The store's newest segment is gone on with where that can be.
    [[nodiscard]] static Result<std::unique_ptr<Writer>> open(SegmentStore& store,
                                                              const Clock& clock,
                                                              std::uint64_t segment_size);

    // One write for all of them; one thread at a time. On failure nothing of it is visible, and the
    // next call cuts what may have been left before it writes.
    Status append(std::span<const Event> events);

    [[nodiscard]] bool healthy() const { return healthy_.load(std::memory_order_relaxed); }
    [[nodiscard]] std::uint64_t last_sequence() const {
        return last_sequence_.load(std::memory_order_acquire);
    }
    [[nodiscard]] std::uint64_t refused() const { return refused_total_; }
    // Any thread: makes what is written now survive power loss. After a failure the next append
    // begins a new file, since this one cannot be trusted any more.
    Status sync();

private:
    Writer(SegmentStore& store, const Clock& clock, std::uint64_t segment_size);

    void build(std::span<const Event> events, WallTime now);
    Status write_records(WallTime now);
    Status write_new_segment(WallTime now);
    Status cut_leftover();
    [[nodiscard]] bool wants_new_segment() const;
    void publish(std::uint64_t end);
    void begin_file(std::shared_ptr<os::File> file);

    SegmentStore& store_;
    const Clock& clock_;
    const std::uint64_t segment_size_;
    const int pid_;
    SegmentPtr segment_;
    std::string buffer_;               // used again by each append
    std::uint64_t buffered_last_ = 0;  // sequence of the last record in it
    std::uint64_t waypoint_sequence_ = 0;
    bool leftover_ = false;  // a failed write may have left bytes behind the end
    std::uint64_t refused_ = 0;
    WallTime refused_since_{};
    std::atomic<std::uint64_t> refused_total_ = 0;
    std::atomic<bool> healthy_ = true;
    std::atomic<bool> new_file_ = false;
    std::atomic<std::uint64_t> last_sequence_ = 0;

    // Guards what is below against sync(); only the appending thread changes file_.
    std::mutex mutex_;
    std::shared_ptr<os::File> file_;
    std::vector<std::shared_ptr<os::File>> finished_;  // full, but not synced yet
    bool new_name_ = false;                            // the folder is not synced yet
};

}  // namespace sealgate::maillog
