// SPDX-License-Identifier: Apache-2.0
#include "maillog/follower.h"

#include <algorithm>
#include <filesystem>
#include <ranges>
#include <utility>

namespace sealgate::maillog {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kPoll{100};          // while records come
constexpr milliseconds kStayAwake{5'000};   // so that a busy writer need not wake us
constexpr milliseconds kIndexAfter{1'500};  // a batch waits no longer than this
constexpr milliseconds kSyncLinesAfter{5'000};
constexpr milliseconds kRetryLinesAfter{1'000};
constexpr milliseconds kRetryIndexAfter{10'000};
constexpr milliseconds kRetireEvery{60'000};
constexpr std::size_t kBatch = 10'000;

// Schedules follow the real clock; the one handed in says how old a segment is.
SteadyTime steady_now() {
    return std::chrono::steady_clock::now();
}

}  // namespace

Follower::Follower(SegmentStore& store,
                   const Writer& writer,
                   const Clock& clock,
                   const Options& options)
    : store_(store),
      writer_(writer),
      clock_(clock),
      keep_for_(options.keep_for),
      keep_bytes_(options.keep_bytes) {
    const std::uint64_t last = writer.last_sequence();
    if (!options.text_file.empty()) {
        text_.file =
            std::make_unique<LineFile>(store,
                                       options.text_file,
                                       options.directory + "/text.position",
                                       last,
                                       [tag = options.tag](std::string& out, const Record& record) {
                                           append_line(out, record.event, tag, record.pid);
                                       });
    }
    if (!options.json_file.empty()) {
        json_.source = Source::json;
        json_.file = std::make_unique<LineFile>(
            store, options.json_file, options.directory + "/json.position", last, append_json);
    }
}

std::optional<milliseconds> Follower::step() {
    const SteadyTime now = steady_now();
    const std::array parts = {write_lines(text_), write_lines(json_), index_some(false)};
    const auto any = [&parts](Progress wanted) {
        return std::ranges::find(parts, wanted) != parts.end();
    };
    sync_lines(text_);
    sync_lines(json_);
    if (now >= retire_at_) retire();
    if (any(Progress::busy)) {
        last_busy_ = now;
        return milliseconds(0);
    }
    const bool waiting = any(Progress::waiting);
    const auto unsynced = [](const Lines& lines) { return lines.file && !lines.file->synced(); };
    if (waiting || unsynced(text_) || unsynced(json_) || now - last_busy_ < kStayAwake) {
        return kPoll;
    }
    return std::nullopt;
}

Follower::Progress Follower::write_lines(Lines& lines) {
    if (!lines.file) return Progress::idle;
    const SteadyTime now = steady_now();
    if (now < lines.retry_at) return Progress::waiting;
    const std::uint64_t before = lines.file->sequence();
    auto more = lines.file->step();
    report(lines.source, more ? Status{} : Status(fail(more.error())));
    if (!more) {
        lines.retry_at = now + kRetryLinesAfter;
        return Progress::waiting;
    }
    lines.sequence = lines.file->sequence();
    if (lines.file->sequence() != before) last_busy_ = now;
    return *more ? Progress::busy : Progress::idle;
}

void Follower::sync_lines(Lines& lines) {
    if (!lines.file || lines.file->synced()) return;
    const SteadyTime now = steady_now();
    if (now < lines.sync_at) return;
    lines.sync_at = now + kSyncLinesAfter;
    if (auto synced = lines.file->sync(); !synced) report(lines.source, synced);
}

bool Follower::finish_lines(SteadyTime until) {
    bool fine = true;
    for (Lines* lines : {&text_, &json_}) {
        lines->retry_at = {};
        lines->sync_at = {};
        auto progress = Progress::busy;
        while (progress == Progress::busy && steady_now() < until)
            progress = write_lines(*lines);
        if (progress != Progress::idle) fine = false;
        sync_lines(*lines);
    }
    return fine;
}

void Follower::reopen_files() {
    for (Lines* lines : {&text_, &json_}) {
        if (lines->file) lines->file->reopen();
        lines->retry_at = {};
    }
}

bool Follower::index_now() {
    index_retry_at_ = {};
    return index_some(true) != Progress::busy;
}

// The newest first, since it is asked most; then what an earlier run left, or lost.
Follower::Progress Follower::index_some(bool at_once) {
    if (steady_now() < index_retry_at_) return Progress::waiting;
    const std::vector<SegmentPtr> segments = store_.all();
    mend_damaged(segments);
    auto result = Progress::idle;
    for (const SegmentPtr& segment : std::views::reverse(segments)) {
        if (segment->index_complete) continue;
        const Progress progress = index_segment(segment, at_once);
        if (progress == Progress::busy) return progress;
        if (progress == Progress::waiting) result = progress;
        if (steady_now() < index_retry_at_) break;
    }
    return result;
}

Follower::Progress Follower::index_segment(const SegmentPtr& segment, bool at_once) {
    const bool newest = segment->limit == Segment::kOpen;
    auto done = [&]() -> Result<Progress> {
        SG_TRY(IndexWriter* const writer, writer_for(segment, newest));
        return index_piece(*writer, newest, at_once);
    }();
    report(Source::index, done ? Status{} : Status(fail(done.error())));
    if (done) return *done;
    forget_writers(*segment);
    if (done.error().kind() == ErrorKind::malformed) segment->index_damaged = true;
    index_retry_at_ = steady_now() + kRetryIndexAfter;
    return Progress::waiting;
}

Result<Follower::Progress> Follower::index_piece(IndexWriter& writer, bool newest, bool at_once) {
    if (!newest) {
        SG_TRY(const std::size_t count, writer.step(kBatch));
        if (count > 0) return Progress::busy;
        SG_TRY(const bool complete, writer.finish());
        if (complete) forget_writers(*writer.segment());
        return Progress::busy;
    }
    const std::uint64_t pending = writer_.last_sequence() - writer.position().sequence;
    if (pending == 0) return Progress::idle;
    const SteadyTime now = steady_now();
    if (!at_once && pending < kBatch) {
        if (!index_waits_) index_due_ = now + kIndexAfter;
        index_waits_ = true;
        if (now < index_due_) return Progress::waiting;
    }
    index_waits_ = false;
    SG_TRY(const std::size_t count, writer.step(kBatch));
    return count > 0 ? Progress::busy : Progress::idle;
}

Result<IndexWriter*> Follower::writer_for(const SegmentPtr& segment, bool newest) {
    if (!newest && newest_index_ && newest_index_->segment() == segment) {
        backlog_index_ = std::move(newest_index_);
    }
    std::unique_ptr<IndexWriter>& held = newest ? newest_index_ : backlog_index_;
    if (!held || held->segment() != segment) {
        held.reset();
        SG_TRY(held, IndexWriter::open(store_, segment));
    }
    return held.get();
}

void Follower::forget_writers(const Segment& segment) {
    for (auto* held : {&newest_index_, &backlog_index_})
        if (*held && (*held)->segment().get() == &segment) held->reset();
}

void Follower::mend_damaged(const std::vector<SegmentPtr>& segments) {
    for (const SegmentPtr& segment : segments) {
        if (!segment->index_damaged) continue;
        forget_writers(*segment);
        if (auto gone = IndexWriter::discard(store_, *segment); !gone) {
            report(Source::index, gone);
        }
    }
}

void Follower::retire() {
    retire_at_ = steady_now() + kRetireEvery;
    report(Source::retention, retire_old());
    store_.close_unused();
}

Status Follower::retire_old() {
    for (;;) {
        const std::vector<SegmentPtr> segments = store_.all();
        if (segments.size() < 2 || !is_due(*segments[1])) return {};
        forget_writers(*segments[0]);
        SG_TRYV(store_.drop_oldest());
    }
}

// A segment is as old as its last record, which is about as old as the next segment's beginning.
bool Follower::is_due(const Segment& next) const {
    if (keep_for_.count() > 0 && next.created < clock_.now() - keep_for_) return true;
    if (keep_bytes_ == 0) return false;
    std::uint64_t total = 0;
    for (const SegmentPtr& segment : store_.all())
        total += disk_use(*segment);
    return total > keep_bytes_;
}

std::uint64_t Follower::disk_use(const Segment& segment) const {
    std::uint64_t total = segment.end;
    for (const std::string_view suffix : kIndexSuffixes) {
        // Asked by name: opening and closing a database would take SQLite's locks on it away.
        std::error_code missing;
        const auto size =
            std::filesystem::file_size(store_.index_path(segment) + std::string(suffix), missing);
        if (!missing) total += size;
    }
    return total;
}

void Follower::report(Source source, const Status& status) {
    const std::scoped_lock lock(mutex_);
    std::string& problem = problems_[static_cast<std::size_t>(source)];
    problem = status ? "" : status.error().detail();
}

std::string Follower::problem() const {
    const std::scoped_lock lock(mutex_);
    for (const std::string& problem : problems_)
        if (!problem.empty()) return problem;
    return {};
}

}  // namespace sealgate::maillog
