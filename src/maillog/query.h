#pragma once
// SPDX-License-Identifier: Apache-2.0
// A query made ready: checked, cut into terms, and able to judge a record. The index only proposes;
// what is returned has passed `matches`.

#include "maillog/mail_log.h"
#include "maillog/query_terms.h"
#include "maillog/record.h"

#include <string>
#include <vector>

namespace sealgate::maillog {

inline constexpr std::size_t kMaxPage = 10'000;

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
    // malformed: names the place in the text of the query, or the field. `now` is what relative
    // times in the text count from.
    [[nodiscard]] static Result<Matcher> compile(const Query& query, WallTime now);

    [[nodiscard]] bool matches(const RecordView& record) const;

    // All conditions but those on time; they come from the text and from the fields of the query.
    [[nodiscard]] const std::vector<Term>& terms() const { return terms_; }
    // The narrowest of all times asked for.
    [[nodiscard]] const std::optional<WallTime>& since() const { return since_; }
    [[nodiscard]] const std::optional<WallTime>& until() const { return until_; }
    [[nodiscard]] std::size_t limit() const { return limit_; }
    [[nodiscard]] const std::optional<Cursor>& cursor() const { return cursor_; }
    [[nodiscard]] std::uint64_t after() const { return after_; }

    // For what is put together from parts of a query.
    [[nodiscard]] static Matcher of_terms(std::vector<Term> terms);
    [[nodiscard]] std::vector<Term> take(Term::Kind kind);  // these leave the matcher
    void add(Term term);
    void go_on(const Cursor& cursor) { cursor_ = cursor; }

private:
    std::vector<Term> terms_;
    std::optional<WallTime> since_;
    std::optional<WallTime> until_;
    std::size_t limit_ = 0;
    std::optional<Cursor> cursor_;
    std::uint64_t after_ = 0;
};

}  // namespace sealgate::maillog
