#pragma once
// SPDX-License-Identifier: Apache-2.0
// The mail log: an append-only log of structured records (docs/formats/mail-log.md), from which the
// text file, the JSON lines and the search index are made behind the writer.
//
// Invariants
//  1. append() has handed the records to the kernel when it returns: kill -9 loses no line.
//  2. Peers' text is escaped once, before it is stored: no line can be forged.
//  3. A connection ID is never used twice, over restarts and crashes (gaps are allowed).
//  4. Text file and index follow the records; neither ever delays mail.

#include "base/clock.h"
#include "base/result.h"
#include "maillog/event.h"
#include "os/file_system.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace sealgate::maillog {

struct Options {
    std::string directory;  // records, index, counter
    std::string tag = "sealgate/messaging";
    std::string text_file;  // "" = none
    std::string json_file;  // "" = none
    char node = 0;
    std::uint64_t segment_size = 64ULL * 1024 * 1024;
    std::chrono::days keep_for{90};  // whole segments older than this go; 0 = no limit by age
    std::uint64_t keep_bytes = 0;    // records and index together; 0 = no limit by size
};

struct Query {
    // The language of query_terms.h; "" = any. Words are ANDed, "quoted words" are a phrase.
    // Searched is what the line shows after the colon: connection ID and text. Case of ASCII
    // letters does not matter. A word is a whole word; an address is one word that is also found by
    // its local part and by its domain. At most 64 words in 4 KiB.
    std::string text;
    std::optional<ConnectionId> connection;
    std::optional<MessageId> message;  // of that connection; counts for messages() only
    std::optional<WallTime> since;     // this moment or later
    std::optional<WallTime> until;     // before this moment
    std::optional<Level> least;        // this level or graver
    std::string sender;                // substring of the address, at most 1 KiB; "" = any
    std::string recipient;
    std::size_t limit = 100;  // 1 to 10 000; others are moved there
    std::string cursor;       // of the page before; "" = newest first page
    std::uint64_t after = 0;  // search(): only records with a higher sequence
    // search(): a page that took so long is handed out as it is, even empty, with a cursor to go on
    // from; 0 = until it is full.
    std::chrono::milliseconds patience{0};
};

struct Record {
    std::uint64_t sequence = 0;  // counts from 1, never reused
    int pid = 0;                 // of the process that wrote it
    Event event;                 // texts as stored, that is escaped
};
// One JSON object without a line end: time (RFC 3339, UTC), sequence, level, id, message,
// message_id, sender, recipient, verdict, text, direction, source, listener, tls, and size where it
// is known. `id` and `message` are null where there is none.
[[nodiscard]] std::string render_json(const Record& record);
void append_json(std::string& out, const Record& record);

struct Page {
    std::vector<Record> records;    // newest first
    std::string next_cursor;        // "" = no more
    std::uint64_t not_indexed = 0;  // records the index is behind (they were scanned)
};

enum class CountBy : std::uint8_t { verdict, domain, level };  // domain: of the recipient

struct Counts {
    std::uint64_t total = 0;
    std::map<std::string, std::uint64_t> groups;  // by verdict, level or domain, in lower case
    std::uint64_t other = 0;        // in groups beyond the 200 000 that are told apart
    std::uint64_t not_indexed = 0;  // as in Page
};

// What became of one recipient of a message.
struct MessageRow {
    ConnectionId connection;
    std::optional<MessageId> message;  // none: refused before there was a message
    std::string message_id;            // texts as stored, that is escaped
    std::string sender;
    std::string recipient;
    Direction direction = Direction::none;
    std::string source;
    std::string listener;
    std::string tls;
    std::uint64_t size = 0;  // octets; 0 = not known
    WallTime first{};        // of its first and its last record
    WallTime last{};
    Verdict status = Verdict::none;  // the last that was said
    std::string text;                // of the record that said it
    // The recipient's records and those of the message as a whole, oldest first.
    std::vector<Record> trail;
};

struct MessagePage {
    std::vector<MessageRow> rows;  // newest first
    std::string next_cursor;       // "" = no more; a page may be short, even empty, and have one
    std::uint64_t not_indexed = 0;
};

// The rows of these records, in the order of their first record; the trail of a message as a whole
// stands in each of its rows. Records without a recipient and without a message are left out.
[[nodiscard]] std::vector<MessageRow> rows_of(const std::vector<Record>& records);

// How the log is, for status and metrics.
struct Stats {
    std::uint64_t segments = 0;
    std::uint64_t record_bytes = 0;
    std::uint64_t index_behind = 0;    // records; after a rebuild begins, all of them
    std::uint64_t text_behind = 0;     // records not in the text file yet
    std::uint64_t json_behind = 0;     // the same for the JSON lines
    std::uint64_t refused_events = 0;  // append() could not write them, since open()
    std::uint64_t cut_bytes = 0;       // of an unfinished record, cut by open()
    std::uint64_t damaged_bytes = 0;   // unreadable inside the records, found by open()
    std::string problem;  // of syncing, text file, JSON file, index or retention; "" = none
};

class MailLog {
public:
    // transient: disk; conflict: another process has this directory.
    [[nodiscard]] static Result<std::unique_ptr<MailLog>> open(Options options,
                                                               os::FileSystem& files,
                                                               const Clock& clock);
    MailLog() = default;
    MailLog(const MailLog&) = delete;
    MailLog& operator=(const MailLog&) = delete;
    MailLog(MailLog&&) = delete;
    MailLog& operator=(MailLog&&) = delete;
    virtual ~MailLog() = default;

    // One write(2) for all of them; called by one thread at a time. An event without a time gets
    // now(). transient: nothing may be relied on; healthy() turns false and the caller asks
    // on_failure. The next append() tries again; when it works, healthy() turns true and a record
    // says how many events were refused.
    virtual Status append(std::span<const Event> events) = 0;
    [[nodiscard]] virtual bool healthy() const = 0;

    // The next connection ID; any thread; never waits for the disk, a helper thread reserves ahead.
    // Durable reservation of 1 000 at a time. transient: cannot reserve.
    [[nodiscard]] virtual Result<ConnectionId> next_connection() = 0;

    // Any thread; may take milliseconds. Complete at once: what the index lacks is scanned.
    // malformed: a bad query, with the place. exhausted: took longer than 10 s.
    [[nodiscard]] virtual Result<Page> search(const Query& query) = 0;
    // How many records answer, by group. Errors as search().
    [[nodiscard]] virtual Result<Counts> count(const Query& query, CountBy by) = 0;
    // One row for each recipient of a message, made of the same records. A row is there when one of
    // its records answers the query; `status:` asks for what became of it in the end. Errors as
    // search().
    [[nodiscard]] virtual Result<MessagePage> messages(const Query& query) = 0;
    // Records after `sequence`, oldest first, at most `limit`; for --follow.
    [[nodiscard]] virtual Result<std::vector<Record>> after(std::uint64_t sequence,
                                                            std::size_t limit) = 0;
    [[nodiscard]] virtual std::uint64_t last_sequence() const = 0;
    // Text and JSON files written out, index up to date: for shutdown and tests. Waits at most 5 s
    // for the index, which is disposable.
    virtual void drain() = 0;
    // Closes and opens the text and JSON files again (log rotation by others). Returns at once.
    virtual void reopen_files() = 0;
    [[nodiscard]] virtual Stats stats() const { return {}; }
};

}  // namespace sealgate::maillog
