// SPDX-License-Identifier: Apache-2.0
#include "maillog/counter.h"

#include "base/text.h"
#include "maillog/record_walk.h"

#include <utility>
#include <vector>

namespace sealgate::maillog {
namespace {

constexpr std::size_t kMaxGroups = 200'000;  // domains that are told apart

class Counter {
public:
    Counter(SegmentStore& store, const Matcher& matcher, CountBy by, SteadyTime deadline)
        : matcher_(matcher),
          by_(by),
          walk_(store, matcher, deadline) {}

    Result<Counts> run() {
        SG_TRYV(walk_.run(
            [this](const RecordView& record, const Cursor& /*place*/) {
                add(name_of(record), 1);
                return true;
            },
            [this](IndexReader& index, const IndexPlan& plan) { return take(index, plan); }));
        counts_.not_indexed = walk_.not_indexed();
        return std::move(counts_);
    }

private:
    // What one segment adds, by number: of the verdict, the level, or the recipient's domain.
    using Tally = std::vector<std::uint64_t>;

    [[nodiscard]] std::string name_of(const RecordView& record) const {
        switch (by_) {
            case CountBy::verdict:
                return std::string(to_string(record.verdict));
            case CountBy::level:
                return to_lower(to_string(record.level));
            case CountBy::domain:
                break;
        }
        return to_lower(domain_of(record.recipient));
    }

    [[nodiscard]] std::size_t number_of(const Cell& cell) const {
        switch (by_) {
            case CountBy::verdict:
                return static_cast<std::size_t>(cell.verdict);
            case CountBy::level:
                return static_cast<std::size_t>(cell.level);
            case CountBy::domain:
                break;
        }
        return cell.recipient < domains_.size() ? domains_[cell.recipient] : 0;
    }

    void add(std::string name, std::uint64_t count) {
        counts_.total += count;
        const auto found = counts_.groups.find(name);
        if (found != counts_.groups.end()) {
            found->second += count;
        } else if (counts_.groups.size() < kMaxGroups) {
            counts_.groups.emplace(std::move(name), count);
        } else {
            counts_.other += count;
        }
    }

    Result<bool> take(IndexReader& index, const IndexPlan& plan) {
        if (!plan.exact) return false;
        if (plan.whole) {
            SG_TRY(const auto totals, index.totals(total()));
            return finish(index, totals);
        }
        if (by_ == CountBy::domain) {
            SG_TRY(domains_, index.domains_of_addresses());
        }
        Tally tally;
        const auto count = [&](std::uint64_t /*offset*/, const Cell& cell) -> Result<bool> {
            const std::size_t number = number_of(cell);
            if (number >= tally.size()) tally.resize(number + 1);
            ++tally[number];
            return true;
        };
        if (!matcher_.since() && !matcher_.until()) {
            SG_TRYV(index.cells(plan, count));
        } else {
            SG_TRYV(take_within_times(index, plan, count));
        }
        return finish(index, tally);
    }

    // Blocks that lie within the times as a whole are counted; in others each record is asked.
    Status take_within_times(IndexReader& index,
                             const IndexPlan& plan,
                             const IndexReader::TakeCell& count) {
        SG_TRY(const auto blocks, index.blocks(plan, matcher_));
        auto block = blocks.begin();
        return index.cells(plan, [&](std::uint64_t offset, const Cell& cell) -> Result<bool> {
            while (block != blocks.end() && offset < block->from.offset)
                ++block;
            if (block == blocks.end()) return false;
            if (offset >= block->behind) return true;  // in a block of other times
            const bool whole = (!matcher_.since() || block->least >= *matcher_.since()) &&
                               (!matcher_.until() || block->greatest < *matcher_.until());
            if (!whole) {
                SG_TRY(const bool answers, walk_.answers_at(offset));
                if (!answers) return true;
            }
            return count(offset, cell);
        });
    }

    Result<bool> finish(IndexReader& index, const Tally& tally) {
        std::vector<std::string> domains;
        if (by_ == CountBy::domain) {
            SG_TRY(domains, index.domain_names());
        }
        for (std::size_t number = 0; number < tally.size(); ++number) {
            if (tally[number] == 0) continue;
            switch (by_) {
                case CountBy::verdict:
                    add(std::string(to_string(static_cast<Verdict>(number))), tally[number]);
                    break;
                case CountBy::level:
                    add(to_lower(to_string(static_cast<Level>(number))), tally[number]);
                    break;
                case CountBy::domain:
                    add(number < domains.size() ? domains[number] : "", tally[number]);
                    break;
            }
        }
        return true;
    }

    [[nodiscard]] Total total() const {
        switch (by_) {
            case CountBy::verdict:
                return Total::verdict;
            case CountBy::level:
                return Total::level;
            case CountBy::domain:
                break;
        }
        return Total::domain;
    }

    const Matcher& matcher_;
    CountBy by_;
    RecordWalk walk_;
    std::vector<std::uint32_t> domains_;  // of the segment under way, by number of the address
    Counts counts_;
};

}  // namespace

Result<Counts> count_records(SegmentStore& store,
                             const Matcher& matcher,
                             CountBy by,
                             SteadyTime deadline) {
    return Counter(store, matcher, by, deadline).run();
}

}  // namespace sealgate::maillog
