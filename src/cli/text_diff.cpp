// SPDX-License-Identifier: Apache-2.0
// By the longest common subsequence of lines. Debian's diff library (dtl) does not compile with
// clang 19.
#include "cli/text_diff.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

namespace sealgate::cli {

namespace {

constexpr std::size_t kMaxCells = 4'000'000;  // of the table below
constexpr std::size_t kContext = 3;

using Lines = std::vector<std::string_view>;

Lines lines_of(std::string_view text) {
    Lines lines;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        lines.push_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return lines;
}

struct Edit {
    char kind = ' ';  // as it stands at the beginning of a line of the diff
    std::string_view line;
};

// Of the lines that differ in the middle; removed ones before added ones. Where the table would be
// too large, all are replaced.
void compare(std::span<const std::string_view> before,
             std::span<const std::string_view> after,
             std::vector<Edit>& edits) {
    const std::size_t width = after.size() + 1;
    const bool small = (before.size() + 1) * width <= kMaxCells;
    // common[i * width + j]: how long a common subsequence the lines from i and j on have.
    std::vector<std::uint32_t> common(small ? (before.size() + 1) * width : 0);
    if (small) {
        for (std::size_t i = before.size(); i-- > 0;) {
            for (std::size_t j = after.size(); j-- > 0;) {
                common[i * width + j] =
                    before[i] == after[j]
                        ? common[(i + 1) * width + j + 1] + 1
                        : std::max(common[(i + 1) * width + j], common[i * width + j + 1]);
            }
        }
    }
    std::size_t i = 0;
    std::size_t j = 0;
    while (i < before.size() || j < after.size()) {
        const bool both = i < before.size() && j < after.size();
        if (small && both && before[i] == after[j]) {
            edits.push_back({' ', before[i]});
            ++i;
            ++j;
        } else if (i < before.size() &&
                   (!both || !small || common[(i + 1) * width + j] >= common[i * width + j + 1])) {
            edits.push_back({'-', before[i++]});
        } else {
            edits.push_back({'+', after[j++]});
        }
    }
}

std::vector<Edit> edits_between(const Lines& before, const Lines& after) {
    std::size_t head = 0;
    while (head < before.size() && head < after.size() && before[head] == after[head])
        ++head;
    std::size_t tail = 0;
    while (tail < before.size() - head && tail < after.size() - head &&
           before[before.size() - 1 - tail] == after[after.size() - 1 - tail]) {
        ++tail;
    }
    std::vector<Edit> edits;
    edits.reserve(before.size() + after.size());
    for (std::size_t i = 0; i < head; ++i)
        edits.push_back({' ', before[i]});
    compare(std::span(before).subspan(head, before.size() - head - tail),
            std::span(after).subspan(head, after.size() - head - tail),
            edits);
    for (std::size_t i = before.size() - tail; i < before.size(); ++i)
        edits.push_back({' ', before[i]});
    return edits;
}

// "4,6" or, for one line, "4"; of no lines, the line before.
std::string range(std::size_t first, std::size_t count) {
    if (count == 1) return fmt::format("{}", first);
    return fmt::format("{},{}", count == 0 ? first - 1 : first, count);
}

}  // namespace

std::string unified_diff(std::string_view before,
                         std::string_view after,
                         std::string_view before_name,
                         std::string_view after_name) {
    const std::vector<Edit> edits = edits_between(lines_of(before), lines_of(after));
    std::string out;
    std::size_t old_line = 1;
    std::size_t new_line = 1;
    std::size_t at = 0;
    while (at < edits.size()) {
        const auto changed = [&](const Edit& edit) { return edit.kind != ' '; };
        const auto first =
            std::find_if(edits.begin() + static_cast<std::ptrdiff_t>(at), edits.end(), changed);
        if (first == edits.end()) break;
        const auto found = static_cast<std::size_t>(first - edits.begin());
        const std::size_t begin = found - std::min(kContext, found - at);
        old_line += begin - at;
        new_line += begin - at;
        std::size_t end = found;  // behind the last line of the hunk
        for (std::size_t same = 0; end < edits.size() && same <= 2 * kContext; ++end)
            same = changed(edits[end]) ? 0 : same + 1;
        std::size_t spare = 0;
        while (!changed(edits[end - 1 - spare]))
            ++spare;
        end -= spare - std::min(spare, kContext);
        std::string lines;
        std::size_t old_count = 0;
        std::size_t new_count = 0;
        for (std::size_t i = begin; i < end; ++i) {
            old_count += edits[i].kind == '+' ? 0 : 1;
            new_count += edits[i].kind == '-' ? 0 : 1;
            lines.append(1, edits[i].kind).append(edits[i].line).append("\n");
        }
        out += fmt::format(
            "@@ -{} +{} @@\n{}", range(old_line, old_count), range(new_line, new_count), lines);
        old_line += old_count;
        new_line += new_count;
        at = end;
    }
    return out.empty() ? out : fmt::format("--- {}\n+++ {}\n{}", before_name, after_name, out);
}

}  // namespace sealgate::cli
