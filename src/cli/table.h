#pragma once
// SPDX-License-Identifier: Apache-2.0
// Rows for people, in columns that are as wide as their widest cell.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sealgate::cli {

enum class Align : std::uint8_t { left, right };

struct Column {
    std::string_view title;
    Align align = Align::left;
};

class Table {
public:
    explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}
    // Cells may be foreign text: they are escaped. Missing cells stay empty.
    void add(std::vector<std::string> cells);
    [[nodiscard]] bool empty() const { return rows_.empty(); }
    // With the titles; no blanks at the ends of lines.
    [[nodiscard]] std::string render() const;

private:
    std::vector<Column> columns_;
    std::vector<std::vector<std::string>> rows_;
};

// "1.5 MiB"; exact below 1 KiB.
[[nodiscard]] std::string show_size(std::uint64_t octets);
// "3 d 4 h", "12 min 5 s": the two largest units.
[[nodiscard]] std::string show_duration(std::uint64_t seconds);

}  // namespace sealgate::cli
