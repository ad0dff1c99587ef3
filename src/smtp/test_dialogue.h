#pragma once
// SPDX-License-Identifier: Apache-2.0
// For tests: dialogues with the server session. In a script "C: " is a line that the client sends,
// "C| " one that it sends in the same write as the next; "S: " is the beginning of a reply line,
// "* " a step.

#include "base/text.h"
#include "smtp/test_player.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace sealgate::smtp {

inline ServerOptions options() {
    ServerOptions out;
    out.hostname = "gw.example.com";
    out.postmaster = "it@example.com";
    return out;
}

inline void expect_lines(const std::string& actual, const std::vector<std::string>& expected) {
    auto lines = split(actual, '\n');
    lines.pop_back();  // behind the last line end
    std::size_t i = 0;
    for (; i < lines.size() && i < expected.size(); ++i) {
        EXPECT_TRUE(lines[i].starts_with(expected[i]))
            << "got \"" << lines[i] << "\", expected \"" << expected[i] << "\"";
    }
    for (; i < lines.size(); ++i)
        ADD_FAILURE() << "unexpected: " << lines[i];
    for (; i < expected.size(); ++i)
        ADD_FAILURE() << "missing: " << expected[i];
}

inline void play(Player& player, std::string_view script) {
    std::string input;
    std::vector<std::string> expected;
    const auto flush = [&] {
        player.feed(input);
        input.clear();
    };
    for (const std::string_view line : split(script, '\n')) {
        if (line.size() < 2) continue;
        const std::string_view text = line.substr(std::min<std::size_t>(3, line.size()));
        if (line.starts_with("C")) {
            if (!expected.empty()) {
                SCOPED_TRACE("before: " + std::string(line));
                expect_lines(player.take_transcript(), expected);
                expected.clear();
            }
            input.append(text).append("\r\n");
            if (line[1] == ':') flush();
        } else {
            expected.emplace_back(line.starts_with("S") ? text : line);
        }
    }
    flush();
    expect_lines(player.take_transcript(), expected);
}

// A session that has been greeted; the script begins behind EHLO.
inline void dialogue(const ServerOptions& with, std::string_view script) {
    Player player(with);
    player.greet();
    player.feed("EHLO client.example\r\n");
    player.take_transcript();
    play(player, script);
}

inline std::string transaction(std::string_view content, bool chunked = false) {
    std::string out = "EHLO c.example\r\nMAIL FROM:<a@example.com>\r\nRCPT TO:<b@example.org>\r\n";
    out += chunked ? "BDAT " + std::to_string(content.size()) + " LAST\r\n" : "DATA\r\n";
    return out.append(content);
}

}  // namespace sealgate::smtp
