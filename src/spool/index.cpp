// SPDX-License-Identifier: Apache-2.0
#include "spool/index.h"

#include <algorithm>

namespace sealgate::spool {

void Index::add_segment(SegmentPtr segment) {
    const std::scoped_lock lock(mutex_);
    capacity_ += segment->capacity;
    const std::uint64_t epoch = segment->epoch;
    segments_[epoch].segment = std::move(segment);
}

void Index::note_written(std::uint64_t epoch, std::uint64_t end, WallTime when) {
    const std::scoped_lock lock(mutex_);
    const auto at = segments_.find(epoch);
    if (at == segments_.end()) return;
    at->second.used_octets = end;
    at->second.last_write = when;
}

void Index::drop_oldest() {
    const std::scoped_lock lock(mutex_);
    if (segments_.empty()) return;
    capacity_ -= segments_.begin()->second.segment->capacity;
    live_octets_ -= segments_.begin()->second.live_octets;
    segments_.erase(segments_.begin());
}

std::optional<OldestSegment> Index::oldest() const {
    const std::scoped_lock lock(mutex_);
    if (segments_.empty()) return std::nullopt;
    const Use& use = segments_.begin()->second;
    return OldestSegment{use.segment, use.alive, use.live_octets, use.used_octets, use.last_write};
}

SegmentPtr Index::segment(std::uint64_t epoch) const {
    const std::scoped_lock lock(mutex_);
    const auto at = segments_.find(epoch);
    return at == segments_.end() ? nullptr : at->second.segment;
}

std::size_t Index::segments() const {
    const std::scoped_lock lock(mutex_);
    return segments_.size();
}

std::vector<MessageId> Index::alive_in(std::uint64_t epoch) const {
    const std::scoped_lock lock(mutex_);
    std::vector<MessageId> alive;
    const auto use = segments_.find(epoch);
    if (use == segments_.end()) return alive;
    for (const MessageId id : use->second.ids) {
        const auto at = entries_.find(id.value);
        if (at == entries_.end()) continue;
        const Entry& entry = at->second;
        const bool here = entry.base.epoch == epoch ||
                          (entry.slots && std::ranges::any_of(*entry.slots, [&](const Slot& slot) {
                               return slot.update.epoch == epoch;
                           }));
        if (here) alive.push_back(id);
    }
    std::ranges::sort(alive);
    const auto rest = std::ranges::unique(alive);
    alive.erase(rest.begin(), rest.end());
    return alive;
}

std::uint64_t Index::capacity() const {
    const std::scoped_lock lock(mutex_);
    return capacity_;
}

std::uint64_t Index::live_octets() const {
    const std::scoped_lock lock(mutex_);
    return live_octets_;
}

std::uint64_t Index::put_message(MessageId id,
                                 Location at,
                                 WallTime received,
                                 std::span<const RecipientStatus> recipients,
                                 std::uint64_t file) {
    const std::scoped_lock lock(mutex_);
    std::uint64_t obsolete = 0;
    std::uint32_t version = 0;
    if (const auto old = entries_.find(id.value); old != entries_.end()) {
        version = old->second.version + 1;
        if (old->second.file != file) obsolete = old->second.file;
        release_all(old->second);
        entries_.erase(old);
    }
    const auto unfinished = static_cast<std::uint32_t>(std::ranges::count_if(
        recipients, [](const RecipientStatus& status) { return !is_final(status.state); }));
    if (unfinished > 0) {
        Entry entry;
        entry.base = at;
        entry.recipients = static_cast<std::uint32_t>(recipients.size());
        entry.unfinished = unfinished;
        entry.version = version;
        entry.file = file;
        entry.received = received;
        if (unfinished < recipients.size()) {
            entry.slots = std::make_unique<std::vector<Slot>>();
            for (const auto& status : recipients)
                entry.slots->push_back({status.state, {}});
        }
        hold(id, at);
        entries_.emplace(id.value, std::move(entry));
    } else if (file != 0) {
        obsolete = file;
    }
    count_.store(entries_.size(), std::memory_order_relaxed);
    return obsolete;
}

std::uint64_t Index::put_update(MessageId id, std::uint32_t recipient, State state, Location at) {
    const std::scoped_lock lock(mutex_);
    const auto found = entries_.find(id.value);
    if (found == entries_.end() || recipient >= found->second.recipients) return 0;
    Entry& entry = found->second;
    if (!entry.slots) entry.slots = std::make_unique<std::vector<Slot>>(entry.recipients);
    Slot& slot = (*entry.slots)[recipient];
    if (is_final(slot.state)) return 0;
    release(slot.update);
    slot = {state, at};
    hold(id, at);
    ++entry.version;
    if (is_final(state)) --entry.unfinished;
    if (entry.unfinished > 0) return 0;
    const std::uint64_t obsolete = entry.file;
    release_all(entry);
    entries_.erase(found);
    count_.store(entries_.size(), std::memory_order_relaxed);
    return obsolete;
}

Verdict Index::judge(MessageId id, std::uint32_t recipient) const {
    const std::scoped_lock lock(mutex_);
    const auto found = entries_.find(id.value);
    if (found == entries_.end()) return Verdict::settled;
    const Entry& entry = found->second;
    if (recipient >= entry.recipients) return Verdict::impossible;
    const bool finished = entry.slots && is_final((*entry.slots)[recipient].state);
    return finished ? Verdict::settled : Verdict::needed;
}

std::optional<std::uint32_t> Index::version(MessageId id) const {
    const std::scoped_lock lock(mutex_);
    const auto found = entries_.find(id.value);
    if (found == entries_.end()) return std::nullopt;
    return found->second.version;
}

bool Index::contains(MessageId id) const {
    const std::scoped_lock lock(mutex_);
    return entries_.contains(id.value);
}

std::optional<Known> Index::find(MessageId id) const {
    const std::scoped_lock lock(mutex_);
    const auto found = entries_.find(id.value);
    if (found == entries_.end()) return std::nullopt;
    const Entry& entry = found->second;
    Known known{entry.base, entry.version, entry.file, entry.received, {}};
    if (entry.slots) known.slots = *entry.slots;
    return known;
}

std::vector<std::uint64_t> Index::files() const {
    const std::scoped_lock lock(mutex_);
    std::vector<std::uint64_t> names;
    for (const auto& [id, entry] : entries_) {
        if (entry.file != 0) names.push_back(entry.file);
    }
    return names;
}

void Index::hold(MessageId id, const Location& at) {
    const auto use = segments_.find(at.epoch);
    if (use == segments_.end()) return;
    ++use->second.alive;
    use->second.live_octets += at.extent.length;
    use->second.ids.push_back(id);
    live_octets_ += at.extent.length;
}

void Index::release(const Location& at) {
    const auto use = segments_.find(at.epoch);
    if (use == segments_.end()) return;
    --use->second.alive;
    use->second.live_octets -= at.extent.length;
    live_octets_ -= at.extent.length;
}

void Index::release_all(const Entry& entry) {
    release(entry.base);
    if (!entry.slots) return;
    for (const Slot& slot : *entry.slots)
        release(slot.update);
}

}  // namespace sealgate::spool
