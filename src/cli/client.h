#pragma once
// SPDX-License-Identifier: Apache-2.0
// One HTTP request to the daemon over its control socket.

#include "cli/exit_code.h"

#include <chrono>
#include <string>
#include <string_view>

namespace sealgate::cli {

struct Question {
    std::string method = "GET";
    std::string target;
    std::string body = {};
    std::string content_type = "application/json";  // when there is a body
    std::string if_match = {};
};

struct Reply {
    unsigned status = 0;
    std::string body;
    std::string etag;
};

// A connection a question: the daemon is on the same machine. Gives up after `patience`. Failures:
// unreachable, not_permitted (the socket's file mode), later (no answer in time), fault.
[[nodiscard]] Outcome<Reply> ask(const std::string& socket,
                                 const Question& question,
                                 std::chrono::seconds patience = std::chrono::seconds(120));

}  // namespace sealgate::cli
