// SPDX-License-Identifier: Apache-2.0
#include "config/secret_text.h"

namespace sealgate::config {

namespace {

constexpr std::string_view kHidden = "***";

std::string hide_parameter(std::string url) {
    constexpr std::string_view kName = "password=";
    const std::size_t query = url.find('?');
    if (query == std::string::npos) return url;
    for (std::size_t at = url.find(kName, query); at != std::string::npos;
         at = url.find(kName, at + kName.size())) {
        const char before = url[at - 1];
        if (before != '?' && before != '&') continue;
        const std::size_t begin = at + kName.size();
        const std::size_t end = url.find('&', begin);
        url.replace(begin, end == std::string::npos ? std::string::npos : end - begin, kHidden);
    }
    return url;
}

}  // namespace

std::string without_password(std::string_view url) {
    const std::size_t scheme = url.find("://");
    if (scheme == std::string_view::npos) return std::string(url);
    const std::size_t begin = scheme + 3;
    // In doubt more is hidden: a password may hold '/', '?' or '@' that somebody forgot to escape.
    const std::size_t at = url.rfind('@');
    const std::size_t colon = url.find(':', begin);
    if (at == std::string_view::npos || colon == std::string_view::npos || colon > at) {
        return hide_parameter(std::string(url));
    }
    std::string out(url.substr(0, colon + 1));
    out += kHidden;
    out += url.substr(at);
    return hide_parameter(std::move(out));
}

}  // namespace sealgate::config
