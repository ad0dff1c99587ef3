#pragma once
// SPDX-License-Identifier: Apache-2.0

#include "base/result.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace sealgate::config {

struct HttpsUrl {
    std::string host;  // a name or an address, an IPv6 one without brackets
    std::uint16_t port = 443;
    std::string target;  // path and query, "/" at least

    // As a Host field has it.
    [[nodiscard]] std::string authority() const;
    // malformed, with the end of a sentence: not https, no host, a user or password, a fragment,
    // over 2000 octets, port 0.
    [[nodiscard]] static Result<HttpsUrl> parse(std::string_view text);
};

}  // namespace sealgate::config
