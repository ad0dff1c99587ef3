// SPDX-License-Identifier: Apache-2.0
// The committer: from the queue to the disk, one group and one sync at a time.

#include "crypto/random.h"
#include "spool/engine.h"
#include "spool/format.h"
#include "spool/segment_header.h"

#include <algorithm>

namespace sealgate::spool {
namespace {

// How often an idle spool looks whether old segments can be given back.
constexpr std::chrono::seconds kTick{5};

// How old the figure for free disk may be.
constexpr std::chrono::milliseconds kRoomAge{20};

MessageMeta meta_of(const NewMessage& message, const ContentRef* file) {
    return {message.id,
            message.received,
            message.envelope,
            message.recipients,
            message.content ? message.content->size() : 0,
            file};
}

MessageMeta meta_of(const Carried& carried) {
    MessageMeta meta = meta_of(carried.message, &carried.file);
    meta.content_size = carried.content_size;
    return meta;
}

std::string_view content_of(const NewMessage& message) {
    return message.content ? std::string_view(*message.content) : std::string_view();
}

const ContentRef* file_of(const Item& item, std::size_t message) {
    return item.files.empty() ? nullptr : &item.files[message];
}

}  // namespace

void Engine::run() {
    for (;;) {
        std::vector<Item> group = next_group();
        if (!group.empty()) {
            commit_group(std::move(group));
        } else {
            {
                const std::scoped_lock lock(mutex_);
                if (stopping_ && queue_.empty()) return;
            }
            sample_room();  // others fill the disk too, and MAIL asks before anything is committed
        }
        if (housekeeper_->has_work()) housekeeper_->poke();
    }
}

std::vector<Item> Engine::next_group() {
    std::unique_lock lock(mutex_);
    while (urgent_ == 0 && !stopping_) {
        auto until = std::chrono::steady_clock::now() + kTick;
        if (notes_since_) until = std::min(until, *notes_since_ + options_.update_delay);
        sleeping_ = true;
        const bool late = wake_.wait_until(lock, until) == std::cv_status::timeout;
        sleeping_ = false;
        if (late) break;
    }
    std::vector<Item> group;
    std::uint64_t octets = 0;
    while (!queue_.empty() &&
           (group.empty() || octets + queue_.front().octets <= options_.batch_bytes)) {
        octets += queue_.front().octets;
        if (!queue_.front().note) --urgent_;
        group.push_back(std::move(queue_.front()));
        queue_.pop_front();
    }
    notes_since_.reset();
    if (!queue_.empty()) notes_since_ = std::chrono::steady_clock::now();
    return group;
}

void Engine::commit_group(std::vector<Item> group) {
    const std::uint64_t octets = plan(group);
    Status status;
    if (octets > 0) {
        status = write(group, octets);
        if (status) succeed(group);
        healthy_.store(status.has_value());
    }
    settle(group, status);
    // The disk may be full.
    if (!std::ranges::all_of(group, [](const Item& item) { return item.status.has_value(); })) {
        next_sample_ = {};
    }
    sample_room();
    tell(std::move(group));
}

// Decides what of each item is written, and returns the size of the group, or 0 for none.
std::uint64_t Engine::plan(std::vector<Item>& group) {
    fresh_.clear();
    touched_.clear();
    std::uint64_t octets = 0;
    for (Item& item : group) {
        const std::uint64_t size = item.carried ? plan_carried(item) : plan_batch(item);
        item.writes = size > 0;
        octets += size;
    }
    return octets == 0 ? 0 : octets + kGroupHeader;
}

std::uint64_t Engine::plan_batch(Item& item) {
    if (item.status) item.status = check_messages(item.batch.messages);
    if (!item.status) return 0;
    if (item.status = check_updates(item); !item.status) {
        for (const auto& message : item.batch.messages)
            fresh_.erase(message.id.value);
        return 0;
    }
    std::uint64_t octets = 0;
    for (std::size_t i = 0; i < item.batch.messages.size(); ++i) {
        octets += message_record_size(meta_of(item.batch.messages[i], file_of(item, i)));
    }
    for (const auto& update : item.batch.updates) {
        octets += update_record_size(update.status);
        touched_.insert(update.id.value);
    }
    return octets;
}

std::uint64_t Engine::plan_carried(Item& item) {
    // Whoever changed the message after it was read knows better; it is carried later.
    const Carried& carried = *item.carried;
    const MessageId id = carried.message.id;
    if (index_.version(id) != carried.version || touched_.contains(id.value)) return 0;
    return message_record_size(meta_of(carried));
}

// All of them become fresh_, or none.
Status Engine::check_messages(const std::vector<NewMessage>& messages) {
    for (std::size_t i = 0; i < messages.size(); ++i) {
        const NewMessage& message = messages[i];
        Status status;
        if (message.recipients.empty()) {
            status = fail(ErrorKind::malformed, "spool.commit", "a message has no recipient");
        } else if (message.recipients.size() > kMaxRecipients ||
                   message.envelope.size() > kMaxEnvelope) {
            status = fail(ErrorKind::exhausted, "spool.commit", "an envelope is too large");
        } else if (index_.contains(message.id) ||
                   !fresh_.emplace(message.id.value, message.recipients.size()).second) {
            status = fail(ErrorKind::conflict, "spool.commit", "a message id is used twice");
        }
        if (status) continue;
        for (std::size_t k = 0; k < i; ++k)
            fresh_.erase(messages[k].id.value);
        return status;
    }
    return {};
}

// Drops the updates that change nothing any more.
Status Engine::check_updates(Item& item) {
    bool impossible = false;
    std::erase_if(item.batch.updates, [&](const Update& update) {
        Verdict verdict = Verdict::settled;
        if (const auto fresh = fresh_.find(update.id.value); fresh != fresh_.end()) {
            verdict = update.recipient < fresh->second ? Verdict::needed : Verdict::impossible;
        } else {
            verdict = index_.judge(update.id, update.recipient);
        }
        impossible = impossible || verdict == Verdict::impossible;
        return verdict != Verdict::needed;
    });
    if (impossible && !item.note) {
        return fail(ErrorKind::malformed, "spool.commit", "an update names no recipient");
    }
    return {};
}

Status Engine::write(std::vector<Item>& group, std::uint64_t octets) {
    if (!current_ || current_->end + to_sector(octets) > current_->segment->capacity) {
        SG_TRYV(roll(to_sector(octets)));
    }
    writer_.begin(current_->key, current_->end, octets);
    extents_.clear();
    for (const Item& item : group) {
        if (item.writes) seal(item);
    }
    const Segment& segment = *current_->segment;
    const auto bytes = writer_.finish(segment.epoch, segment.salt);
    SG_CHECK(bytes.size() == to_sector(octets));
    Status status = current_->file->write_at(current_->end, bytes);
    if (status) status = current_->file->sync();
    if (!status) {
        break_off();
        return status;
    }
    current_->end += bytes.size();
    return {};
}

void Engine::seal(const Item& item) {
    if (item.carried) {
        extents_.push_back(writer_.add(meta_of(*item.carried), content_of(item.carried->message)));
        return;
    }
    for (std::size_t i = 0; i < item.batch.messages.size(); ++i) {
        const NewMessage& message = item.batch.messages[i];
        extents_.push_back(writer_.add(meta_of(message, file_of(item, i)), content_of(message)));
    }
    for (const auto& update : item.batch.updates) {
        extents_.push_back(writer_.add(update.id, update.recipient, update.status));
    }
}

// The next segment. Its header is written now and made safe by the sync of its first group.
Status Engine::roll(std::uint64_t octets) {
    SG_TRY(auto opened, pool_->acquire(kFirstGroup + octets));
    SegmentHeader header;
    header.active = true;
    header.epoch = ++epoch_;
    housekeeper_->set_epoch(epoch_);
    header.capacity = opened.capacity;
    header.previous_epoch = tail_epoch_;
    header.previous_end = tail_end_;
    header.created = clock_.now().time_since_epoch().count();
    SG_TRY(header.salt, crypto::random_number());
    auto segment = std::make_shared<Segment>();
    SG_TRY(segment->key, make_data_key(header, options_.key));
    SG_TRY(auto key, crypto::Aead::create(segment->key.view()));
    if (auto written = opened.file->write_at(0, encode_header(header)); !written) {
        failed_segments_.push_back({opened.path, opened.capacity});
        return written;
    }
    segment->epoch = header.epoch;
    segment->salt = header.salt;
    segment->capacity = header.capacity;
    segment->path = std::move(opened.path);
    current_.emplace(Current{std::move(segment), std::move(opened.file), std::move(key)});
    return {};
}

// After a failed write or sync the segment is never written to again: nobody knows what of it is
// on the disk. The next one will say where what counts in it ends.
void Engine::break_off() {
    if (!current_->proven) {
        failed_segments_.push_back({current_->segment->path, current_->segment->capacity});
    }
    current_.reset();
}

void Engine::succeed(std::vector<Item>& group) {
    const SegmentPtr& segment = current_->segment;
    housekeeper_->set_current(segment->epoch,
                              current_->end * 4 > segment->capacity,
                              segment->capacity == options_.segment_size);
    if (!current_->proven) index_.add_segment(segment);
    current_->proven = true;
    tail_epoch_ = segment->epoch;
    tail_end_ = current_->end;
    index_.note_written(segment->epoch, current_->end, clock_.now());
    std::size_t next_extent = 0;
    for (Item& item : group) {
        if (item.writes) learn(item, next_extent);
    }
    for (auto& failed : failed_segments_)
        housekeeper_->discard(std::move(failed));
    failed_segments_.clear();
    if (!obsolete_files_.empty()) housekeeper_->remove_content(std::move(obsolete_files_));
    obsolete_files_.clear();
}

void Engine::learn(Item& item, std::size_t& next_extent) {
    const std::uint64_t epoch = current_->segment->epoch;
    const auto obsolete = [this](std::uint64_t file) {
        if (file != 0) obsolete_files_.push_back(file);
    };
    const auto put = [&](const NewMessage& message, const ContentRef* file) {
        obsolete(index_.put_message(message.id,
                                    {epoch, extents_[next_extent++]},
                                    message.received,
                                    message.recipients,
                                    file == nullptr ? 0 : file->name));
    };
    if (item.carried) {
        put(item.carried->message, &item.carried->file);
        return;
    }
    for (std::size_t i = 0; i < item.batch.messages.size(); ++i) {
        put(item.batch.messages[i], file_of(item, i));
    }
    for (const auto& update : item.batch.updates) {
        obsolete(index_.put_update(
            update.id, update.recipient, update.status.state, {epoch, extents_[next_extent++]}));
    }
}

// Gives each item its outcome. What was only noted is tried again; files of what failed go with the
// next success, when it is certain that no record of theirs will be found.
void Engine::settle(std::vector<Item>& group, const Status& status) {
    std::vector<Item> again;
    std::uint64_t told = 0;
    for (Item& item : group) {
        if (item.writes) item.status = status;
        const bool written = item.writes && status.has_value();
        told += item.reserved;
        if (item.carried) {
            housekeeper_->carried(1);
            if (!written && item.carried->new_file) {
                obsolete_files_.push_back(item.carried->file.name);
            }
        }
        if (!written) {
            for (const auto& file : item.files) {
                if (file.name > 1) obsolete_files_.push_back(file.name);
            }
        }
        if (item.note && item.writes && !status) again.push_back(std::move(item));
    }
    for (const Item& item : again)
        told -= item.reserved;
    queued_octets_.fetch_sub(told, std::memory_order_relaxed);
    if (again.empty()) return;
    const std::scoped_lock lock(mutex_);
    if (stopping_) return;
    for (auto& item : again)
        item.status = {};
    queue_.insert(queue_.begin(),
                  std::make_move_iterator(again.begin()),
                  std::make_move_iterator(again.end()));
    notes_since_ = std::chrono::steady_clock::now();
}

void Engine::tell(std::vector<Item> group) {
    std::vector<Finished> finished;
    finished.reserve(group.size());
    for (Item& item : group) {
        if (item.done) finished.push_back({std::move(item.done), std::move(item.status)});
    }
    if (!finished.empty()) notify_(std::move(finished));
}

void Engine::sample_room() {
    const auto now = std::chrono::steady_clock::now();
    if (now < next_sample_) return;
    next_sample_ = now + kRoomAge;
    std::uint64_t octets = pool_->ready_octets();
    if (current_) octets += current_->segment->capacity - current_->end;
    // Where the disk does not say, what is prepared is what counts.
    if (const auto space = files_.free_space(options_.directory)) octets += *space;
    free_octets_.store(octets, std::memory_order_relaxed);
}

}  // namespace sealgate::spool
