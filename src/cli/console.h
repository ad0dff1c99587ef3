#pragma once
// SPDX-License-Identifier: Apache-2.0
// Where a command reads and writes. stdout is data, stderr is talk.

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace sealgate::cli {

class Console {
public:
    Console() = default;
    Console(const Console&) = delete;
    Console& operator=(const Console&) = delete;
    Console(Console&&) = delete;
    Console& operator=(Console&&) = delete;
    virtual ~Console() = default;

    virtual void out(std::string_view text) = 0;
    // False: what was given to out() could not be written, or not all of it.
    [[nodiscard]] virtual bool flush() = 0;
    virtual void talk(std::string_view text) = 0;
    // Somebody sits there who can answer.
    [[nodiscard]] virtual bool interactive() const = 0;
    // One line without its end; nullopt at the end of the input.
    [[nodiscard]] virtual std::optional<std::string> read_line() = 0;
    // All of the input, at most `limit` octets; nullopt when it is longer.
    [[nodiscard]] virtual std::optional<std::string> read_all(std::size_t limit) = 0;
    // Flushes what was written and waits. False: stop following.
    virtual bool pause(std::chrono::milliseconds time) = 0;
    // Lets the user's editor work on a file; false when it could not be run or said so.
    virtual bool edit(const std::string& file) = 0;
};

}  // namespace sealgate::cli
