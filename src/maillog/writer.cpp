// SPDX-License-Identifier: Apache-2.0
#include "maillog/writer.h"

#include <fmt/format.h>
#include <unistd.h>

#include <utility>

namespace sealgate::maillog {
namespace {

constexpr std::size_t kBufferRoom = 64UL * 1024;
constexpr std::uint64_t kWaypointEvery = 256;

Event refusal_notice(std::uint64_t refused, WallTime since) {
    Event event;
    event.level = Level::warning;
    event.text = fmt::format("mail log could not be written since {}: {} event{} not recorded",
                             to_rfc3339(since),
                             refused,
                             refused == 1 ? "" : "s");
    return event;
}

}  // namespace

Writer::Writer(SegmentStore& store, const Clock& clock, std::uint64_t segment_size)
    : store_(store),
      clock_(clock),
      segment_size_(segment_size),
      pid_(::getpid()) {}

Result<std::unique_ptr<Writer>> Writer::open(SegmentStore& store,
                                             const Clock& clock,
                                             std::uint64_t segment_size) {
    std::unique_ptr<Writer> writer(new Writer(store, clock, segment_size));
    writer->buffer_.reserve(kBufferRoom);
    writer->last_sequence_ = store.last_sequence();
    if (store.appendable()) {
        writer->segment_ = store.newest();
        SG_TRY(writer->file_, store.files().open(writer->segment_->path, os::OpenMode::read_write));
    }
    return writer;
}

Status Writer::append(std::span<const Event> events) {
    if (events.empty()) return {};
    const WallTime now = clock_.now();
    build(events, now);
    if (auto written = write_records(now); !written) {
        if (refused_ == 0) refused_since_ = now;
        refused_ += events.size();
        refused_total_ += events.size();
        healthy_ = false;
        return fail(ErrorKind::transient, "maillog.append", written.error().detail());
    }
    refused_ = 0;
    healthy_ = true;
    return {};
}

void Writer::build(std::span<const Event> events, WallTime now) {
    buffer_.clear();
    buffered_last_ = last_sequence_.load(std::memory_order_relaxed);
    if (refused_ > 0) {
        append_record(
            buffer_, ++buffered_last_, now, pid_, refusal_notice(refused_, refused_since_));
    }
    for (const Event& event : events)
        append_record(buffer_, ++buffered_last_, now, pid_, event);
}

bool Writer::wants_new_segment() const {
    if (!segment_ || new_file_.load(std::memory_order_relaxed)) return true;
    const std::uint64_t end = segment_->end.load(std::memory_order_relaxed);
    return end > kSegmentHead && end + buffer_.size() > segment_size_;
}

Status Writer::write_records(WallTime now) {
    if (leftover_) SG_TRYV(cut_leftover());
    if (wants_new_segment()) return write_new_segment(now);
    const std::uint64_t end = segment_->end.load(std::memory_order_relaxed);
    if (auto written = file_->write_at(end, buffer_); !written) {
        leftover_ = true;
        return written;
    }
    publish(end + buffer_.size());
    return {};
}

// Complete records of the refused write would come back to life behind a shorter one.
Status Writer::cut_leftover() {
    if (auto cut = file_->truncate(segment_->end.load(std::memory_order_relaxed)); !cut) {
        // A file that cannot even be cut is given up: the next segment's first sequence tells
        // readers what behind its end does not count.
        new_file_ = true;
    }
    leftover_ = false;
    return {};
}

Status Writer::write_new_segment(WallTime now) {
    const std::uint64_t first = last_sequence_.load(std::memory_order_relaxed) + 1;
    const std::string path = store_.record_path(first);
    auto made = store_.files().open(path, os::OpenMode::create_new);
    if (!made && made.error().kind() == ErrorKind::conflict) {
        // Of an attempt of ours that failed: nothing in it was ever acknowledged.
        made = store_.files().open(path, os::OpenMode::read_write);
        if (made) SG_TRYV((*made)->truncate(0));
    }
    SG_TRY(auto file, std::move(made));
    SG_TRYV(file->write_at(0, segment_head(first, now) + buffer_));
    segment_ = store_.add(first, now, kSegmentHead);
    begin_file(std::move(file));
    new_file_ = false;
    publish(kSegmentHead + buffer_.size());
    return {};
}

void Writer::begin_file(std::shared_ptr<os::File> file) {
    const std::scoped_lock lock(mutex_);
    if (file_) finished_.push_back(std::move(file_));
    file_ = std::move(file);
    new_name_ = true;
}

// First the bytes, then the number: who sees the number finds the bytes.
void Writer::publish(std::uint64_t end) {
    segment_->end.store(end, std::memory_order_release);
    if (buffered_last_ >= waypoint_sequence_ + kWaypointEvery) {
        segment_->add_waypoint({end, buffered_last_});
        waypoint_sequence_ = buffered_last_;
    }
    last_sequence_.store(buffered_last_, std::memory_order_seq_cst);
}

Status Writer::sync() {
    std::vector<std::shared_ptr<os::File>> files;
    bool new_name = false;
    {
        const std::scoped_lock lock(mutex_);
        files = std::exchange(finished_, {});
        new_name = std::exchange(new_name_, false);
        if (file_) files.push_back(file_);
    }
    for (const auto& file : files) {
        if (auto synced = file->sync(); !synced) {
            new_file_ = true;
            return synced;
        }
    }
    return new_name ? store_.files().sync_directory(store_.records_directory()) : Status{};
}

}  // namespace sealgate::maillog
