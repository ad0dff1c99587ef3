#pragma once
// SPDX-License-Identifier: Apache-2.0
// A query made ready: checked, cut into words, and able to judge a record. The index only proposes;
// what is returned has passed `matches`.

#include "maillog/mail_log.h"
#include "maillog/record.h"

#include <string>
#include <vector>

namespace sealgate::maillog {

// Words that must stand next to each other, in lower case; one word alone is a phrase of one.
using Phrase = std::vector<std::string>;

// Budgets for foreign queries.
inline constexpr std::size_t kMaxQueryText = 4096;
inline constexpr std::size_t kMaxQueryWords = 64;
inline constexpr std::size_t kMaxAddressPart = 1024;
inline constexpr std::size_t kMaxPage = 10'000;

// malformed: an open quote, a term without a letter or digit, too many words; names the place.
[[nodiscard]] Result<std::vector<Phrase>> parse_words(std::string_view text);

// Where the page before ended: records of segment `first` before `offset`, then older segments.
struct Cursor {
    std::uint64_t first = 0;
    std::uint64_t offset = 0;

    bool operator==(const Cursor&) const = default;
};
[[nodiscard]] std::string to_string(const Cursor& cursor);
[[nodiscard]] Result<Cursor> parse_cursor(std::string_view text);

class Matcher {
public:
    [[nodiscard]] static Result<Matcher> compile(const Query& query);

    [[nodiscard]] bool matches(const RecordView& record) const;

    [[nodiscard]] const std::vector<Phrase>& phrases() const { return phrases_; }
    [[nodiscard]] const std::optional<ConnectionId>& connection() const { return connection_; }
    [[nodiscard]] const std::optional<WallTime>& since() const { return since_; }
    [[nodiscard]] const std::optional<WallTime>& until() const { return until_; }
    [[nodiscard]] Level least() const { return least_; }
    // In lower case and escaped as the stored ones are; "" = any.
    [[nodiscard]] const std::string& sender() const { return sender_; }
    [[nodiscard]] const std::string& recipient() const { return recipient_; }
    [[nodiscard]] std::size_t limit() const { return limit_; }
    [[nodiscard]] const std::optional<Cursor>& cursor() const { return cursor_; }

private:
    [[nodiscard]] bool phrases_match(const RecordView& record) const;

    std::vector<Phrase> phrases_;
    std::optional<ConnectionId> connection_;
    std::optional<WallTime> since_;
    std::optional<WallTime> until_;
    Level least_ = Level::debug;
    std::string sender_;
    std::string recipient_;
    std::size_t limit_ = 0;
    std::optional<Cursor> cursor_;
};

}  // namespace sealgate::maillog
