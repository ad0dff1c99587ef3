#pragma once
// SPDX-License-Identifier: Apache-2.0
// What is unfinished, and which segments still carry something of it. In memory, about 120 octets a
// message; rebuilt by recovery. Safe for several threads; only the spool's thread changes it.
//
// Segments are given back strictly oldest first. A record that finishes a message is therefore on
// disk for as long as any older record of that message is, and nothing finished comes back to life.

#include "base/secret.h"
#include "spool/group.h"

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

namespace sealgate::spool {

struct Location {
    std::uint64_t epoch = 0;  // 0: nowhere
    Extent extent;
    bool operator==(const Location& other) const {
        return epoch == other.epoch && extent.offset == other.extent.offset;
    }
};

// A segment that holds records. path, key, epoch and capacity never change.
struct Segment {
    std::uint64_t epoch = 0;
    std::uint64_t salt = 0;
    std::uint64_t capacity = 0;
    std::string path;
    SecretBytes key;
};
using SegmentPtr = std::shared_ptr<const Segment>;

// The latest known state of one recipient; `update` is nowhere while the message record tells it.
struct Slot {
    State state = State::pending;
    Location update;
};

// A copy of what the index knows of one message.
struct Known {
    Location base;
    std::uint32_t version = 0;  // changes with every change
    std::uint64_t file = 0;     // name of the content file, or 0
    WallTime received{};
    std::vector<Slot> slots;  // empty: no recipient has changed since the message record
};

enum class Verdict : std::uint8_t {
    needed,
    settled,     // the message or the recipient is finished, or was never known
    impossible,  // the message has no such recipient
};

struct OldestSegment {
    SegmentPtr segment;
    std::size_t alive = 0;          // records in it that are still needed
    std::uint64_t live_octets = 0;  // of those
    std::uint64_t used_octets = 0;  // written in its use
    WallTime last_write{};
};

class Index {
public:
    // In the order of epochs.
    void add_segment(SegmentPtr segment);
    void note_written(std::uint64_t epoch, std::uint64_t end, WallTime when);
    void drop_oldest();
    [[nodiscard]] std::optional<OldestSegment> oldest() const;
    [[nodiscard]] SegmentPtr segment(std::uint64_t epoch) const;
    [[nodiscard]] std::size_t segments() const;
    // Ids of messages with a needed record in that segment.
    [[nodiscard]] std::vector<MessageId> alive_in(std::uint64_t epoch) const;
    // Octets of all segments, and of the records needed in them.
    [[nodiscard]] std::uint64_t capacity() const;
    [[nodiscard]] std::uint64_t live_octets() const;

    // A message record at `at` replaces what was known. Returns the content file that nothing needs
    // any more, or 0.
    std::uint64_t put_message(MessageId id,
                              Location at,
                              WallTime received,
                              std::span<const RecipientStatus> recipients,
                              std::uint64_t file);
    // Takes note of an update record at `at`, if judge() calls it needed. Returns as put_message.
    std::uint64_t put_update(MessageId id, std::uint32_t recipient, State state, Location at);

    // What an update of that recipient would be. What is final stays so.
    [[nodiscard]] Verdict judge(MessageId id, std::uint32_t recipient) const;
    [[nodiscard]] bool contains(MessageId id) const;
    [[nodiscard]] std::optional<std::uint32_t> version(MessageId id) const;
    [[nodiscard]] std::optional<Known> find(MessageId id) const;
    [[nodiscard]] std::size_t count() const { return count_.load(std::memory_order_relaxed); }
    // Content files that unfinished messages need.
    [[nodiscard]] std::vector<std::uint64_t> files() const;

private:
    struct Entry {
        Location base;
        std::uint32_t recipients = 0;
        std::uint32_t unfinished = 0;
        std::uint32_t version = 0;
        std::uint64_t file = 0;
        WallTime received{};
        std::unique_ptr<std::vector<Slot>> slots;
    };
    struct Use {
        SegmentPtr segment;
        std::size_t alive = 0;
        std::uint64_t live_octets = 0;
        std::uint64_t used_octets = 0;
        WallTime last_write{};
        std::vector<MessageId> ids;  // of records put here, finished ones included
    };
    void hold(MessageId id, const Location& at);
    void release(const Location& at);
    void release_all(const Entry& entry);

    mutable std::mutex mutex_;
    std::unordered_map<std::uint64_t, Entry> entries_;
    std::map<std::uint64_t, Use> segments_;
    std::uint64_t capacity_ = 0;
    std::uint64_t live_octets_ = 0;
    std::atomic<std::size_t> count_ = 0;
};

}  // namespace sealgate::spool
