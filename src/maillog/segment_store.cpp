// SPDX-License-Identifier: Apache-2.0
#include "maillog/segment_store.h"

#include "maillog/index_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>
#include <utility>

namespace sealgate::maillog {
namespace {

constexpr std::size_t kMaxOpenSegments = 64;
constexpr std::uint64_t kWaypointEvery = 256;

struct Scanned {
    Position behind;  // the last record
    std::uint64_t skipped = 0;
    std::uint64_t last_connection = 0;
};

// Reads the segment through and sets its waypoints.
Result<Scanned> scan_through(Segment& segment, const os::File& file, std::uint64_t size) {
    RecordScanner scanner(file, segment.start(), size, Segment::kOpen);
    RecordView record;
    Scanned out;
    for (std::uint64_t count = 1;; ++count) {
        SG_TRY(const bool more, scanner.next(record));
        if (!more) break;
        if (count % kWaypointEvery == 0) segment.add_waypoint(scanner.behind());
        if (record.connection) {
            out.last_connection = std::max(out.last_connection, record.connection->number);
        }
    }
    out.behind = scanner.behind();
    out.skipped = scanner.skipped();
    return out;
}

// The head's time of making, or the first record's when the head is damaged.
Result<WallTime> created_of(const Segment& segment, const os::File& file, std::uint64_t size) {
    SG_TRY(const auto head, file.read_at(0, kSegmentHead));
    if (const auto parsed = parse_segment_head(head, segment.first)) return parsed->created;
    RecordScanner scanner(file, segment.start(), size, Segment::kOpen);
    RecordView record;
    SG_TRY(const bool found, scanner.next(record));
    return found ? record.time : WallTime{};
}

void close_segment(Segment& segment) {
    {
        const std::scoped_lock lock(segment.mutex);
        segment.file.reset();
    }
    // A search that reads the index now is not disturbed; it is closed another time.
    if (const std::unique_lock lock(segment.index_mutex, std::try_to_lock); lock) {
        segment.index.reset();
    }
}

}  // namespace

SegmentStore::SegmentStore(os::FileSystem& files, const std::string& directory)
    : files_(files),
      records_(directory + "/records"),
      index_(directory + "/index") {}

Result<std::unique_ptr<SegmentStore>> SegmentStore::open(os::FileSystem& files,
                                                         const std::string& directory) {
    std::unique_ptr<SegmentStore> store(new SegmentStore(files, directory));
    SG_TRYV(files.make_directories(store->records_));
    SG_TRYV(files.make_directories(store->index_));
    SG_TRYV(store->load());
    if (!store->segments_.empty()) SG_TRYV(store->recover_newest());
    return store;
}

Status SegmentStore::load() {
    SG_TRY(const auto names, files_.list(records_));
    for (const std::string& name : names) {
        const auto first = parse_segment_name(name);
        if (!first) continue;
        auto segment = std::make_shared<Segment>();
        segment->path = records_ + "/" + name;
        segment->first = *first;
        SG_TRY(const auto file, files_.open(segment->path, os::OpenMode::read));
        SG_TRY(const auto size, file->size());
        segment->end = std::max<std::uint64_t>(size, kSegmentHead);
        SG_TRY(segment->created, created_of(*segment, *file, size));
        if (!segments_.empty()) segments_.back()->limit = *first;
        // A copy that a crash cut short; the index itself is whole.
        std::ignore = files_.remove(index_path(*segment) + std::string(kPackedSuffix));
        segments_.push_back(std::move(segment));
    }
    return {};
}

Status SegmentStore::recover_newest() {
    const SegmentPtr segment = segments_.back();
    SG_TRY(const auto file, files_.open(segment->path, os::OpenMode::read_write));
    SG_TRY(const auto size, file->size());
    SG_TRY(const Scanned scanned, scan_through(*segment, *file, size));
    const Position behind = scanned.behind;
    last_sequence_ = behind.sequence;
    recovery_.last_connection = scanned.last_connection;
    SG_TRY(const auto head, file->read_at(0, kSegmentHead));
    const auto parsed = parse_segment_head(head, segment->first);
    const bool current = parsed && parsed->current;
    // Nothing is lost with an empty one that will not be written on.
    if (!current && behind.sequence < segment->first) return set_newest_aside(size);

    segment->end = behind.offset;
    recovery_.damaged_bytes = scanned.skipped;
    if (size > behind.offset) {
        SG_TRYV(file->truncate(behind.offset));
        recovery_.path = segment->path;
        recovery_.cut_bytes = size - behind.offset;
    }
    appendable_ = current;
    return {};
}

// Nothing in it can be read. It is the torn beginning of a segment, or damaged throughout: then the
// numbers that its records may have had are not used again.
Status SegmentStore::set_newest_aside(std::uint64_t size) {
    const SegmentPtr segment = segments_.back();
    segments_.pop_back();
    if (!segments_.empty()) segments_.back()->limit = Segment::kOpen;
    if (size <= kSegmentHead) return files_.remove(segment->path);
    last_sequence_ = segment->first - 1 + size / kMinRecord;
    recovery_.set_aside = segment->path + ".damaged";
    return files_.rename(segment->path, recovery_.set_aside);
}

std::vector<SegmentPtr> SegmentStore::all() const {
    const std::scoped_lock lock(mutex_);
    return segments_;
}

SegmentPtr SegmentStore::newest() const {
    const std::scoped_lock lock(mutex_);
    return segments_.empty() ? nullptr : segments_.back();
}

SegmentPtr SegmentStore::holding(std::uint64_t sequence) const {
    const std::scoped_lock lock(mutex_);
    if (segments_.empty()) return nullptr;
    const auto behind = std::ranges::upper_bound(
        segments_, sequence, {}, [](const SegmentPtr& segment) { return segment->first; });
    return behind == segments_.begin() ? segments_.front() : *std::prev(behind);
}

SegmentPtr SegmentStore::after(const Segment& segment) const {
    const std::scoped_lock lock(mutex_);
    const auto behind = std::ranges::upper_bound(
        segments_, segment.first, {}, [](const SegmentPtr& other) { return other->first; });
    return behind == segments_.end() ? nullptr : *behind;
}

std::string SegmentStore::record_path(std::uint64_t first) const {
    return records_ + "/" + segment_name(first);
}

SegmentPtr SegmentStore::add(std::uint64_t first, WallTime created, std::uint64_t end) {
    auto segment = std::make_shared<Segment>();
    segment->path = record_path(first);
    segment->first = first;
    segment->created = created;
    segment->end = end;
    const std::scoped_lock lock(mutex_);
    if (!segments_.empty()) segments_.back()->limit = first;
    if (segments_.size() >= 2) {
        // Only the newest two are read from the middle often.
        Segment& old = *segments_[segments_.size() - 2];
        const std::scoped_lock old_lock(old.mutex);
        old.waypoints = {};
    }
    segments_.push_back(segment);
    return segment;
}

Status SegmentStore::drop_oldest() {
    SegmentPtr oldest;
    {
        const std::scoped_lock lock(mutex_);
        if (segments_.size() < 2) return {};
        oldest = segments_.front();
        segments_.erase(segments_.begin());
    }
    const std::scoped_lock lock(oldest->index_mutex);
    oldest->index.reset();
    for (const std::string_view suffix : kIndexSuffixes) {
        if (auto gone = files_.remove(index_path(*oldest) + std::string(suffix));
            !gone && gone.error().kind() != ErrorKind::not_found) {
            return gone;
        }
    }
    return files_.remove(oldest->path);
}

Result<std::shared_ptr<os::File>> SegmentStore::reading(const SegmentPtr& segment) {
    touch(segment);
    const std::scoped_lock lock(segment->mutex);
    if (!segment->file) {
        SG_TRY(segment->file, files_.open(segment->path, os::OpenMode::read));
    }
    return segment->file;
}

std::string SegmentStore::index_path(const Segment& segment) const {
    return fmt::format("{}/{:020}.db", index_, segment.first);
}

void SegmentStore::touch(const SegmentPtr& segment) {
    SegmentPtr idle;
    {
        const std::scoped_lock lock(mutex_);
        const auto is_this_or_gone = [&](const std::weak_ptr<Segment>& other) {
            const auto held = other.lock();
            return !held || held == segment;
        };
        std::erase_if(unused_, is_this_or_gone);
        std::erase_if(recent_, is_this_or_gone);
        recent_.push_back(segment);
        if (recent_.size() <= kMaxOpenSegments) return;
        idle = recent_.front().lock();
        recent_.erase(recent_.begin());
    }
    if (idle) close_segment(*idle);
}

void SegmentStore::close_unused() {
    std::vector<std::weak_ptr<Segment>> unused;
    {
        const std::scoped_lock lock(mutex_);
        unused = std::exchange(unused_, recent_);
    }
    for (const auto& held : unused)
        if (const auto segment = held.lock()) close_segment(*segment);
}

}  // namespace sealgate::maillog
