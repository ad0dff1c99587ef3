// SPDX-License-Identifier: Apache-2.0
// Wires writer, counter, follower and search together, with the two threads behind them.

#include "maillog/mail_log.h"

#include "maillog/connection_counter.h"
#include "maillog/feed.h"
#include "maillog/follower.h"
#include "maillog/searcher.h"
#include "maillog/worker.h"
#include "maillog/writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <ranges>
#include <tuple>
#include <utility>

namespace sealgate::maillog {
namespace {

constexpr std::chrono::milliseconds kSyncEvery{1'000};
constexpr std::chrono::milliseconds kRetryReserve{200};
constexpr std::chrono::seconds kSearchTime{10};
constexpr std::chrono::seconds kDrainIndexTime{5};
constexpr std::chrono::seconds kLastLinesTime{2};
constexpr int kKeeperNice = 0;    // connection IDs wait for it when a disk is slow
constexpr int kFollowerNice = 5;  // yields to mail, but is not starved by it
constexpr std::size_t kKeptFeeds = 8;
// Where the counter is lost, numbers go on this far behind the highest that the records show.
constexpr std::uint64_t kSafeGap = 10'000;

Event notice(Level level, std::string text) {
    Event event;
    event.level = level;
    event.text = std::move(text);
    return event;
}

// The highest connection number in the newest segment that has one.
Result<std::uint64_t> highest_connection(SegmentStore& store) {
    const std::vector<SegmentPtr> segments = store.all();
    for (const SegmentPtr& segment : std::views::reverse(segments)) {
        SG_TRY(const auto file, store.reading(segment));
        RecordScanner scanner(*file, segment->start(), segment->end, segment->limit);
        std::uint64_t highest = 0;
        for (RecordView record;;) {
            SG_TRY(const bool more, scanner.next(record));
            if (!more) break;
            if (record.connection) highest = std::max(highest, record.connection->number);
        }
        if (highest > 0) return highest;
    }
    return 0U;
}

class MailLogImpl final : public MailLog {
public:
    MailLogImpl(Options options, os::FileSystem& files, const Clock& clock)
        : options_(std::move(options)),
          files_(files),
          clock_(clock),
          counter_(files, options_.directory, options_.node) {}
    MailLogImpl(const MailLogImpl&) = delete;
    MailLogImpl& operator=(const MailLogImpl&) = delete;
    MailLogImpl(MailLogImpl&&) = delete;
    MailLogImpl& operator=(MailLogImpl&&) = delete;
    ~MailLogImpl() override;

    Status start();

    Status append(std::span<const Event> events) override;
    [[nodiscard]] bool healthy() const override { return writer_->healthy(); }
    [[nodiscard]] Result<ConnectionId> next_connection() override;
    [[nodiscard]] Result<Page> search(const Query& query) override;
    [[nodiscard]] Result<Counts> count(const Query& query, CountBy by) override;
    [[nodiscard]] Result<MessagePage> messages(const Query& query) override;
    [[nodiscard]] Result<std::vector<Record>> after(std::uint64_t sequence,
                                                    std::size_t limit) override;
    [[nodiscard]] std::uint64_t last_sequence() const override { return writer_->last_sequence(); }
    void drain() override;
    void reopen_files() override;
    [[nodiscard]] Stats stats() const override;

private:
    Status start_counter();
    Status check_newest_index();
    Status report_recovery();
    std::optional<std::chrono::milliseconds> keep();
    std::optional<std::chrono::milliseconds> follow();
    void do_drain();
    [[nodiscard]] Feed take_feed(std::uint64_t sequence);

    const Options options_;
    os::FileSystem& files_;
    const Clock& clock_;
    std::unique_ptr<os::File> lock_;
    std::unique_ptr<SegmentStore> store_;
    std::unique_ptr<Writer> writer_;
    ConnectionCounter counter_;
    std::unique_ptr<Follower> follower_;
    std::vector<std::string> notices_;  // of start(), until they are recorded

    std::atomic<bool> reserve_asked_ = false;
    std::uint64_t synced_ = 0;  // last sequence that is on disk; the keeper's own
    SteadyTime synced_at_{};

    mutable std::mutex requests_mutex_;  // guards what follows up to the feeds
    std::condition_variable drained_;
    std::uint64_t drains_asked_ = 0;
    std::uint64_t drains_done_ = 0;
    bool reopen_asked_ = false;
    std::string sync_problem_;

    std::mutex feeds_mutex_;
    std::vector<Feed> feeds_;  // where those who follow stand, oldest use first

    // Last, so that they end first.
    std::unique_ptr<Worker> keeper_;
    std::unique_ptr<Worker> follow_worker_;
};

MailLogImpl::~MailLogImpl() {
    if (follow_worker_) {
        follow_worker_->stop();
        // What is left goes on at the next start.
        follower_->finish_lines(std::chrono::steady_clock::now() + kLastLinesTime);
    }
    if (keeper_) {
        keeper_->stop();
        counter_.close();
        // What could not be synced was promised to nobody.
        std::ignore = writer_->sync();
    }
}

Status MailLogImpl::start() {
    SG_TRYV(files_.make_directories(options_.directory));
    SG_TRY(lock_, files_.lock(options_.directory + "/lock"));
    SG_TRY(store_, SegmentStore::open(files_, options_.directory));
    SG_TRY(writer_, Writer::open(*store_, clock_, options_.segment_size));
    SG_TRYV(check_newest_index());
    SG_TRYV(start_counter());
    SG_TRYV(report_recovery());
    follower_ = std::make_unique<Follower>(*store_, *writer_, clock_, options_);
    keeper_ = std::make_unique<Worker>([this] { return keep(); }, kKeeperNice);
    follow_worker_ = std::make_unique<Worker>([this] { return follow(); }, kFollowerNice);
    return {};
}

// After power loss the index may know records that are gone. New ones must not come to stand in
// their place before that is noticed.
Status MailLogImpl::check_newest_index() {
    const SegmentPtr newest = store_->newest();
    if (!newest) return {};
    SG_TRY(const bool there, files_.exists(store_->index_path(*newest)));
    // What is wrong with it is mended by opening it; an index that cannot be made is no reason not
    // to start.
    if (there) std::ignore = IndexWriter::open(*store_, newest);
    return {};
}

Status MailLogImpl::start_counter() {
    std::uint64_t next = 1;
    auto kept = counter_.load();
    if (kept && *kept) {
        next = std::max(**kept, store_->recovery().last_connection + 1);
    } else if (kept || kept.error().kind() == ErrorKind::malformed ||
               kept.error().kind() == ErrorKind::exhausted) {
        SG_TRY(const auto highest, highest_connection(*store_));
        if (highest > 0 || !kept) next = highest + kSafeGap;
        if (next > 1) {
            notices_.push_back(fmt::format("connection counter missing or damaged: going on at {}",
                                           sealgate::to_string(ConnectionId{options_.node, next})));
        }
    } else {
        return fail(std::move(kept).error());
    }
    return counter_.begin(next);
}

Status MailLogImpl::report_recovery() {
    const Recovery& recovery = store_->recovery();
    if (recovery.cut_bytes > 0) {
        notices_.push_back(fmt::format("mail log: cut {} octets of an unfinished record from {}",
                                       recovery.cut_bytes,
                                       recovery.path));
    }
    if (recovery.damaged_bytes > 0) {
        notices_.push_back(
            fmt::format("mail log: {} octets in {} cannot be read and were left alone",
                        recovery.damaged_bytes,
                        store_->records_directory()));
    }
    if (!recovery.set_aside.empty()) {
        notices_.push_back("mail log: nothing can be read in " + recovery.set_aside);
    }
    std::vector<Event> events;
    for (std::string& text : std::exchange(notices_, {}))
        events.push_back(notice(Level::warning, std::move(text)));
    // A full disk is the caller's concern at the first event of its own.
    std::ignore = writer_->append(events);
    return {};
}

Status MailLogImpl::append(std::span<const Event> events) {
    auto done = writer_->append(events);
    keeper_->nudge();
    follow_worker_->nudge();
    return done;
}

Result<ConnectionId> MailLogImpl::next_connection() {
    auto id = counter_.next();
    if (counter_.wants_reserve() && !reserve_asked_.exchange(true)) keeper_->wake();
    return id;
}

// The keeper makes durable what the I/O thread only wrote or counted.
std::optional<std::chrono::milliseconds> MailLogImpl::keep() {
    reserve_asked_ = false;
    if (counter_.wants_reserve() && !counter_.reserve()) {
        reserve_asked_ = true;  // tried again soon in any case
        return kRetryReserve;
    }
    const std::uint64_t last = writer_->last_sequence();
    if (last == synced_) return std::nullopt;
    const SteadyTime now = std::chrono::steady_clock::now();
    if (const auto since = now - synced_at_; since < kSyncEvery) {
        return std::chrono::ceil<std::chrono::milliseconds>(kSyncEvery - since);
    }
    // A failure makes the writer begin a new file; what it had is as durable as it will be.
    const auto synced = writer_->sync();
    {
        const std::scoped_lock lock(requests_mutex_);
        sync_problem_ = synced ? "" : synced.error().detail();
    }
    synced_ = last;
    synced_at_ = now;
    return std::nullopt;
}

std::optional<std::chrono::milliseconds> MailLogImpl::follow() {
    bool reopen = false;
    std::uint64_t drains = 0;
    {
        const std::scoped_lock lock(requests_mutex_);
        reopen = std::exchange(reopen_asked_, false);
        drains = drains_asked_;
    }
    if (reopen) follower_->reopen_files();
    if (drains != drains_done_) {
        do_drain();
        {
            const std::scoped_lock lock(requests_mutex_);
            drains_done_ = drains;
        }
        drained_.notify_all();
    }
    return follower_->step();
}

void MailLogImpl::do_drain() {
    follower_->finish_lines();
    const SteadyTime end = std::chrono::steady_clock::now() + kDrainIndexTime;
    while (!follower_->index_now() && std::chrono::steady_clock::now() < end) {
    }
    follower_->retire();
}

void MailLogImpl::drain() {
    std::unique_lock lock(requests_mutex_);
    const std::uint64_t mine = ++drains_asked_;
    lock.unlock();
    follow_worker_->wake();
    lock.lock();
    drained_.wait(lock, [&] { return drains_done_ >= mine; });
}

void MailLogImpl::reopen_files() {
    {
        const std::scoped_lock lock(requests_mutex_);
        reopen_asked_ = true;
    }
    follow_worker_->wake();
}

Result<Page> MailLogImpl::search(const Query& query) {
    return Searcher(*store_, clock_.now())
        .search(query, std::chrono::steady_clock::now() + kSearchTime);
}

Result<Counts> MailLogImpl::count(const Query& query, CountBy by) {
    return Searcher(*store_, clock_.now())
        .count(query, by, std::chrono::steady_clock::now() + kSearchTime);
}

Result<MessagePage> MailLogImpl::messages(const Query& query) {
    return Searcher(*store_, clock_.now())
        .messages(query, std::chrono::steady_clock::now() + kSearchTime);
}

// One that asks again goes on where it stood, which saves looking for the place.
Feed MailLogImpl::take_feed(std::uint64_t sequence) {
    const std::scoped_lock lock(feeds_mutex_);
    const auto found = std::ranges::find(feeds_, sequence, &Feed::sequence);
    if (found == feeds_.end()) return {*store_, sequence};
    Feed feed = std::move(*found);
    feeds_.erase(found);
    return feed;
}

Result<std::vector<Record>> MailLogImpl::after(std::uint64_t sequence, std::size_t limit) {
    std::vector<Record> out;
    if (sequence >= writer_->last_sequence()) return out;
    Feed feed = take_feed(sequence);
    SG_TRYV(feed.read(std::min(limit, kMaxPage),
                      [&out](const RecordView& record) { record.copy_to(out.emplace_back()); }));
    const std::scoped_lock lock(feeds_mutex_);
    if (feeds_.size() >= kKeptFeeds) feeds_.erase(feeds_.begin());
    feeds_.push_back(std::move(feed));
    return out;
}

Stats MailLogImpl::stats() const {
    Stats out;
    const std::uint64_t last = writer_->last_sequence();
    for (const SegmentPtr& segment : store_->all()) {
        ++out.segments;
        out.record_bytes += segment->end;
        const std::uint64_t limit = segment->limit;
        const std::uint64_t mine = limit == Segment::kOpen ? last : limit - 1;
        const std::uint64_t indexed = std::max<std::uint64_t>(segment->indexed, segment->first - 1);
        if (!segment->index_complete && mine > indexed) out.index_behind += mine - indexed;
    }
    if (!options_.text_file.empty()) {
        out.text_behind = last - std::min(last, follower_->text_sequence());
    }
    if (!options_.json_file.empty()) {
        out.json_behind = last - std::min(last, follower_->json_sequence());
    }
    out.refused_events = writer_->refused();
    out.cut_bytes = store_->recovery().cut_bytes;
    out.damaged_bytes = store_->recovery().damaged_bytes;
    out.problem = follower_->problem();
    const std::scoped_lock lock(requests_mutex_);
    if (!sync_problem_.empty()) out.problem = sync_problem_;
    return out;
}

}  // namespace

Result<std::unique_ptr<MailLog>> MailLog::open(Options options,
                                               os::FileSystem& files,
                                               const Clock& clock) {
    auto log = std::make_unique<MailLogImpl>(std::move(options), files, clock);
    SG_TRYV(log->start());
    return log;
}

}  // namespace sealgate::maillog
