#pragma once
// SPDX-License-Identifier: Apache-2.0
// What is made from the records behind the writer: text file, JSON lines, search index, and the
// removal of what is too old. One thread calls step(); the figures may be read by all.

#include "base/clock.h"
#include "maillog/index_writer.h"
#include "maillog/line_file.h"
#include "maillog/writer.h"

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace sealgate::maillog {

class Follower {
public:
    Follower(SegmentStore& store, const Writer& writer, const Clock& clock, const Options& options);

    // Does what is due, a bounded piece of it. Returns when to come again at the latest; nullopt:
    // when there is a new record.
    std::optional<std::chrono::milliseconds> step();
    // Writes the lines out to the last record; true unless a file could not be written, or the time
    // was over before.
    bool finish_lines(SteadyTime until = SteadyTime::max());
    // One piece of indexing that does not wait for a batch to fill; true when nothing is left.
    bool index_now();
    void reopen_files();
    // Removes segments that retention no longer wants, and closes those nobody reads.
    void retire();

    [[nodiscard]] std::uint64_t text_sequence() const { return text_.sequence; }
    [[nodiscard]] std::uint64_t json_sequence() const { return json_.sequence; }
    [[nodiscard]] std::string problem() const;

private:
    enum class Source : std::uint8_t { text, json, index, retention };
    static constexpr std::size_t kSources = 4;

    // A line file and when it is looked at again.
    struct Lines {
        std::unique_ptr<LineFile> file;  // null where the setting is empty
        std::atomic<std::uint64_t> sequence = 0;
        SteadyTime retry_at{};
        SteadyTime sync_at{};
        Source source = Source::text;
    };
    enum class Progress : std::uint8_t { idle, waiting, busy };

    Progress write_lines(Lines& lines);
    void sync_lines(Lines& lines);
    Progress index_some(bool at_once);
    Progress index_segment(const SegmentPtr& segment, bool at_once);
    Result<Progress> index_piece(IndexWriter& writer, bool newest, bool at_once);
    Result<IndexWriter*> writer_for(const SegmentPtr& segment, bool newest);
    void mend_damaged(const std::vector<SegmentPtr>& segments);
    void forget_writers(const Segment& segment);
    Status retire_old();
    [[nodiscard]] bool is_due(const Segment& next) const;
    [[nodiscard]] std::uint64_t disk_use(const Segment& segment) const;
    void report(Source source, const Status& status);

    SegmentStore& store_;
    const Writer& writer_;
    const Clock& clock_;
    const std::chrono::days keep_for_;
    const std::uint64_t keep_bytes_;
    Lines text_;
    Lines json_;
    std::unique_ptr<IndexWriter> newest_index_;
    std::unique_ptr<IndexWriter> backlog_index_;
    SteadyTime index_due_{};    // when the newest segment's next batch is written, full or not
    bool index_waits_ = false;  // there is something for that batch
    SteadyTime index_retry_at_{};
    SteadyTime retire_at_{};
    SteadyTime last_busy_{};
    mutable std::mutex mutex_;
    std::array<std::string, kSources> problems_;
};

}  // namespace sealgate::maillog
