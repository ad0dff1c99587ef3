// SPDX-License-Identifier: Apache-2.0
#include "spool/segment_pool.h"

#include "spool/format.h"

#include <fmt/format.h>

#include <algorithm>

namespace sealgate::spool {
namespace {

// Written at a time, and synced at a time: a large heap of dirty pages would make the commits' own
// syncs wait.
constexpr std::uint64_t kFillStep = 1024UL * 1024;
constexpr std::uint64_t kFillSync = 8 * kFillStep;

SegmentHeader spare_header(std::uint64_t capacity, std::uint64_t epoch) {
    SegmentHeader header;
    header.epoch = epoch;
    header.capacity = capacity;
    return header;
}

}  // namespace

SegmentPool::SegmentPool(os::FileSystem& files,
                         std::string folder,
                         std::uint64_t segment_size,
                         std::size_t spares,
                         std::uint64_t first_number)
    : files_(files),
      folder_(std::move(folder)),
      segment_size_(segment_size),
      spares_(spares),
      next_number_(first_number) {}

Result<SegmentPool::Opened> SegmentPool::acquire(std::uint64_t capacity) {
    Spare spare;
    {
        const std::scoped_lock lock(mutex_);
        // The largest first: small ones are for the time before there are others.
        const auto best = std::ranges::max_element(ready_, {}, &Spare::capacity);
        if (best != ready_.end() && best->capacity >= capacity) {
            spare = std::move(*best);
            ready_.erase(best);
        }
    }
    if (spare.path.empty()) {
        return make(std::max(std::min(kSmallSegment, segment_size_), capacity), 0);
    }
    SG_TRY(auto file, files_.open(spare.path, os::OpenMode::read_write));
    return Opened{std::move(spare.path), spare.capacity, std::move(file)};
}

Status SegmentPool::retire(const std::string& path, std::uint64_t capacity, std::uint64_t epoch) {
    {
        const auto file = files_.open(path, os::OpenMode::read_write);
        if (!file) {
            if (file.error().kind() == ErrorKind::not_found)
                return {};  // an earlier try got so far
            return fail(file.error());
        }
        SG_TRYV((*file)->write_at(0, encode_header(spare_header(capacity, epoch))));
        SG_TRYV((*file)->sync());
    }
    if (capacity == segment_size_ && ready_full() < spares_) {
        adopt({path, capacity});
        return {};
    }
    SG_TRYV(files_.remove(path));
    return files_.sync_directory(folder_);
}

Status SegmentPool::prepare_full(std::size_t wanted, std::uint64_t epoch) {
    if (ready_full() >= wanted) return {};
    SG_TRY(auto made, make(segment_size_, epoch));
    adopt({std::move(made.path), made.capacity});
    return {};
}

Status SegmentPool::prepare_small(std::uint64_t epoch) {
    if (ready() > 0) return {};
    SG_TRY(auto made, make(std::min(kSmallSegment, segment_size_), epoch));
    adopt({std::move(made.path), made.capacity});
    return {};
}

void SegmentPool::adopt(Spare spare) {
    const std::scoped_lock lock(mutex_);
    ready_.push_back(std::move(spare));
}

std::size_t SegmentPool::ready() const {
    const std::scoped_lock lock(mutex_);
    return ready_.size();
}

std::size_t SegmentPool::ready_full() const {
    const std::scoped_lock lock(mutex_);
    return static_cast<std::size_t>(std::ranges::count(ready_, segment_size_, &Spare::capacity));
}

std::uint64_t SegmentPool::ready_octets() const {
    const std::scoped_lock lock(mutex_);
    std::uint64_t octets = 0;
    for (const auto& spare : ready_)
        octets += spare.capacity;
    return octets;
}

Result<SegmentPool::Opened> SegmentPool::make(std::uint64_t capacity, std::uint64_t epoch) {
    // Filled under another name: a file with the real name is always whole.
    const std::string path =
        fmt::format("{}/{:08}{}", folder_, next_number_.fetch_add(1), kSegmentSuffix);
    const std::string unfinished = path + std::string(kUnfinishedSuffix);
    SG_TRY(auto file, files_.open(unfinished, os::OpenMode::create_new));
    Status filled = fill(*file, capacity, epoch);
    if (filled) filled = files_.rename(unfinished, path);
    if (!filled) {
        os::best_effort(files_.remove(unfinished));  // it may fill the last of the disk
        return fail(std::move(filled).error());
    }
    SG_TRYV(files_.sync_directory(folder_));
    return Opened{path, capacity, std::move(file)};
}

Status SegmentPool::fill(os::File& file, std::uint64_t capacity, std::uint64_t epoch) {
    const std::string zeros(std::min(kFillStep, capacity), '\0');
    for (std::uint64_t at = 0; at < capacity; at += zeros.size()) {
        // A small one may be what the last commits before the end need; it is quick.
        if (capacity > kSmallSegment && stopping_.load(std::memory_order_relaxed)) {
            return fail(ErrorKind::transient, "spool.segments", "stopping");
        }
        const std::size_t step = std::min<std::uint64_t>(zeros.size(), capacity - at);
        SG_TRYV(file.write_at(at, std::string_view(zeros).substr(0, step)));
        if ((at + step) % kFillSync == 0) SG_TRYV(file.sync());
    }
    SG_TRYV(file.write_at(0, encode_header(spare_header(capacity, epoch))));
    return file.sync();
}

}  // namespace sealgate::spool
