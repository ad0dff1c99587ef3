// SPDX-License-Identifier: Apache-2.0
#include "maillog/query.h"

#include "base/text.h"
#include "maillog/words.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace sealgate::maillog {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";

std::unexpected<Error> bad(std::size_t at, std::string_view what) {
    return fail(
        ErrorKind::malformed, "maillog.query", fmt::format("at octet {}: {}", at + 1, what));
}

// The words of one term. A connection ID takes the form that lines show, whatever its padding.
Phrase words_of(std::string_view term) {
    Phrase words;
    std::size_t at = 0;
    for (auto word = next_word(term, at); !word.empty(); word = next_word(term, at)) {
        const auto connection = parse_connection_id(word);
        words.push_back(to_lower(connection ? sealgate::to_string(*connection) : word));
    }
    return words;
}

// The term at `at`, which moves behind it: up to the closing quote, or to the next blank or quote.
Result<std::string_view> take_term(std::string_view text, std::size_t& at) {
    const std::size_t start = at;
    if (text[at] == '"') {
        const std::size_t end = text.find('"', start + 1);
        if (end == std::string_view::npos) return bad(start, "this quote is not closed");
        at = end + 1;
        return text.substr(start + 1, end - start - 1);
    }
    at = std::min(text.find_first_of(" \t\r\n\"", start), text.size());
    return text.substr(start, at - start);
}

// Room for the words of any line: 1 KiB of text with the connection ID before it.
constexpr std::size_t kMaxLineWords = kFieldLimit;

Result<std::string> address_part(std::string_view text, std::string_view name) {
    if (text.size() > kMaxAddressPart) {
        return fail(ErrorKind::malformed,
                    "maillog.query",
                    fmt::format("{}: longer than {} octets", name, kMaxAddressPart));
    }
    return to_lower(escape_for_log(text, 4 * kMaxAddressPart));
}

bool contains_ignoring_case(std::string_view text, std::string_view lower) {
    return lower.empty() || !std::ranges::search(text, lower, {}, ascii_lower).empty();
}

}  // namespace

Result<std::vector<Phrase>> parse_words(std::string_view text) {
    if (text.size() > kMaxQueryText) {
        return bad(kMaxQueryText, fmt::format("more than {} octets", kMaxQueryText));
    }
    std::vector<Phrase> phrases;
    std::size_t words = 0;
    for (std::size_t at = text.find_first_not_of(kBlanks); at < text.size();
         at = text.find_first_not_of(kBlanks, at)) {
        const std::size_t start = at;
        SG_TRY(const std::string_view term, take_term(text, at));
        Phrase phrase = words_of(term);
        if (phrase.empty()) return bad(start, "nothing to search for: no letter and no digit");
        words += phrase.size();
        if (words > kMaxQueryWords) {
            return bad(start, fmt::format("more than {} words", kMaxQueryWords));
        }
        phrases.push_back(std::move(phrase));
    }
    return phrases;
}

std::string to_string(const Cursor& cursor) {
    return fmt::format("{:x}.{:x}", cursor.first, cursor.offset);
}

Result<Cursor> parse_cursor(std::string_view text) {
    Cursor cursor;
    const char* const end = text.data() + text.size();
    const auto first = std::from_chars(text.data(), end, cursor.first, 16);
    if (first.ec == std::errc() && first.ptr != end && *first.ptr == '.') {
        const auto offset = std::from_chars(first.ptr + 1, end, cursor.offset, 16);
        if (offset.ec == std::errc() && offset.ptr == end) return cursor;
    }
    return fail(ErrorKind::malformed, "maillog.query", "cursor: not one that a page gave");
}

Result<Matcher> Matcher::compile(const Query& query) {
    Matcher out;
    SG_TRY(out.phrases_, parse_words(query.text));
    SG_TRY(out.sender_, address_part(query.sender, "sender"));
    SG_TRY(out.recipient_, address_part(query.recipient, "recipient"));
    if (!query.cursor.empty()) {
        SG_TRY(out.cursor_, parse_cursor(query.cursor));
    }
    out.connection_ = query.connection;
    out.since_ = query.since;
    out.until_ = query.until;
    out.least_ = query.least.value_or(Level::debug);
    out.limit_ = std::clamp<std::size_t>(query.limit, 1, kMaxPage);
    return out;
}

bool Matcher::matches(const RecordView& record) const {
    if (record.level < least_) return false;
    if (connection_ && record.connection != connection_) return false;
    if (since_ && record.time < *since_) return false;
    if (until_ && record.time >= *until_) return false;
    if (!contains_ignoring_case(record.sender, sender_)) return false;
    if (!contains_ignoring_case(record.recipient, recipient_)) return false;
    return phrases_match(record);
}

bool Matcher::phrases_match(const RecordView& record) const {
    if (phrases_.empty()) return true;
    // Kept between lines, since a scan asks this hundreds of thousands of times.
    thread_local std::vector<std::string_view> words;
    thread_local std::string id;
    words.clear();
    if (record.connection) {
        id = sealgate::to_string(*record.connection);
        words.push_back(id);
    }
    std::size_t at = 0;
    for (auto word = next_word(record.text, at); !word.empty() && words.size() < kMaxLineWords;
         word = next_word(record.text, at)) {
        words.push_back(word);
    }
    return std::ranges::all_of(phrases_, [](const Phrase& phrase) {
        return !std::ranges::search(words, phrase, word_matches).empty();
    });
}

}  // namespace sealgate::maillog
