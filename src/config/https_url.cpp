// SPDX-License-Identifier: Apache-2.0
#include "config/https_url.h"

#include "base/text.h"

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

namespace sealgate::config {

namespace {

constexpr std::size_t kMaxUrl = 2000;
constexpr std::uint16_t kHttpsPort = 443;

std::unexpected<Error> not_usable(std::string sentence) {
    return fail(ErrorKind::malformed, "config.url", std::move(sentence));
}

}  // namespace

std::string HttpsUrl::authority() const {
    const bool v6 = host.find(':') != std::string::npos;
    std::string out = v6 ? "[" + host + "]" : host;
    if (port != kHttpsPort) out += ":" + std::to_string(port);
    return out;
}

Result<HttpsUrl> HttpsUrl::parse(std::string_view text) {
    if (text.size() > kMaxUrl) return not_usable("is too long for a URL");
    const auto parsed = boost::urls::parse_uri({text.data(), text.size()});
    if (!parsed) return not_usable("must be a URL, such as \"https://example.com/hook\"");
    const boost::urls::url_view& url = *parsed;
    if (url.scheme_id() != boost::urls::scheme::https) {
        return not_usable("must begin with \"https://\"");
    }
    if (url.has_userinfo()) return not_usable("must not hold a user or password");
    if (url.has_fragment()) return not_usable("must not end with a fragment (#...)");
    HttpsUrl out;
    const std::string host = url.host_address();
    if (host.empty() || host.size() > 255) return not_usable("must name a host");
    for (const char c : host) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte <= 0x20 || byte >= 0x7F) return not_usable("must name a host in ASCII letters");
    }
    out.host = host;
    if (url.has_port() && !url.port().empty()) {
        const auto digits = url.port();
        const auto port = parse_number({digits.data(), digits.size()});
        if (!port || *port == 0 || *port > 65535) return not_usable("has a port that cannot be");
        out.port = static_cast<std::uint16_t>(*port);
    }
    const auto path = url.encoded_path();
    // Boost 1.81 reads what follows the colon of a bad port as the path.
    if (!path.empty() && path.front() != '/') return not_usable("has a port that cannot be");
    out.target = path.empty() ? "/" : std::string(path.data(), path.size());
    if (url.has_query()) {
        const auto query = url.encoded_query();
        out.target += "?" + std::string(query.data(), query.size());
    }
    return out;
}

}  // namespace sealgate::config
