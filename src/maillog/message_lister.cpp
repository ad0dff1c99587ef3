// SPDX-License-Identifier: Apache-2.0
#include "maillog/message_lister.h"

#include "maillog/record_walk.h"

#include <algorithm>
#include <iterator>
#include <ranges>

namespace sealgate::maillog {
namespace {

using Kind = Term::Kind;

// A page that takes longer is handed out as it is; whoever wants more goes on.
constexpr std::chrono::milliseconds kPatience{500};
constexpr std::size_t kMostRecords = 20'000;  // of the trails of one page; the newest

// Records that every message has are a poor place to begin at.
bool is_rare(Verdict verdict) {
    return verdict != Verdict::received && verdict != Verdict::accepted &&
           verdict != Verdict::passed && verdict != Verdict::delivered;
}

RecordView view_of(const Record& record) {
    const Event& event = record.event;
    return {.sequence = record.sequence,
            .time = event.time,
            .level = event.level,
            .verdict = event.verdict,
            .pid = record.pid,
            .connection = event.connection,
            .message = event.message,
            .message_id = event.message_id,
            .sender = event.sender,
            .recipient = event.recipient,
            .text = event.text,
            .direction = event.direction,
            .source = event.source,
            .listener = event.listener,
            .tls = event.tls,
            .message_size = event.size};
}

bool decides(Verdict verdict) {
    return verdict != Verdict::none && verdict != Verdict::received;
}

void fill_in(std::string& field, const std::string& value) {
    if (field.empty()) field = value;
}

void add_to(MessageRow& row, const Record& record) {
    const Event& event = record.event;
    fill_in(row.message_id, event.message_id);
    fill_in(row.sender, event.sender);
    fill_in(row.source, event.source);
    fill_in(row.listener, event.listener);
    fill_in(row.tls, event.tls);
    if (row.direction == Direction::none) row.direction = event.direction;
    if (row.size == 0) row.size = event.size;
    if (row.trail.empty()) row.first = event.time;
    row.last = event.time;
    if (decides(event.verdict) && !event.recipient.empty()) {
        row.status = event.verdict;
        row.text = event.text;
    }
    row.trail.push_back(record);
}

}  // namespace

std::vector<MessageRow> rows_of(const std::vector<Record>& records) {
    std::vector<MessageRow> rows;
    std::map<MessageKey, std::vector<std::size_t>> of_message;
    std::map<std::pair<MessageKey, std::string>, std::size_t> of_recipient;
    for (const Record& record : records) {
        const Event& event = record.event;
        if (!event.connection || event.recipient.empty()) continue;
        const MessageKey key{*event.connection, event.message};
        if (!of_recipient.try_emplace({key, event.recipient}, rows.size()).second) continue;
        of_message[key].push_back(rows.size());
        MessageRow& row = rows.emplace_back();
        row.connection = key.connection;
        row.message = key.message;
        row.recipient = event.recipient;
    }
    for (const Record& record : records) {
        const Event& event = record.event;
        if (!event.connection) continue;
        const MessageKey key{*event.connection, event.message};
        if (!event.recipient.empty()) {
            add_to(rows[of_recipient.at({key, event.recipient})], record);
        } else if (event.message) {
            for (const std::size_t row : of_message[key])
                add_to(rows[row], record);
        }
    }
    // A report that is mentioned goes to somebody whom the message did not go to.
    std::erase_if(rows, [](const MessageRow& row) { return row.status == Verdict::none; });
    return rows;
}

MessageLister::MessageLister(SegmentStore& store, Matcher matcher, SteadyTime deadline)
    : store_(store),
      matcher_(std::move(matcher)),
      statuses_(matcher_.take(Kind::verdict)),
      deadline_(deadline) {
    auto phrases = matcher_.take(Kind::phrase);
    // What must not be must not be in any line: a row goes, not just its lines.
    std::erase_if(phrases, [this](Term& term) {
        if (!term.negated) return false;
        term.negated = false;
        unwanted_.push_back(Matcher::of_terms({std::move(term)}));
        return true;
    });
    const bool rare = std::ranges::any_of(
        statuses_, [](const Term& term) { return !term.negated && is_rare(term.verdict); });
    // Either may be where to begin; the other is asked of the whole trail.
    if (phrases.empty() || rare) {
        for (const Term& term : statuses_)
            matcher_.add(term);
        if (!phrases.empty()) texts_ = Matcher::of_terms(std::move(phrases));
    } else {
        for (Term& term : phrases)
            matcher_.add(std::move(term));
        any_record_ = true;
    }
}

bool MessageLister::is_candidate(const RecordView& record) const {
    return record.connection && !record.recipient.empty() &&
           (any_record_ || decides(record.verdict));
}

Result<bool> MessageLister::find_candidates() {
    candidates_.clear();
    const std::size_t most = matcher_.limit() - page_.rows.size() + 1;
    const SteadyTime enough = std::chrono::steady_clock::now() + kPatience;
    bool more = false;
    RecordWalk walk(store_, matcher_, deadline_);
    walk.end_at(enough);
    SG_TRYV(walk.run([&](const RecordView& record, const Cursor& place) {
        if (!is_candidate(record)) return true;
        RowKey key{{*record.connection, record.message}, std::string(record.recipient)};
        if (!seen_.insert(key).second) return true;
        candidates_.push_back({record.sequence, place, std::move(key)});
        more = candidates_.size() == most || std::chrono::steady_clock::now() > enough;
        return !more;
    }));
    page_.not_indexed = std::max(page_.not_indexed, walk.not_indexed());
    resume_ = walk.ended_at();
    return more || resume_;
}

Status MessageLister::fetch_rows() {
    rows_.clear();
    Term term{.kind = Kind::messages};
    for (const Candidate& one : candidates_)
        term.messages.push_back(one.row.first);
    std::ranges::sort(term.messages);
    const auto same = std::ranges::unique(term.messages);
    term.messages.erase(same.begin(), same.end());
    std::vector<Record> records;
    const Matcher trails = Matcher::of_terms({std::move(term)});
    RecordWalk walk(store_, trails, deadline_);
    SG_TRYV(walk.run([&records](const RecordView& record, const Cursor& /*place*/) {
        record.copy_to(records.emplace_back());
        return records.size() < kMostRecords;
    }));
    std::ranges::reverse(records);
    for (MessageRow& row : rows_of(records)) {
        RowKey key{{row.connection, row.message}, row.recipient};
        rows_.emplace(std::move(key), std::move(row));
    }
    return {};
}

// `sequence` is of the record that stands for the row here.
bool MessageLister::wanted(const MessageRow& row, std::uint64_t sequence) const {
    const bool status = std::ranges::all_of(statuses_, [&row](const Term& term) {
        return (row.status == term.verdict) != term.negated;
    });
    if (!status) return false;
    // A newer record of it that answers: it stood on an earlier page.
    const auto is_newer = [&](const Record& record) {
        if (record.sequence <= sequence) return false;
        const RecordView view = view_of(record);
        return is_candidate(view) && matcher_.matches(view);
    };
    if (std::ranges::any_of(row.trail, is_newer)) return false;
    const auto holds = [&row](const Matcher& matcher) {
        return std::ranges::any_of(row.trail, [&matcher](const Record& record) {
            return !record.event.recipient.empty() && matcher.matches(view_of(record));
        });
    };
    return (!texts_ || holds(*texts_)) && std::ranges::none_of(unwanted_, holds);
}

bool MessageLister::take_candidates() {
    for (const Candidate& one : candidates_) {
        if (page_.rows.size() == matcher_.limit()) return false;
        matcher_.go_on(one.place);
        const auto row = rows_.find(one.row);
        if (row != rows_.end() && wanted(row->second, one.sequence)) {
            page_.rows.push_back(std::move(row->second));
        }
    }
    return true;
}

Result<MessagePage> MessageLister::list() {
    // A message is received as a whole; that is no recipient's fate.
    const bool none = std::ranges::any_of(
        statuses_, [](const Term& term) { return !term.negated && !decides(term.verdict); });
    if (none) return std::move(page_);
    const SteadyTime enough = std::chrono::steady_clock::now() + kPatience;
    for (;;) {
        SG_TRY(const bool more, find_candidates());
        if (!candidates_.empty()) SG_TRYV(fetch_rows());
        const bool room = take_candidates();
        if (room && !more) return std::move(page_);
        if (room && resume_) matcher_.go_on(*resume_);
        if (!room || std::chrono::steady_clock::now() > enough) break;
    }
    page_.next_cursor = to_string(*matcher_.cursor());
    return std::move(page_);
}

}  // namespace sealgate::maillog
