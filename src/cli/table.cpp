// SPDX-License-Identifier: Apache-2.0
#include "cli/table.h"

#include "base/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace sealgate::cli {

namespace {

// Code points; good enough for addresses and domains.
std::size_t width(std::string_view text) {
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
        return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
    }));
}

}  // namespace

void Table::add(std::vector<std::string> cells) {
    for (auto& cell : cells)
        cell = escape_for_log(cell);
    cells.resize(columns_.size());
    rows_.push_back(std::move(cells));
}

std::string Table::render() const {
    std::vector<std::size_t> widths;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
        widths.push_back(columns_[i].title.size());
        for (const auto& row : rows_)
            widths[i] = std::max(widths[i], width(row[i]));
    }
    std::string out;
    const auto put = [&](std::size_t i, std::string_view cell) {
        const std::string pad(widths[i] - width(cell), ' ');
        if (i > 0) out += "  ";
        if (columns_[i].align == Align::right) out += pad;
        out += cell;
        if (columns_[i].align == Align::left) out += pad;
        if (i + 1 == columns_.size()) {
            out.erase(out.find_last_not_of(' ') + 1);
            out += '\n';
        }
    };
    for (std::size_t i = 0; i < columns_.size(); ++i)
        put(i, columns_[i].title);
    for (const auto& row : rows_) {
        for (std::size_t i = 0; i < columns_.size(); ++i)
            put(i, row[i]);
    }
    return out;
}

std::string show_size(std::uint64_t octets) {
    constexpr std::array<std::string_view, 5> kUnits{"KiB", "MiB", "GiB", "TiB", "PiB"};
    if (octets < 1024) return fmt::format("{} B", octets);
    double value = static_cast<double>(octets) / 1024;
    std::size_t unit = 0;
    for (; value >= 1023.95 && unit + 1 < kUnits.size(); ++unit)
        value /= 1024;
    return fmt::format("{:.1f} {}", value, kUnits[unit]);
}

std::string show_duration(std::uint64_t seconds) {
    const std::array<std::pair<std::uint64_t, std::string_view>, 4> units{
        {{86400, "d"}, {3600, "h"}, {60, "min"}, {1, "s"}}};
    std::string out;
    for (std::size_t i = 0; i < units.size(); ++i) {
        if (seconds < units[i].first && i + 1 < units.size()) continue;
        out = fmt::format("{} {}", seconds / units[i].first, units[i].second);
        const auto rest = seconds % units[i].first;
        if (i + 1 < units.size() && rest / units[i + 1].first > 0) {
            out += fmt::format(" {} {}", rest / units[i + 1].first, units[i + 1].second);
        }
        break;
    }
    return out;
}

}  // namespace sealgate::cli
