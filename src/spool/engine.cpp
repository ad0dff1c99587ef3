// SPDX-License-Identifier: Apache-2.0
// The callers' side: what enters the queue, and what can be asked. The committer is in
// committer.cpp.

#include "spool/engine.h"

#include "spool/content_file.h"
#include "spool/format.h"
#include "spool/record_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

namespace sealgate::spool {
namespace {

// A batch beyond this is a mistake of the caller: it would hold up everybody.
constexpr std::uint64_t kMaxBatch = 64ULL * 1024 * 1024;
// Where a batch as a whole is too large for one group, contents above this leave the records.
constexpr std::size_t kSmallContent = 4096;
// About what a record takes besides the caller's bytes.
constexpr std::uint64_t kRecordOverhead = 160;
// A load that meets a segment just given to another use looks the message up again.
constexpr int kLoadAttempts = 4;

std::uint64_t octets_of(const Batch& batch, std::size_t content_limit) {
    std::uint64_t octets = 0;
    for (const auto& message : batch.messages) {
        octets += kRecordOverhead + message.envelope.size();
        for (const auto& recipient : message.recipients)
            octets += encoded_size(recipient);
        if (message.content && message.content->size() <= content_limit) {
            octets += message.content->size();
        }
    }
    for (const auto& update : batch.updates)
        octets += kRecordOverhead + encoded_size(update.status);
    return octets;
}

bool has_large(const Batch& batch, std::size_t limit) {
    return std::ranges::any_of(batch.messages, [&](const NewMessage& message) {
        return message.content && message.content->size() > limit;
    });
}

}  // namespace

Engine::Engine(Options options,
               os::FileSystem& files,
               const Clock& clock,
               Notify notify,
               std::unique_ptr<os::File> lock)
    : options_(std::move(options)),
      files_(files),
      clock_(clock),
      notify_(std::move(notify)),
      lock_(std::move(lock)) {}

Engine::~Engine() {
    if (!committer_.joinable()) return;
    content_writer_->finish();
    {
        const std::scoped_lock lock(mutex_);
        stopping_ = true;
        wake_.notify_one();
    }
    committer_.join();
    housekeeper_->finish();
}

Status Engine::start(RecoveryReport& report) {
    for (const auto folder : {kSegmentFolder, kContentFolder, kQuarantineFolder}) {
        SG_TRYV(files_.make_directories(fmt::format("{}/{}", options_.directory, folder)));
    }
    SG_TRY(auto found, recover(options_, files_, index_, report));
    epoch_ = found.epoch;
    tail_epoch_ = found.tail_epoch;
    tail_end_ = found.tail_end;
    pool_.emplace(files_,
                  fmt::format("{}/{}", options_.directory, kSegmentFolder),
                  options_.segment_size,
                  options_.spare_segments,
                  found.next_number);
    for (auto& spare : found.spares)
        pool_->adopt(std::move(spare));
    sample_room();
    housekeeper_.emplace(
        options_, files_, clock_, index_, *pool_, [this](std::vector<Carried> carried) {
            submit_carried(std::move(carried));
        });
    housekeeper_->set_epoch(epoch_);
    for (auto& segment : found.failed)
        housekeeper_->discard(std::move(segment));
    housekeeper_->prepare_first();
    content_writer_.emplace();
    committer_ = std::thread([this] { run(); });
    return {};
}

void Engine::commit(Batch batch, Completion done) {
    Item item;
    item.octets = octets_of(batch, options_.large_content);
    item.done = std::move(done);
    std::size_t limit = options_.large_content;
    if (item.octets > options_.batch_bytes && has_large(batch, kSmallContent)) {
        limit = std::min(limit, kSmallContent);
        item.octets = octets_of(batch, limit);
    }
    item.reserved = octets_of(batch, std::numeric_limits<std::size_t>::max());
    if (item.octets > kMaxBatch) {
        item.status = fail(ErrorKind::exhausted, "spool.commit", "the batch is too large");
    } else if (has_large(batch, limit)) {
        // Marked with empty references; the content writer fills them.
        item.files.resize(batch.messages.size());
        for (std::size_t i = 0; i < batch.messages.size(); ++i) {
            const auto& content = batch.messages[i].content;
            if (content && content->size() > limit) item.files[i].name = 1;
        }
    }
    item.batch = std::move(batch);
    enqueue(std::move(item));
}

void Engine::note(std::vector<Update> updates) {
    if (updates.empty()) return;
    Item item;
    item.note = true;
    item.batch.updates = std::move(updates);
    item.octets = octets_of(item.batch, 0);
    item.reserved = item.octets;
    enqueue(std::move(item));
}

void Engine::enqueue(Item item) {
    queued_octets_.fetch_add(item.reserved, std::memory_order_relaxed);
    const std::scoped_lock lock(mutex_);
    if (item.files.empty() && !waits_for_content(item)) {
        push(std::move(item));
        return;
    }
    // In order behind the batch whose content is still being written; and what speaks of the same
    // messages later must not overtake this.
    for (const auto& message : item.batch.messages)
        ++preparing_[message.id.value];
    for (const auto& update : item.batch.updates)
        ++preparing_[update.id.value];
    content_writer_->post(
        [this, moved = std::move(item)]() mutable { write_contents(std::move(moved)); });
}

bool Engine::waits_for_content(const Item& item) const {
    return !preparing_.empty() &&
           (std::ranges::any_of(
                item.batch.updates,
                [this](const Update& update) { return preparing_.contains(update.id.value); }) ||
            std::ranges::any_of(item.batch.messages, [this](const NewMessage& message) {
                return preparing_.contains(message.id.value);
            }));
}

void Engine::push(Item item) {
    if (item.note) {
        const bool first = !notes_since_;
        if (first) notes_since_ = std::chrono::steady_clock::now();
        queue_.push_back(std::move(item));
        if (first && sleeping_) wake_.notify_one();  // to set its alarm
        return;
    }
    ++urgent_;
    queue_.push_back(std::move(item));
    if (sleeping_) wake_.notify_one();
}

void Engine::write_contents(Item item) {
    if (item.status) item.status = write_large(item);
    const std::scoped_lock lock(mutex_);
    const auto release = [this](MessageId id) {
        const auto at = preparing_.find(id.value);
        if (--at->second == 0) preparing_.erase(at);
    };
    for (const auto& message : item.batch.messages)
        release(message.id);
    for (const auto& update : item.batch.updates)
        release(update.id);
    push(std::move(item));
}

Status Engine::write_large(Item& item) {
    bool any = false;
    Status status;
    for (std::size_t i = 0; i < item.files.size(); ++i) {
        if (item.files[i].name == 0) continue;
        item.files[i].name = 0;
        if (!status) continue;
        auto file = write_content_file(files_, options_.directory, *item.batch.messages[i].content);
        if (file) {
            item.files[i] = *std::move(file);
            any = true;
        } else {
            status = fail(std::move(file).error());
        }
    }
    if (status && any) {
        status = files_.sync_directory(fmt::format("{}/{}", options_.directory, kContentFolder));
    }
    return status;
}

void Engine::submit_carried(std::vector<Carried> carried) {
    const std::scoped_lock lock(mutex_);
    for (auto& message : carried) {
        Item item;
        item.octets = kRecordOverhead + message.message.envelope.size() +
                      (message.file.name == 0 ? message.content_size : 0);
        item.reserved = item.octets;
        item.carried = std::move(message);
        queued_octets_.fetch_add(item.reserved, std::memory_order_relaxed);
        push(std::move(item));
    }
}

Result<Content> Engine::load(MessageId id) {
    for (int attempt = 1;; ++attempt) {
        const auto known = index_.find(id);
        if (!known) return fail(ErrorKind::not_found, "spool.load", "no such unfinished message");
        const SegmentPtr segment = index_.segment(known->base.epoch);
        Result<std::string> content = fail(
            ErrorKind::malformed, "spool.load", "the segment was unreadable and was set aside");
        if (segment) {
            auto read = read_message(files_, *segment, known->base.extent, id, true);
            if (!read) {
                content = fail(std::move(read).error());
            } else if (read->decoded.file.name != 0) {
                content = read_content_file(files_,
                                            options_.directory,
                                            read->decoded.file,
                                            read->decoded.message.content_size);
            } else {
                content = std::move(read->content);
            }
        }
        if (content) return std::make_shared<const std::string>(*std::move(content));
        if (index_.version(id) == known->version || attempt == kLoadAttempts) {
            return fail(std::move(content).error());
        }
    }
}

std::uint64_t Engine::room() const {
    const std::uint64_t free = free_octets_.load(std::memory_order_relaxed);
    const std::uint64_t queued = queued_octets_.load(std::memory_order_relaxed);
    return free > queued ? free - queued : 0;
}

}  // namespace sealgate::spool
