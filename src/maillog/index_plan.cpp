// SPDX-License-Identifier: Apache-2.0
#include "maillog/index_plan.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

namespace sealgate::maillog {

bool CellFilter::passes(const Cell& cell) const {
    const auto named = [this](std::uint32_t address) {
        return address < addresses.size() && addresses[address];
    };
    switch (kind) {
        case Term::Kind::sender:
            return named(cell.sender) != negated;
        case Term::Kind::recipient:
            return named(cell.recipient) != negated;
        case Term::Kind::verdict:
            return (cell.verdict == verdict) != negated;
        case Term::Kind::level:
            return (cell.level >= level) != negated;
        default:
            return true;
    }
}

void IndexPlan::tags(bool negated, const std::vector<std::string>& tags) {
    if (tags.empty()) {
        // Nothing here carries any of them.
        if (!negated) nothing = true;
    } else if (negated) {
        exclude(tag_expression(tags));
    } else {
        require(tag_expression(tags));
    }
}

std::string IndexPlan::words() const {
    if (required_.empty()) return {};
    std::string out = fmt::format("({})", fmt::join(required_, ") AND ("));
    if (!excluded_.empty()) {
        out = fmt::format("({}) NOT (({}))", out, fmt::join(excluded_, ") OR ("));
    }
    return out;
}

// FTS5 can only take away from something.
void IndexPlan::close() {
    if (required_.empty() && !excluded_.empty()) exact = false;
}

bool IndexPlan::passes(const Cell& cell) const {
    return std::ranges::all_of(filters,
                               [&cell](const CellFilter& one) { return one.passes(cell); });
}

std::string tag_expression(const std::vector<std::string>& tags) {
    return fmt::format("tag : (\"{}\")", fmt::join(tags, "\" OR \""));
}

}  // namespace sealgate::maillog
