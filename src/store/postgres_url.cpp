// SPDX-License-Identifier: Apache-2.0
#include "store/postgres_url.h"

#include "base/text.h"

#include <algorithm>

namespace sealgate::store {

namespace {

constexpr std::string_view kWhere = "store.postgres_url";
constexpr std::string_view kScheme = "postgresql://";
constexpr std::size_t kMaxUrl = 4096;

Result<std::string> percent_decode(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            out += text[i];
            continue;
        }
        const auto byte = from_hex(text.substr(i + 1, 2));
        if (!byte || byte->size() != 1) {
            return fail(ErrorKind::refused,
                        kWhere,
                        "'database' has a '%' that is not followed by two hexadecimal digits");
        }
        out += *byte;
        i += 2;
    }
    return out;
}

class Words {
public:
    Status add(std::string_view name, std::string_view encoded) {
        if (encoded.empty()) return {};
        SG_TRY(const std::string value, percent_decode(encoded));
        const auto bad = [](char c) {
            return static_cast<unsigned char>(c) <= ' ' || c == '=' || c == '\'' || c == '\\';
        };
        if (std::ranges::any_of(value, bad)) {
            return fail(ErrorKind::refused,
                        kWhere,
                        "the " + std::string(name) +
                            " in 'database' holds a blank, '=', quote or backslash, which cannot "
                            "be used there; put a password like that into a password file and name "
                            "it with ?passfile=FILE");
        }
        if (!text_.empty()) text_ += ' ';
        text_.append(name).append("=").append(value);
        return {};
    }
    [[nodiscard]] const std::string& text() const { return text_; }

private:
    std::string text_;
};

// "host:port,[v6]:port" as two lists.
Status add_hosts(Words& words, std::string_view authority) {
    std::string hosts;
    std::string ports;
    for (std::string_view one : split(authority, ',')) {
        std::string_view port;
        const std::size_t colon = one.rfind(':');
        if (colon != std::string_view::npos && one.find(']', colon) == std::string_view::npos) {
            port = one.substr(colon + 1);
            one = one.substr(0, colon);
        }
        if (one.starts_with('[') && one.ends_with(']')) one = one.substr(1, one.size() - 2);
        hosts.append(hosts.empty() ? "" : ",").append(one);
        ports.append(ports.empty() ? "" : ",").append(port.empty() ? "5432" : port);
    }
    SG_TRYV(words.add("host", hosts));
    return hosts.empty() ? Status{} : words.add("port", ports);
}

}  // namespace

Result<std::string> connection_words(std::string_view url) {
    if (!url.starts_with(kScheme) || url.size() > kMaxUrl) {
        return fail(
            ErrorKind::refused, kWhere, "'database' must be \"postgresql://USER@HOST/DATABASE\"");
    }
    std::string_view rest = url.substr(kScheme.size());
    std::string_view query;
    if (const std::size_t mark = rest.find('?'); mark != std::string_view::npos) {
        query = rest.substr(mark + 1);
        rest = rest.substr(0, mark);
    }
    const std::size_t slash = rest.find('/');
    std::string_view authority = rest.substr(0, slash);
    Words words;
    if (const std::size_t at = authority.rfind('@'); at != std::string_view::npos) {
        const std::string_view user = authority.substr(0, at);
        const std::size_t colon = user.find(':');
        SG_TRYV(words.add("user", user.substr(0, colon)));
        if (colon != std::string_view::npos) {
            SG_TRYV(words.add("password", user.substr(colon + 1)));
        }
        authority = authority.substr(at + 1);
    }
    SG_TRYV(add_hosts(words, authority));
    if (slash != std::string_view::npos) SG_TRYV(words.add("dbname", rest.substr(slash + 1)));
    bool timeout = false;
    for (const std::string_view pair : split(query, '&')) {
        if (pair.empty()) continue;
        const std::size_t equals = pair.find('=');
        const std::string_view name = pair.substr(0, equals);
        const auto good = [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; };
        if (equals == std::string_view::npos || !std::ranges::all_of(name, good) || name.empty()) {
            return fail(ErrorKind::refused,
                        kWhere,
                        "'database' has a parameter after '?' that is not NAME=VALUE");
        }
        timeout = timeout || name == "connect_timeout";
        SG_TRYV(words.add(name, pair.substr(equals + 1)));
    }
    // libpq would wait for as long as the network likes.
    if (!timeout) SG_TRYV(words.add("connect_timeout", "10"));
    return words.text();
}

}  // namespace sealgate::store
