#pragma once
// SPDX-License-Identifier: Apache-2.0
// Segment files that wait for use. Every octet of them has been written: a file whose space is only
// reserved needs a journal commit at each sync, which halves the rate.
//
// A start must not wait for 64 MiB of zeros, and neither must a commit. So the first segments are
// small ones, made on the spot; full-size spares are filled on the housekeeper's thread once there
// is traffic, and recycled ones are used again.

#include "os/file_system.h"
#include "spool/segment_header.h"

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace sealgate::spool {

// Octets of a segment made on the spot.
inline constexpr std::uint64_t kSmallSegment = 4ULL * 1024 * 1024;

class SegmentPool {
public:
    struct Spare {
        std::string path;
        std::uint64_t capacity = 0;
    };
    struct Opened {
        std::string path;
        std::uint64_t capacity = 0;
        std::unique_ptr<os::File> file;
    };

    SegmentPool(os::FileSystem& files,
                std::string folder,
                std::uint64_t segment_size,
                std::size_t spares,
                std::uint64_t first_number);

    // A file with at least `capacity` octets, which belongs to the caller from now on. Made on the
    // spot (small) when no spare is ready. transient: disk full or failing.
    [[nodiscard]] Result<Opened> acquire(std::uint64_t capacity);
    // Destroys the key in the header and syncs that; then the file is a spare again, or goes when
    // it is small or there are enough. `epoch`: the highest known. After a failure it may be tried
    // again.
    [[nodiscard]] Status retire(const std::string& path,
                                std::uint64_t capacity,
                                std::uint64_t epoch);
    // Makes one full-size spare, some 100 ms of work; does nothing when there are enough.
    [[nodiscard]] Status prepare_full(std::size_t wanted, std::uint64_t epoch);
    // One small spare, so that the first commit after a start does not make it.
    [[nodiscard]] Status prepare_small(std::uint64_t epoch);
    // Takes over a spare found at a start.
    void adopt(Spare spare);

    [[nodiscard]] std::size_t ready() const;
    [[nodiscard]] std::size_t ready_full() const;
    [[nodiscard]] std::uint64_t ready_octets() const;
    // Makes a prepare_full() under way give up soon.
    void stop() { stopping_.store(true, std::memory_order_relaxed); }

private:
    [[nodiscard]] Result<Opened> make(std::uint64_t capacity, std::uint64_t epoch);
    [[nodiscard]] Status fill(os::File& file, std::uint64_t capacity, std::uint64_t epoch);

    os::FileSystem& files_;
    std::string folder_;
    std::uint64_t segment_size_;
    std::size_t spares_;
    std::atomic<std::uint64_t> next_number_;
    std::atomic<bool> stopping_ = false;
    mutable std::mutex mutex_;
    std::vector<Spare> ready_;
};

}  // namespace sealgate::spool
