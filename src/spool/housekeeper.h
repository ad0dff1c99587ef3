#pragma once
// SPDX-License-Identifier: Apache-2.0
// The work behind the commits, on a thread of its own: gives segments back, keeps spares ready,
// carries what is still alive out of old segments, removes content files.
//
// What is carried becomes a new message record with the present state of each recipient. Its
// content goes along in the record, or into a content file when the message has been pending for
// long, so that it is not copied again and again.

#include "os/file_system.h"
#include "spool/index.h"
#include "spool/segment_pool.h"
#include "spool/spool.h"
#include "spool/worker.h"

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace sealgate::spool {

// A message to be written anew, if it is still in the state it was read in.
struct Carried {
    NewMessage message;  // content is null when it has a file
    std::uint64_t content_size = 0;
    ContentRef file;
    bool new_file = false;      // made for this; goes when the record is not written
    std::uint32_t version = 0;  // of the index entry it was read from
};

class Housekeeper {
public:
    // `submit` hands carried messages to the spool's thread; for each, carried() comes back.
    using Submit = std::function<void(std::vector<Carried>)>;

    Housekeeper(const Options& options,
                os::FileSystem& files,
                const Clock& clock,
                Index& index,
                SegmentPool& pool,
                Submit submit);

    // Cheap; the spool's thread asks after each group and then calls poke().
    [[nodiscard]] bool has_work();
    void poke();
    void carried(std::size_t messages);
    // What is written to now: never given back. `used`: a quarter of it is full, so a spare will be
    // needed; `full_size`: it is no small one.
    void set_current(std::uint64_t epoch, bool used, bool full_size);
    void set_epoch(std::uint64_t highest) { epoch_.store(highest); }
    // A segment whose only group failed.
    void discard(SegmentPool::Spare segment);
    void remove_content(std::vector<std::uint64_t> names);
    void prepare_first();
    // Ends the thread; what is worth finishing is finished.
    void finish();

private:
    void work();
    void give_back();
    void carry();
    // Reads what is alive in a segment, up to a limit; true when something could not be read.
    [[nodiscard]] bool collect(std::uint64_t epoch, std::vector<Carried>& carried);
    [[nodiscard]] Result<Carried> read(MessageId id, const Known& known);
    [[nodiscard]] bool must_carry(const OldestSegment& oldest) const;
    [[nodiscard]] std::size_t spares_wanted() const;
    void set_aside(const Segment& segment);
    void pause();

    const Options& options_;
    os::FileSystem& files_;
    const Clock& clock_;
    Index& index_;
    SegmentPool& pool_;
    Submit submit_;
    std::atomic<std::uint64_t> current_epoch_ = 0;
    std::atomic<std::uint64_t> epoch_ = 0;
    std::atomic<bool> current_used_ = false;
    std::atomic<bool> current_full_size_ = false;
    std::atomic<bool> poked_ = false;
    std::atomic<bool> stopping_ = false;
    std::atomic<std::size_t> in_flight_ = 0;
    std::atomic<std::int64_t> paused_until_ = 0;  // steady, nanoseconds: after a failure
    Worker worker_;                               // last: its thread uses the others
};

}  // namespace sealgate::spool
