// SPDX-License-Identifier: Apache-2.0
#include "reply_reader.h"

#include <string_view>

namespace sealgate::load {
namespace {

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

int code_of(std::string_view line) {
    if (line.size() < 3 || !is_digit(line[0]) || !is_digit(line[1]) || !is_digit(line[2])) return 0;
    return (line[0] - '0') * 100 + (line[1] - '0') * 10 + (line[2] - '0');
}

}  // namespace

std::optional<Answer> ReplyReader::next() {
    std::size_t at = start_;
    while (true) {
        const auto end = buffer_.find('\n', at);
        if (end == std::string::npos) return std::nullopt;
        const std::string_view line(buffer_.data() + at, end - at);
        at = end + 1;
        const bool more = line.size() > 3 && line[3] == '-' && code_of(line) != 0;
        if (more) continue;
        Answer answer{code_of(line), std::string(line)};
        if (answer.text.ends_with('\r')) answer.text.pop_back();
        start_ = at;
        if (start_ == buffer_.size()) clear();
        return answer;
    }
}

void ReplyReader::clear() {
    buffer_.clear();
    start_ = 0;
}

}  // namespace sealgate::load
