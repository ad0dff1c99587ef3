#pragma once
// SPDX-License-Identifier: Apache-2.0
// The console of the process: its three standard streams, and $VISUAL or $EDITOR.

#include "cli/console.h"

namespace sealgate::cli {

class SystemConsole final : public Console {
public:
    void out(std::string_view text) override;
    [[nodiscard]] bool flush() override;
    void talk(std::string_view text) override;
    [[nodiscard]] bool interactive() const override;
    [[nodiscard]] std::optional<std::string> read_line() override;
    [[nodiscard]] std::optional<std::string> read_all(std::size_t limit) override;
    bool pause(std::chrono::milliseconds time) override;
    bool edit(const std::string& file) override;
};

}  // namespace sealgate::cli
