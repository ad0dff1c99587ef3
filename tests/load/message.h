#pragma once
// SPDX-License-Identifier: Apache-2.0
// The message that the load generator sends: one text, made once, with the id put in per message.

#include <cstdint>
#include <string>
#include <string_view>

namespace sealgate::load {

// The header field by which generator and sink know a message again.
inline constexpr std::string_view kIdField = "X-Load-Id";

class MessageTemplate {
public:
    // `size` octets of content (at least the header's own size), framed for DATA.
    MessageTemplate(std::string_view from, std::string_view rcpt, std::size_t size);

    // Appends content and end of data.
    void append(std::string_view id, std::string& out) const;

private:
    std::string before_;  // up to and with "X-Load-Id: "
    std::string between_;
    std::string after_;  // the rest, with CRLF "." CRLF
};

// The value of kIdField in the first octets of a message; "" when it is not there.
[[nodiscard]] std::string_view find_id(std::string_view head);

}  // namespace sealgate::load
