// SPDX-License-Identifier: Apache-2.0
#include "maillog/query.h"

#include "base/text.h"
#include "maillog/words.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace sealgate::maillog {
namespace {

using Kind = Term::Kind;

// Room for the words of any line: 1 KiB of text with the connection ID before it.
constexpr std::size_t kMaxLineWords = kFieldLimit;

Result<std::string> address_part(std::string_view text, std::string_view name) {
    if (text.size() > kMaxAddressPart) {
        return fail(ErrorKind::malformed,
                    "maillog.query",
                    fmt::format("{}: longer than {} octets", name, kMaxAddressPart));
    }
    return searched_part(text);
}

bool contains_ignoring_case(std::string_view text, std::string_view lower) {
    return lower.empty() || !std::ranges::search(text, lower, {}, ascii_lower).empty();
}

// The words of a record's line, cut when first asked for.
class LineWords {
public:
    explicit LineWords(const RecordView& record) : record_(record) {}

    bool hold(const Phrase& phrase) {
        if (!cut_) cut();
        return !std::ranges::search(words(), phrase, word_matches).empty();
    }

private:
    // Kept between lines, since a scan asks this hundreds of thousands of times.
    static std::vector<std::string_view>& words() {
        thread_local std::vector<std::string_view> kept;
        return kept;
    }

    void cut() {
        thread_local std::string id;
        words().clear();
        if (record_.connection) {
            id = sealgate::to_string(*record_.connection);
            words().push_back(id);
        }
        std::size_t at = 0;
        for (auto word = next_word(record_.text, at);
             !word.empty() && words().size() < kMaxLineWords;
             word = next_word(record_.text, at)) {
            words().push_back(word);
        }
        cut_ = true;
    }

    const RecordView& record_;
    bool cut_ = false;
};

bool domain_matches(const RecordView& record, const std::string& wanted) {
    const auto answers = [&wanted](std::string_view address) {
        const std::string_view domain = domain_of(address);
        return !domain.empty() && domain_answers(to_lower(domain), wanted);
    };
    return answers(record.sender) || answers(record.recipient);
}

bool source_matches(const RecordView& record, const Network& network) {
    if (record.source.empty()) return false;
    const auto address = IpAddress::parse(record.source);
    return address && network.contains(*address);
}

bool holds(const RecordView& record, const Term& term, LineWords& words) {
    switch (term.kind) {
        case Kind::phrase:
            return words.hold(term.words);
        case Kind::sender:
            return contains_ignoring_case(record.sender, term.text);
        case Kind::recipient:
            return contains_ignoring_case(record.recipient, term.text);
        case Kind::domain:
            return domain_matches(record, term.text);
        case Kind::connection:
            // A trail is that of the connection; what is not wanted is the one message.
            return record.connection == term.connection &&
                   (!term.negated || !term.message || record.message == term.message);
        case Kind::message_id:
            return iequals(without_brackets(record.message_id), term.text);
        case Kind::direction:
            return record.direction == term.direction;
        case Kind::verdict:
            return record.verdict == term.verdict;
        case Kind::larger:
            return record.message_size > term.number;
        case Kind::since:
            return record.time >= term.time;
        case Kind::until:
            return record.time < term.time;
        case Kind::level:
            return record.level >= term.level;
        case Kind::source:
            return source_matches(record, term.network);
        case Kind::listener:
            return iequals(record.listener, term.text);
        case Kind::messages:
            return record.connection &&
                   std::ranges::binary_search(term.messages,
                                              MessageKey{*record.connection, record.message});
    }
    return false;
}

}  // namespace

std::string to_string(const Cursor& cursor) {
    return fmt::format("{:x}.{:x}", cursor.first, cursor.offset);
}

Result<Cursor> parse_cursor(std::string_view text) {
    Cursor cursor;
    const char* const end = text.data() + text.size();
    // NOLINTNEXTLINE(bugprone-suspicious-stringview-data-usage): its end is the next argument
    const auto first = std::from_chars(text.data(), end, cursor.first, 16);
    if (first.ec == std::errc() && first.ptr != end && *first.ptr == '.') {
        const auto offset = std::from_chars(first.ptr + 1, end, cursor.offset, 16);
        if (offset.ec == std::errc() && offset.ptr == end) return cursor;
    }
    return fail(ErrorKind::malformed, "maillog.query", "cursor: not one that a page gave");
}

Result<Matcher> Matcher::compile(const Query& query, WallTime now) {
    Matcher out;
    auto terms = parse_terms(query.text, now);
    if (!terms) {
        return fail(ErrorKind::malformed,
                    "maillog.query",
                    fmt::format("at octet {}: {}", terms.error().position + 1, terms.error().what));
    }
    for (Term& term : *terms)
        out.add(std::move(term));
    if (query.connection) {
        out.add(
            {.kind = Kind::connection, .connection = *query.connection, .message = query.message});
    }
    if (query.since) out.add({.kind = Kind::since, .time = *query.since});
    if (query.until) out.add({.kind = Kind::until, .time = *query.until});
    if (query.least) out.add({.kind = Kind::level, .level = *query.least});
    SG_TRY(auto sender, address_part(query.sender, "sender"));
    SG_TRY(auto recipient, address_part(query.recipient, "recipient"));
    if (!sender.empty()) out.add({.kind = Kind::sender, .text = std::move(sender)});
    if (!recipient.empty()) out.add({.kind = Kind::recipient, .text = std::move(recipient)});
    if (!query.cursor.empty()) {
        SG_TRY(out.cursor_, parse_cursor(query.cursor));
    }
    // Words cost most to look for: they come last.
    for (Term& term : out.take(Kind::phrase))
        out.terms_.push_back(std::move(term));
    out.after_ = query.after;
    out.limit_ = std::clamp<std::size_t>(query.limit, 1, kMaxPage);
    return out;
}

void Matcher::add(Term term) {
    if (term.kind == Kind::since || term.kind == Kind::until) {
        // "-since" is what came before.
        if ((term.kind == Kind::since) != term.negated) {
            since_ = std::max(since_.value_or(term.time), term.time);
        } else {
            until_ = std::min(until_.value_or(term.time), term.time);
        }
        return;
    }
    terms_.push_back(std::move(term));
}

Matcher Matcher::of_terms(std::vector<Term> terms) {
    Matcher out;
    out.terms_ = std::move(terms);
    return out;
}

std::vector<Term> Matcher::take(Term::Kind kind) {
    std::vector<Term> taken;
    std::erase_if(terms_, [&](Term& term) {
        if (term.kind != kind) return false;
        taken.push_back(std::move(term));
        return true;
    });
    return taken;
}

bool Matcher::matches(const RecordView& record) const {
    if (since_ && record.time < *since_) return false;
    if (until_ && record.time >= *until_) return false;
    if (after_ > 0 && record.sequence <= after_) return false;
    LineWords words(record);
    return std::ranges::all_of(
        terms_, [&](const Term& term) { return holds(record, term, words) != term.negated; });
}

}  // namespace sealgate::maillog
