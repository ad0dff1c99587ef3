// SPDX-License-Identifier: Apache-2.0
#include "spool/housekeeper.h"

#include "spool/content_file.h"
#include "spool/format.h"
#include "spool/quarantine.h"
#include "spool/record_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

namespace sealgate::spool {
namespace {

// Carried at a time: the commits of others wait no longer than for one group of this size.
constexpr std::uint64_t kCarryOctets = 1024UL * 1024;
constexpr std::size_t kCarryMessages = 256;
// Segments that may hold garbage whatever the ratio, before anything is carried for space.
constexpr std::uint64_t kSlackSegments = 4;
// After a disk error the housekeeping waits; mail does not.
constexpr std::chrono::seconds kPause{1};

std::int64_t steady_now() {
    return std::chrono::steady_clock::now().time_since_epoch().count();
}

}  // namespace

Housekeeper::Housekeeper(const Options& options,
                         os::FileSystem& files,
                         const Clock& clock,
                         Index& index,
                         SegmentPool& pool,
                         Submit submit)
    : options_(options),
      files_(files),
      clock_(clock),
      index_(index),
      pool_(pool),
      submit_(std::move(submit)) {}

bool Housekeeper::has_work() {
    if (poked_.load() || stopping_.load() || steady_now() < paused_until_.load()) return false;
    if (spares_wanted() > 0) return true;
    const auto oldest = index_.oldest();
    if (!oldest || oldest->segment->epoch == current_epoch_.load()) return false;
    return oldest->alive == 0 || must_carry(*oldest);
}

void Housekeeper::poke() {
    if (!poked_.exchange(true)) worker_.post([this] { work(); });
}

void Housekeeper::carried(std::size_t messages) {
    in_flight_.fetch_sub(messages);
}

void Housekeeper::set_current(std::uint64_t epoch, bool used, bool full_size) {
    current_epoch_.store(epoch);
    current_used_.store(used);
    current_full_size_.store(full_size);
}

void Housekeeper::discard(SegmentPool::Spare segment) {
    worker_.post([this, segment = std::move(segment)] {
        // Not given back: found and tried again at the next start.
        if (!pool_.retire(segment.path, segment.capacity, epoch_.load())) pause();
    });
}

void Housekeeper::remove_content(std::vector<std::uint64_t> names) {
    worker_.post([this, names = std::move(names)] {
        // What is left after a failure is removed by the next recovery.
        for (const auto name : names)
            os::best_effort(files_.remove(content_path(options_.directory, name)));
    });
}

void Housekeeper::prepare_first() {
    worker_.post([this] {
        if (!pool_.prepare_small(epoch_.load())) pause();
    });
}

void Housekeeper::finish() {
    stopping_.store(true);
    pool_.stop();
    worker_.finish();
}

void Housekeeper::work() {
    poked_.store(false);
    if (stopping_.load()) return;
    give_back();
    // A burst of small segments at the first start is over once full-size ones are there.
    if (spares_wanted() > 0 && !pool_.prepare_full(options_.spare_segments, epoch_.load())) pause();
    carry();
}

void Housekeeper::give_back() {
    for (;;) {
        const auto oldest = index_.oldest();
        if (!oldest || oldest->alive > 0 || oldest->segment->epoch == current_epoch_.load()) return;
        // In order, and each one durable before the next: what finishes a message must not go
        // before the message.
        if (!pool_.retire(oldest->segment->path, oldest->segment->capacity, epoch_.load())) {
            pause();
            return;
        }
        index_.drop_oldest();
    }
}

std::size_t Housekeeper::spares_wanted() const {
    if (!current_used_.load()) return 0;
    // Until the first full-size segment is in use there may be no need for more than one.
    const std::size_t wanted = current_full_size_.load() ? options_.spare_segments : 1;
    const std::size_t ready = pool_.ready_full();
    return wanted > ready ? wanted - ready : 0;
}

bool Housekeeper::must_carry(const OldestSegment& oldest) const {
    if (in_flight_.load() > 0 || oldest.alive == 0) return false;
    // Mostly finished, and long ago: its key can go, and with it what was delivered.
    if (clock_.now() - oldest.last_write >= options_.relocate_after &&
        oldest.live_octets * 2 <= oldest.used_octets) {
        return true;
    }
    // Space: at least half of what the segments take is garbage. While most of it is alive,
    // carrying would only move it about.
    return index_.capacity() > 2 * index_.live_octets() + kSlackSegments * options_.segment_size;
}

void Housekeeper::carry() {
    const auto oldest = index_.oldest();
    if (!oldest || oldest->segment->epoch == current_epoch_.load() || !must_carry(*oldest)) return;
    std::vector<Carried> carried;
    const bool damaged = collect(oldest->segment->epoch, carried);
    if (carried.empty()) {
        if (damaged) set_aside(*oldest->segment);
        return;
    }
    if (std::ranges::any_of(carried, &Carried::new_file)) {
        const auto synced =
            files_.sync_directory(fmt::format("{}/{}", options_.directory, kContentFolder));
        if (!synced) {
            std::vector<std::uint64_t> names;
            for (const auto& message : carried) {
                if (message.new_file) names.push_back(message.file.name);
            }
            remove_content(std::move(names));
            pause();
            return;
        }
    }
    in_flight_.fetch_add(carried.size());
    submit_(std::move(carried));
}

bool Housekeeper::collect(std::uint64_t epoch, std::vector<Carried>& carried) {
    std::uint64_t octets = 0;
    bool damaged = false;
    for (const MessageId id : index_.alive_in(epoch)) {
        if (octets >= kCarryOctets || carried.size() >= kCarryMessages || stopping_.load()) break;
        const auto known = index_.find(id);
        if (!known) continue;
        auto message = read(id, *known);
        if (message) {
            const bool in_record = message->file.name == 0;
            octets += message->message.envelope.size() + (in_record ? message->content_size : 0);
            carried.push_back(*std::move(message));
        } else if (message.error().kind() != ErrorKind::malformed) {
            pause();
            break;
        } else if (index_.version(id) == known->version) {
            damaged = true;
        }
    }
    return damaged;
}

Result<Carried> Housekeeper::read(MessageId id, const Known& known) {
    const SegmentPtr base = index_.segment(known.base.epoch);
    if (!base) return fail(ErrorKind::malformed, "spool.carry", "the segment is gone");
    SG_TRY(auto from, read_message(files_, *base, known.base.extent, id, true));
    for (std::size_t i = 0; i < known.slots.size(); ++i) {
        const Location& at = known.slots[i].update;
        if (at.epoch == 0) continue;
        const SegmentPtr segment = index_.segment(at.epoch);
        if (!segment || i >= from.decoded.message.recipients.size()) {
            return fail(ErrorKind::malformed, "spool.carry", "an update is gone");
        }
        SG_TRY(from.decoded.message.recipients[i], read_update(files_, *segment, at.extent, id));
    }
    Carried out;
    StoredMessage& stored = from.decoded.message;
    out.version = known.version;
    out.content_size = stored.content_size;
    out.file = std::move(from.decoded.file);
    if (out.file.name == 0 && clock_.now() - stored.received >= options_.relocate_after) {
        SG_TRY(out.file, write_content_file(files_, options_.directory, from.content));
        out.new_file = true;
    }
    out.message.id = id;
    out.message.received = stored.received;
    out.message.envelope = std::move(stored.envelope);
    out.message.recipients = std::move(stored.recipients);
    if (out.file.name == 0) {
        out.message.content = std::make_shared<const std::string>(std::move(from.content));
    }
    return out;
}

// Everything that could be read has been carried; what is left would keep all later segments from
// being given back. load() calls those messages damaged.
void Housekeeper::set_aside(const Segment& segment) {
    std::vector<std::string> lines;  // the next start tells of the file
    Quarantine quarantine(files_, options_.directory, lines);
    const std::string name = segment.path.substr(segment.path.rfind('/') + 1);
    if (quarantine.move(kSegmentFolder, name, "records in it became unreadable")) {
        index_.drop_oldest();
    } else {
        pause();
    }
}

void Housekeeper::pause() {
    paused_until_.store(steady_now() + std::chrono::nanoseconds(kPause).count());
}

}  // namespace sealgate::spool
