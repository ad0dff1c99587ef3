#pragma once
// SPDX-License-Identifier: Apache-2.0
// Accepted mail at rest. Format and recovery: docs/formats/spool.md.
//
// Invariants
//  1. `done` of a commit is called with success only after fdatasync of everything the batch needs
//  (and
//     the directory sync of a file that was created for it).
//  2. A batch is all or nothing after a crash.
//  3. A failed sync is final: the batch fails, the segment is closed, the descriptor is never used
//  again.
//  4. Recovery cuts only the torn tail of the newest segment; anything else that cannot be read is
//  moved
//     aside and reported, never deleted.
//  5. Clear text never touches the disk: content and envelopes are sealed with AES-256-GCM under a
//  key of
//     their segment, which is destroyed when the segment is recycled.
//
// The spool knows nothing of SMTP: an envelope is opaque bytes, a recipient is its position in it.

#include "base/clock.h"
#include "base/content.h"
#include "base/ids.h"
#include "base/result.h"
#include "base/secret.h"
#include "os/file_system.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace sealgate::spool {

enum class State : std::uint8_t {
    pending,          // to be attempted at next_attempt
    held,             // waits for a person (or, later, a key)
    delivered,        // the next hop has it
    bounced,          // a report went to the sender
    discarded,        // by a named rule or administrator (note)
    failed_silently,  // failed with no notice allowed: NOTIFY=NEVER or null sender
};
[[nodiscard]] constexpr bool is_final(State state) {
    return state != State::pending && state != State::held;
}

struct RecipientStatus {
    State state = State::pending;
    std::uint32_t attempts = 0;
    WallTime next_attempt{};
    bool delay_reported = false;  // the "still trying" report has gone
    std::string note;             // last reply or reason, for people; at most 1 KiB
};

struct NewMessage {
    MessageId id;  // unique for ever; the caller's choice
    WallTime received{};
    std::string envelope;  // opaque, at most 1 MiB
    std::vector<RecipientStatus> recipients;
    Content content;
};

struct Update {
    MessageId id;
    std::uint32_t recipient = 0;
    RecipientStatus status;
};

// Written together: the bounce and the "bounced" of its cause go in one batch.
struct Batch {
    std::vector<NewMessage> messages;
    std::vector<Update> updates;
};

// A message that is not finished, as recovery (or a look at the queue) finds it.
struct StoredMessage {
    MessageId id;
    WallTime received{};
    std::string envelope;
    std::vector<RecipientStatus> recipients;
    std::uint64_t content_size = 0;
};

struct RecoveryReport {
    std::vector<StoredMessage> messages;  // all that is pending or held
    std::uint64_t records = 0;
    std::uint64_t torn_bytes = 0;        // cut from the newest segment
    std::vector<std::string> set_aside;  // files moved to quarantine/, each with the reason
};

struct Options {
    std::string directory;
    SecretBytes key;                                   // 32 octets: wraps the segment keys
    std::uint64_t segment_size = 64ULL * 1024 * 1024;  // octets, zero-filled before use
    std::size_t large_content = 1024UL * 1024;  // content above this goes to a file of its own
    std::size_t batch_bytes =
        4ULL * 1024 * 1024;  // cap of one group commit, so that latency stays low
    std::chrono::milliseconds update_delay{
        200};  // a note() waits at most this long for a batch to ride on
    std::chrono::seconds relocate_after{
        600};  // pending longer: moved to a file, so that no segment is pinned
    std::size_t spare_segments = 2;  // recycled ones kept ready
};

using Completion = std::move_only_function<void(Status)>;

class Spool {
public:
    // Called on the spool's thread, once per group commit, with everything that group finished.
    struct Finished {
        Completion done;
        Status status;
    };
    using Notify = std::function<void(std::vector<Finished>)>;

    // Opens or creates the spool, recovers, and starts its thread. `report` tells what was found.
    // Errors: malformed (an impossible option; the key does not fit, and nothing was changed),
    // conflict (another process has the spool), transient (disk).
    [[nodiscard]] static Result<std::unique_ptr<Spool>> open(Options options,
                                                             os::FileSystem& files,
                                                             const Clock& clock,
                                                             Notify notify,
                                                             RecoveryReport& report);
    Spool() = default;
    Spool(const Spool&) = delete;
    Spool& operator=(const Spool&) = delete;
    Spool(Spool&&) = delete;
    Spool& operator=(Spool&&) = delete;
    // Finishes what is queued, then stops the thread.
    virtual ~Spool() = default;

    // Queues a batch; `done` comes back through Notify. Any thread. Never blocks on the disk.
    // Outcomes: transient (disk: try again, or 451), conflict (a message id is used twice),
    // exhausted (an envelope or the whole beyond its limit), malformed (a message without
    // recipients, an update of a recipient that does not exist). Updates of what is finished are
    // ignored: what is final stays so. What is committed or noted later about a message is written
    // later, however large its content is.
    virtual void commit(Batch batch, Completion done) = 0;
    // Updates that need no sync of their own; written with the next group or after update_delay.
    virtual void note(std::vector<Update> updates) = 0;
    // The content of an unfinished message, opened and checked. Blocks on the disk: not for the I/O
    // thread. Errors: not_found, malformed (damaged: the message is set aside by the caller as
    // held).
    [[nodiscard]] virtual Result<Content> load(MessageId id) = 0;
    // Octets that can still be accepted: what free disk allows, less what is queued. Cheap, any
    // thread.
    [[nodiscard]] virtual std::uint64_t room() const = 0;
    // Unfinished messages known to the spool.
    [[nodiscard]] virtual std::size_t count() const = 0;
    // False after a failed sync until a later batch succeeds: raises the alarm.
    [[nodiscard]] virtual bool healthy() const = 0;
};

}  // namespace sealgate::spool
