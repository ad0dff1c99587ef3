// SPDX-License-Identifier: Apache-2.0
#include "config/settings.h"

#include "base/text.h"
#include "config/schema.h"

#include <netdb.h>
#include <unistd.h>

#include <array>

namespace sealgate::config {

namespace {

std::unexpected<Error> bad_address(std::string_view text, std::string_view hint) {
    return fail(ErrorKind::malformed,
                "config.address",
                "'" + escape_for_log(text, 80) + "' " + std::string(hint));
}

std::string canonical_name(const char* host) {
    addrinfo hints{};
    hints.ai_family = AF_UNSPEC;
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_CANONNAME;
    addrinfo* list = nullptr;
    if (getaddrinfo(host, nullptr, &hints, &list) != 0 || list == nullptr) return "";
    std::string name = list->ai_canonname == nullptr ? "" : list->ai_canonname;
    freeaddrinfo(list);
    return name;
}

std::string find_machine_name() {
    std::array<char, 256> host{};
    if (gethostname(host.data(), host.size() - 1) == 0) {
        std::string name = host.data();
        if (name.find('.') == std::string::npos) name = canonical_name(host.data());
        const auto domain = mime::Domain::parse(name);
        if (domain && !domain->is_literal() && name.find('.') != std::string::npos) {
            return domain->ascii();
        }
    }
    return "localhost.localdomain";
}

}  // namespace

const std::string& machine_name() {
    static const std::string name = find_machine_name();
    return name;
}

Result<SocketAddress> SocketAddress::parse(std::string_view text) {
    constexpr std::string_view kHint =
        "is not an address to listen on; write an IP address and a port, such as \"0.0.0.0:25\" or "
        "\"[::]:25\"";
    const std::size_t colon = text.rfind(':');
    if (colon == std::string_view::npos) return bad_address(text, kHint);
    std::string_view host = text.substr(0, colon);
    const bool brackets = host.starts_with('[') && host.ends_with(']') && host.size() > 2;
    if (brackets) host = host.substr(1, host.size() - 2);
    const auto address = IpAddress::parse(host);
    if (!address || (!brackets && host.find(':') != std::string_view::npos)) {
        return bad_address(text, kHint);
    }
    const std::string_view digits = text.substr(colon + 1);
    const auto port = parse_number(digits);
    if (!port || digits.size() > 5 || *port > 65535) {
        return bad_address(text, "has no good port; it goes from 0 (any free one) to 65535");
    }
    return SocketAddress{address->to_string(), static_cast<std::uint16_t>(*port)};
}

std::string SocketAddress::to_string() const {
    const bool v6 = host.find(':') != std::string::npos;
    return (v6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

std::string Settings::report_address() const {
    return postmaster.empty() ? "postmaster@" + hostname : postmaster;
}

std::string Settings::path(std::string_view relative) const {
    if (relative.starts_with('/')) return std::string(relative);
    std::string joined = data_dir;
    if (!joined.ends_with('/')) joined += '/';
    return joined.append(relative);
}

std::string to_string(const Problem& problem) {
    std::string out = problem.file.empty() ? "configuration" : problem.file;
    if (problem.line > 0) {
        out += ":" + std::to_string(problem.line) + ":" + std::to_string(problem.column);
    }
    return out + ": " + problem.message;
}

}  // namespace sealgate::config
