#pragma once
// SPDX-License-Identifier: Apache-2.0
// The spool at work. commit() queues; one thread takes what is queued, seals it into one buffer,
// writes and syncs it, and tells everybody. While it syncs, the next group gathers: no timer is
// needed, and the busier it is the larger the groups.
//
// Three threads: the committer (queue to disk), the content writer (large contents to their files,
// before their batch enters the queue) and the housekeeper.

#include "spool/group.h"
#include "spool/housekeeper.h"
#include "spool/index.h"
#include "spool/recovery.h"
#include "spool/segment_pool.h"
#include "spool/spool.h"
#include "spool/worker.h"

#include <atomic>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace sealgate::spool {

// What the committer takes from its queue.
struct Item {
    Batch batch;
    std::vector<ContentRef> files;  // one per message where any has a file, else empty
    std::optional<Carried> carried;
    Completion done;             // empty for notes and carried messages
    std::uint64_t octets = 0;    // about what it takes in a group
    std::uint64_t reserved = 0;  // about what it takes on disk, large contents included
    bool note = false;
    Status status;        // of the content files, then of the whole
    bool writes = false;  // part of the group under way
};

class Engine final : public Spool {
public:
    Engine(Options options,
           os::FileSystem& files,
           const Clock& clock,
           Notify notify,
           std::unique_ptr<os::File> lock);
    Engine(const Engine&) = delete;
    Engine& operator=(const Engine&) = delete;
    Engine(Engine&&) = delete;
    Engine& operator=(Engine&&) = delete;
    ~Engine() override;

    // Recovers, then starts the threads.
    Status start(RecoveryReport& report);

    void commit(Batch batch, Completion done) override;
    void note(std::vector<Update> updates) override;
    [[nodiscard]] Result<Content> load(MessageId id) override;
    [[nodiscard]] std::uint64_t room() const override;
    [[nodiscard]] std::size_t count() const override { return index_.count(); }
    [[nodiscard]] bool healthy() const override { return healthy_.load(); }

private:
    // The segment that is written to.
    struct Current {
        SegmentPtr segment;
        std::unique_ptr<os::File> file;
        crypto::Aead key;
        std::uint64_t end = kFirstGroup;
        bool proven = false;  // a sync has succeeded, so its header is safe
    };

    // Producers.
    void enqueue(Item item);
    void push(Item item);  // mutex_ held
    [[nodiscard]] bool waits_for_content(const Item& item) const;
    void write_contents(Item item);
    [[nodiscard]] Status write_large(Item& item);
    void submit_carried(std::vector<Carried> carried);

    // The committer.
    void run();
    [[nodiscard]] std::vector<Item> next_group();
    void commit_group(std::vector<Item> group);
    [[nodiscard]] std::uint64_t plan(std::vector<Item>& group);
    [[nodiscard]] std::uint64_t plan_batch(Item& item);
    [[nodiscard]] std::uint64_t plan_carried(Item& item);
    [[nodiscard]] Status check_messages(const std::vector<NewMessage>& messages);
    [[nodiscard]] Status check_updates(Item& item);
    [[nodiscard]] Status write(std::vector<Item>& group, std::uint64_t octets);
    [[nodiscard]] Status roll(std::uint64_t octets);
    void seal(const Item& item);
    void succeed(std::vector<Item>& group);
    void learn(Item& item, std::size_t& next_extent);
    void break_off();
    void settle(std::vector<Item>& group, const Status& status);
    void tell(std::vector<Item> group);
    void sample_room();

    Options options_;
    os::FileSystem& files_;
    const Clock& clock_;
    Notify notify_;
    std::unique_ptr<os::File> lock_;
    Index index_;
    std::optional<SegmentPool> pool_;

    std::mutex mutex_;
    std::condition_variable wake_;
    std::deque<Item> queue_;
    std::size_t urgent_ = 0;  // items in queue_ that somebody waits for
    std::optional<std::chrono::steady_clock::time_point> notes_since_;
    std::unordered_map<std::uint64_t, std::size_t>
        preparing_;  // ids of items with the content writer
    bool sleeping_ = false;
    bool stopping_ = false;

    std::atomic<std::uint64_t> queued_octets_ = 0;
    std::atomic<std::uint64_t> free_octets_ = 0;
    std::atomic<bool> healthy_ = true;

    // The committer's own.
    std::uint64_t epoch_ = 0;
    std::uint64_t tail_epoch_ = 0;
    std::uint64_t tail_end_ = 0;
    std::optional<Current> current_;
    GroupWriter writer_;
    std::vector<Extent> extents_;                           // of the group under way, in order
    std::unordered_map<std::uint64_t, std::size_t> fresh_;  // ids new in it, with their recipients
    std::unordered_set<std::uint64_t> touched_;             // ids updated in it
    std::vector<SegmentPool::Spare> failed_segments_;       // to be discarded after a success
    std::vector<std::uint64_t> obsolete_files_;
    std::chrono::steady_clock::time_point next_sample_{};

    std::optional<Housekeeper> housekeeper_;
    std::optional<Worker> content_writer_;
    std::thread committer_;
};

}  // namespace sealgate::spool
