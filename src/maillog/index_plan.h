#pragma once
// SPDX-License-Identifier: Apache-2.0
// How the index of one segment is asked: an FTS5 expression, and conditions on the cells of what it
// finds. Both together may leave too many records, never too few.

#include "maillog/index_schema.h"

#include <cstdint>
#include <string>
#include <vector>

namespace sealgate::maillog {

// A condition that a cell tells without the record.
struct CellFilter {
    Term::Kind kind = Term::Kind::verdict;  // sender, recipient, verdict or level
    bool negated = false;
    std::vector<bool> addresses = {};  // by number, for sender and recipient
    Verdict verdict = Verdict::none;
    Level level = Level::debug;

    [[nodiscard]] bool passes(const Cell& cell) const;
};

class IndexPlan {
public:
    std::uint64_t from = 0;
    std::uint64_t before = 0;
    bool nothing = false;  // no record can answer
    bool whole = false;    // every record of a full segment answers
    // What words and filters leave are the answers, but for their times.
    bool exact = true;
    std::vector<CellFilter> filters = {};

    // Each finds records that must or must not be there.
    void require(std::string expression) { required_.push_back(std::move(expression)); }
    void exclude(std::string expression) { excluded_.push_back(std::move(expression)); }
    // One of these tags; none of them when negated.
    void tags(bool negated, const std::vector<std::string>& tags);
    [[nodiscard]] bool has_words() const { return !required_.empty(); }
    // The whole expression; "" when there is nothing to ask by.
    [[nodiscard]] std::string words() const;
    // Settles `exact` when all terms are in.
    void close();
    [[nodiscard]] bool passes(const Cell& cell) const;

private:
    std::vector<std::string> required_;
    std::vector<std::string> excluded_;
};

// `tag : ("a" OR "b")`
[[nodiscard]] std::string tag_expression(const std::vector<std::string>& tags);

}  // namespace sealgate::maillog
