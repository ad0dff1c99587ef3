#pragma once
// SPDX-License-Identifier: Apache-2.0
// One file of records: its head, what is known of it in memory, and the reader that finds its way
// past damage.

#include "maillog/record.h"
#include "os/file_system.h"

#include <atomic>
#include <cstdint>
#include <limits>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sealgate::maillog {

class IndexReader;

inline constexpr std::size_t kSegmentHead = 32;
[[nodiscard]] std::string segment_head(std::uint64_t first, WallTime created);
struct SegmentHead {
    WallTime created{};
    // False: of an earlier version; it is read, but nothing is added to it.
    bool current = false;
};
// nullopt when the head is damaged or belongs to another file.
[[nodiscard]] std::optional<SegmentHead> parse_segment_head(std::string_view bytes,
                                                            std::uint64_t first);
// "00000000000000000042.records", and back.
[[nodiscard]] std::string segment_name(std::uint64_t first);
[[nodiscard]] std::optional<std::uint64_t> parse_segment_name(std::string_view name);

// A place between two records: those before it have sequences up to `sequence`.
struct Position {
    std::uint64_t offset = kSegmentHead;
    std::uint64_t sequence = 0;
};

// Between which times and connections its records are.
struct SegmentBounds {
    WallTime least{};
    WallTime greatest{};
    std::uint64_t lowest = 0;  // connection number
    std::uint64_t highest = 0;
};

struct Segment {
    static constexpr std::uint64_t kOpen = std::numeric_limits<std::uint64_t>::max();

    std::string path;
    std::uint64_t first = 0;  // sequence of its first record
    WallTime created{};
    std::atomic<std::uint64_t> end = kSegmentHead;  // readers stop here; grows while it is written
    std::atomic<std::uint64_t> limit = kOpen;       // the next segment's first, once there is one
    std::atomic<std::uint64_t> indexed = 0;         // sequence up to which the index goes
    std::atomic<bool> index_complete = false;       // nothing is added to the index any more
    std::atomic<bool> index_damaged = false;        // found by a search, mended by the follower

    // Guards what is below.
    std::mutex mutex;
    std::shared_ptr<os::File> file;   // for reading; opened when first asked for
    std::vector<Position> waypoints;  // every so many records, of the newest segments only

    // One reader of the index at a time; whoever deletes the index takes it away first.
    std::mutex index_mutex;
    std::unique_ptr<IndexReader> index;
    std::optional<SegmentBounds> bounds;  // once a complete index was read

    Segment();
    Segment(const Segment&) = delete;
    Segment& operator=(const Segment&) = delete;
    Segment(Segment&&) = delete;
    Segment& operator=(Segment&&) = delete;
    ~Segment();

    [[nodiscard]] Position start() const { return {kSegmentHead, first - 1}; }
    // The last waypoint at or before `sequence`, or the start.
    [[nodiscard]] Position waypoint_before(std::uint64_t sequence);
    void add_waypoint(Position position);
};

// Reads records one after the other. Bytes that are no record are skipped up to the next one, which
// is recognised by its mark, its sum and a sequence number that can stand there; so a scan is
// linear and what was overwritten or never acknowledged does not come back.
class RecordScanner {
public:
    // From `from` up to `end`; records with sequences at or above `limit` do not belong.
    RecordScanner(const os::File& file, Position from, std::uint64_t end, std::uint64_t limit);

    // False at the end. The view is good until the next call.
    [[nodiscard]] Result<bool> next(RecordView& record);
    [[nodiscard]] std::uint64_t offset() const { return offset_; }        // of the record just read
    [[nodiscard]] Position behind() const { return {next_, sequence_}; }  // the record just read
    [[nodiscard]] std::uint64_t skipped() const { return skipped_; }      // octets between records

private:
    Status fill(std::uint64_t at);
    [[nodiscard]] std::string_view bytes_at(std::uint64_t at) const;
    [[nodiscard]] std::optional<RecordView> record_at(std::uint64_t at) const;

    const os::File& file_;
    std::uint64_t end_;
    std::uint64_t limit_;
    std::uint64_t sequence_;
    std::uint64_t next_;
    std::uint64_t offset_ = 0;
    std::uint64_t skipped_ = 0;
    std::uint64_t chunk_at_ = 0;
    std::string chunk_;
};

}  // namespace sealgate::maillog
