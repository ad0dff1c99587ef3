#pragma once
// SPDX-License-Identifier: Apache-2.0
// Asks the search index of one segment where records may stand that answer a query. It may name too
// many; the records themselves decide. One thread at a time.

#include "base/clock.h"
#include "maillog/index_plan.h"
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
    WallTime least{};  // of its records' times
    WallTime greatest{};
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
    Result<IndexState> begin(SteadyTime deadline);
    void end();

    // What to ask for. Only records at offsets below `before` count.
    [[nodiscard]] Result<IndexPlan> plan(const Matcher& matcher, std::uint64_t before);
    // Offsets that the plan's words and filters leave, highest first, until `take` returns false.
    using Take = std::function<Result<bool>(std::uint64_t offset)>;
    Status offsets(const IndexPlan& plan, const Take& take);
    // The same, with what the index knows of the record.
    using TakeCell = std::function<Result<bool>(std::uint64_t offset, const Cell& cell)>;
    Status cells(const IndexPlan& plan, const TakeCell& take);
    // The last block first.
    Result<std::vector<Block>> blocks(const IndexPlan& plan, const Matcher& matcher);

    // Of all records that are indexed.
    Result<SegmentBounds> bounds();
    // What was counted when the segment was full, by number; only under a plan that is `whole`.
    Result<std::vector<std::uint64_t>> totals(Total total);
    // The number of the domain by that of the address, and their names; 0 is none.
    Result<std::vector<std::uint32_t>> domains_of_addresses();
    Result<std::vector<std::string>> domain_names();

private:
    IndexReader(Database database, const Segment& segment)
        : database_(std::move(database)),
          segment_(segment) {}

    Status prepare();
    // Every record of a full segment answers.
    [[nodiscard]] bool asks_for_all(const Matcher& matcher, std::uint64_t before) const;
    Status narrow_by_time(IndexPlan& plan, const Matcher& matcher);
    Status add_term(IndexPlan& plan, const Term& term);
    Status add_addresses(IndexPlan& plan, const Term& term);
    Result<std::vector<std::uint64_t>> addresses_with(const std::string& part);
    Result<std::vector<std::uint64_t>> domains_like(const std::string& wanted);
    Result<std::vector<std::uint64_t>> sources_in(const Network& network);
    Result<std::vector<std::uint64_t>> listeners_named(const std::string& name);
    // How many records the plan's words leave, `most` at most.
    Result<std::size_t> count_words(const IndexPlan& plan, std::size_t most);
    Status run_words(const IndexPlan& plan, const Take& take);
    // The cell of a record, loading the row that holds it; null when there is none.
    Result<const Cell*> cell_at(std::uint64_t offset);
    Result<bool> load_cells(std::uint64_t offset);

    Database database_;
    const Segment& segment_;  // which owns us
    SteadyTime deadline_;
    Statement words_;
    Statement blocks_;
    Statement names_;
    Statement totals_;
    Statement span_;
    Statement find_cells_;
    bool complete_ = false;          // since begin()
    std::uint64_t cells_first_ = 0;  // where the row of `cells_` begins; 0 = none
    std::vector<Cell> cells_;
};

}  // namespace sealgate::maillog
