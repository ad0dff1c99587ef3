#pragma once
// SPDX-License-Identifier: Apache-2.0
// Cuts a stream of octets into SMTP replies; as lenient as a load generator may be.

#include <optional>
#include <string>

namespace sealgate::load {

struct Answer {
    int code = 0;  // 0: not an SMTP reply
    std::string text;
};

class ReplyReader {
public:
    // Where received octets are to be appended.
    [[nodiscard]] std::string& buffer() { return buffer_; }
    [[nodiscard]] std::optional<Answer> next();
    void clear();

private:
    std::string buffer_;
    std::size_t start_ = 0;
};

}  // namespace sealgate::load
