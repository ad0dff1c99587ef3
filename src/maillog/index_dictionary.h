#pragma once
// SPDX-License-Identifier: Apache-2.0
// Numbers for the distinct texts of one table of a search index, from 1. After an error the numbers
// that it remembers may have been rolled back.

#include "maillog/sqlite.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

namespace sealgate::maillog {

class Dictionary {
public:
    Dictionary() = default;
    // Of a table with the columns id and text.
    [[nodiscard]] static Result<Dictionary> prepare(Database& database, std::string_view table);

    struct Entry {
        std::uint64_t id = 0;
        bool added = false;  // it was not there before
    };
    // The number of `text` in lower case.
    Result<Entry> enter(std::string_view text);
    [[nodiscard]] const std::string& lower() const { return lower_; }  // of the last enter()

private:
    Statement insert_;
    Statement find_;
    std::unordered_map<std::string, std::uint64_t> known_;  // a part of the table
    std::string lower_;
};

}  // namespace sealgate::maillog
