#pragma once
// SPDX-License-Identifier: Apache-2.0
// Asks the search index of one segment where records may stand that answer a query. It may name too
// many; the records themselves decide. One thread at a time.

#include "base/clock.h"
#include "maillog/index_schema.h"
#include "maillog/query.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace sealgate::maillog {

// A part of the segment that must be read through: from a position to an offset.
struct Block {
    Position from;
    std::uint64_t behind = 0;
};

class IndexReader {
public:
    // not_found: there is no index yet; malformed: damaged, or not of this segment.
    [[nodiscard]] static Result<std::unique_ptr<IndexReader>> open(const std::string& path,
                                                                   const Segment& segment);
    ~IndexReader();
    IndexReader(const IndexReader&) = delete;
    IndexReader& operator=(const IndexReader&) = delete;
    IndexReader(IndexReader&&) = delete;
    IndexReader& operator=(IndexReader&&) = delete;

    // Between the two, the index stands still. Statements end with exhausted after the deadline.
    Result<Position> begin(SteadyTime deadline);
    void end();

    // What to ask for. `words` empty: the index cannot help, read the blocks.
    struct Plan {
        bool nothing = false;  // no record can answer
        std::string words;     // an FTS5 expression
        std::uint64_t from = 0;
        std::uint64_t before = 0;
    };
    // Only records at offsets below `before` count.
    [[nodiscard]] Result<Plan> plan(const Matcher& matcher, std::uint64_t before);

    // Offsets, highest first, until `take` returns false.
    Status offsets(const Plan& plan, const std::function<Result<bool>(std::uint64_t)>& take);
    // The last block first.
    Result<std::vector<Block>> blocks(const Plan& plan, const Matcher& matcher);

private:
    IndexReader(Database database, const Segment& segment)
        : database_(std::move(database)),
          segment_(segment) {}

    Status prepare();
    Status narrow_by_time(Plan& plan, const Matcher& matcher);
    // False when no address holds it.
    Result<bool> add_addresses(std::string& words,
                               const std::string& part,
                               const std::function<std::string(std::uint64_t)>& tag);

    Database database_;
    const Segment& segment_;  // which owns us
    SteadyTime deadline_;
    Statement words_;
    Statement blocks_;
    Statement addresses_;
    Statement span_;
};

}  // namespace sealgate::maillog
