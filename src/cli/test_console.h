#pragma once
// SPDX-License-Identifier: Apache-2.0
// For tests: a console that keeps what was written and answers from a script.

#include "cli/console.h"

#include <deque>
#include <functional>
#include <string>

namespace sealgate::cli {

class TestConsole final : public Console {
public:
    std::string written;
    std::string talked;
    bool somebody_there = false;
    std::deque<std::string> answers;
    std::string input;
    bool output_fails = false;
    std::size_t pauses = 0;  // how often following goes on
    std::function<void()> on_pause = [] {};
    std::function<bool(const std::string&)> editor = [](const std::string&) { return false; };

    void out(std::string_view text) override { written += text; }
    [[nodiscard]] bool flush() override { return !output_fails; }
    void talk(std::string_view text) override { talked += text; }
    [[nodiscard]] bool interactive() const override { return somebody_there; }
    [[nodiscard]] std::optional<std::string> read_line() override {
        if (answers.empty()) return std::nullopt;
        auto line = answers.front();
        answers.pop_front();
        return line;
    }
    [[nodiscard]] std::optional<std::string> read_all(std::size_t limit) override {
        return input.size() > limit ? std::nullopt : std::optional(input);
    }
    bool pause(std::chrono::milliseconds /*time*/) override {
        if (pauses == 0) return false;
        --pauses;
        on_pause();
        return true;
    }
    bool edit(const std::string& file) override { return editor(file); }
};

}  // namespace sealgate::cli
