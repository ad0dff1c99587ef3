// SPDX-License-Identifier: Apache-2.0
#include "policy/routes.h"

#include "base/network.h"
#include "base/text.h"

#include <sys/un.h>

#include <algorithm>
#include <utility>

namespace sealgate::policy {

namespace {

constexpr std::string_view kWhere = "policy.next_hop";
constexpr std::string_view kMailbox = "mailbox:";
constexpr std::string_view kMx = "mx";
constexpr std::string_view kLmtp = "lmtp:";
constexpr std::string_view kLmtpSocket = "lmtp:unix:";

std::unexpected<Error> bad_hop(std::string_view text, std::string_view why) {
    return fail(ErrorKind::malformed,
                kWhere,
                "'" + escape_for_log(text, 300) + "' is not a next hop: " + std::string(why));
}

bool is_number(std::string_view label) {
    return std::ranges::all_of(label, is_digit);
}

// A name that looks like an IPv4 address but is none (such as "10.0.0.256") would be looked up in
// the DNS in vain, so it is refused here.
bool is_host_name(std::string_view text) {
    const auto domain = mime::Domain::parse(text);
    if (!domain || domain->is_literal()) return false;
    return !is_number(split(domain->ascii(), '.').back());
}

// What is wrong with a path; "" = nothing.
std::string path_problem(std::string_view path) {
    const auto control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; };
    if (std::ranges::any_of(path, control) || !is_valid_utf8(path)) {
        return "the path may hold no control characters and must be UTF-8";
    }
    if (std::ranges::count(split(path, '/'), std::string_view("..")) > 0) {
        return "the path must not contain '..'; write the path it means";
    }
    return "";
}

Result<NextHop> parse_mailbox(std::string_view text) {
    NextHop hop;
    hop.kind = NextHop::Kind::mailbox;
    hop.port = 0;
    hop.directory = text.substr(kMailbox.size());
    if (hop.directory.empty() || hop.directory.size() > 1024) {
        return bad_hop(text, "write the directory after 'mailbox:', such as 'mailbox:inbox'");
    }
    if (const std::string why = path_problem(hop.directory); !why.empty()) {
        return bad_hop(text, why);
    }
    return hop;
}

Result<NextHop> parse_socket(std::string_view text) {
    NextHop hop;
    hop.kind = NextHop::Kind::lmtp;
    hop.port = 0;
    hop.socket = text.substr(kLmtpSocket.size());
    if (!hop.socket.starts_with('/')) {
        return bad_hop(text,
                       "write the absolute path of a socket after 'lmtp:unix:', such as "
                       "'lmtp:unix:/run/dovecot/lmtp'");
    }
    constexpr std::size_t kLongest = sizeof(sockaddr_un::sun_path) - 1;
    if (hop.socket.size() > kLongest) {
        return bad_hop(text,
                       "the path of a socket has at most " + std::to_string(kLongest) + " octets");
    }
    if (const std::string why = path_problem(hop.socket); !why.empty()) return bad_hop(text, why);
    return hop;
}

// "mx" or "mx:DOMAIN". A host called "mx" with a port is written with its domain.
Result<NextHop> parse_mx(std::string_view text) {
    NextHop hop;
    hop.kind = NextHop::Kind::mx;
    hop.port = 0;
    if (text == kMx) return hop;
    const std::string_view name = text.substr(kMx.size() + 1);
    if (is_number(name)) {
        return bad_hop(text,
                       "'mx' means delivery by MX records; write 'mx' alone, 'mx:DOMAIN' for the "
                       "mail servers of one domain, or the full name of a host that is called mx");
    }
    if (!is_host_name(name)) return bad_hop(text, "write a domain after 'mx:'");
    hop.host = mime::Domain::parse(name)->ascii();
    return hop;
}

}  // namespace

std::string_view to_string(RouteTls tls) {
    switch (tls) {
        case RouteTls::none:
            return "none";
        case RouteTls::opportunistic:
            return "opportunistic";
        case RouteTls::required:
            return "required";
        case RouteTls::verify:
            return "verify";
    }
    return "verify";
}

std::optional<RouteTls> parse_route_tls(std::string_view text) {
    for (const auto tls :
         {RouteTls::none, RouteTls::opportunistic, RouteTls::required, RouteTls::verify}) {
        if (text == to_string(tls)) return tls;
    }
    return std::nullopt;
}

Result<NextHop> NextHop::parse(std::string_view text) {
    if (text.starts_with(kMailbox)) return parse_mailbox(text);
    if (text == kMx || text.starts_with("mx:")) return parse_mx(text);
    if (text.starts_with(kLmtpSocket)) return parse_socket(text);
    if (text.starts_with(kLmtp)) {
        SG_TRY(NextHop hop, parse(text.substr(kLmtp.size())));
        if (hop.kind != Kind::smtp) {
            return bad_hop(text, "write 'lmtp:host:port' or 'lmtp:unix:/path'");
        }
        hop.kind = Kind::lmtp;
        return hop;
    }
    const std::size_t colon = text.rfind(':');
    if (colon == std::string_view::npos) {
        return bad_hop(text,
                       "write 'host:port', such as 'mail.example.com:25', or 'mx', 'mx:DOMAIN', "
                       "'lmtp:host:port', 'lmtp:unix:/path', 'mailbox:DIR'");
    }
    std::string_view host = text.substr(0, colon);
    const std::string_view digits = text.substr(colon + 1);
    const auto port = parse_number(digits);
    if (!port || digits.size() > 5 || *port == 0 || *port > 65535) {
        return bad_hop(text, "the port after ':' goes from 1 to 65535");
    }
    NextHop hop;
    hop.port = static_cast<std::uint16_t>(*port);
    if (host.starts_with('[') && host.ends_with(']')) {
        host = host.substr(1, host.size() - 2);
        const auto address = IpAddress::parse(host);
        if (!address) return bad_hop(text, "there must be an IP address in the brackets");
        hop.host = address->to_string();
        return hop;
    }
    if (host.find(':') != std::string_view::npos) {
        return bad_hop(text, "write an IPv6 address in brackets, such as '[2001:db8::1]:25'");
    }
    if (const auto address = IpAddress::parse(host)) {
        hop.host = address->to_string();
        return hop;
    }
    if (!is_host_name(host)) {
        return bad_hop(text, "the part before ':' is neither a host name nor an IP address");
    }
    hop.host = mime::Domain::parse(host)->ascii();
    return hop;
}

std::string NextHop::to_string() const {
    if (kind == Kind::mailbox) return std::string(kMailbox) + directory;
    if (!socket.empty()) return std::string(kLmtpSocket) + socket;
    if (kind == Kind::mx) return host.empty() ? std::string(kMx) : "mx:" + host;
    const bool v6 = host.find(':') != std::string::npos;
    const std::string_view scheme = kind == Kind::lmtp ? kLmtp : "";
    return std::string(scheme) + (v6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

Route Route::towards(const mime::Domain& recipient) const {
    Route route = *this;
    if (next_hop.goes_by_recipient()) {
        route.next_hop.host = recipient.ascii();
        route.by_recipient = true;
    }
    return route;
}

Result<std::string> parse_key_pin(std::string_view text) {
    constexpr std::size_t kDigits = 64;
    constexpr std::string_view kPrefix = "sha256:";
    if (istarts_with(text, kPrefix)) text.remove_prefix(kPrefix.size());
    std::string digits = to_lower(text);
    std::erase(digits, ':');
    if (digits.size() != kDigits || !from_hex(digits)) {
        return fail(ErrorKind::malformed,
                    "policy.key_pin",
                    "'" + escape_for_log(text, 100) +
                        "' is not the SHA-256 of a public key; write its 64 hexadecimal digits");
    }
    return digits;
}

Routes::Routes(std::vector<Route> routes) : routes_(std::move(routes)) {
    exact_.reserve(routes_.size());
    for (std::size_t i = 0; i < routes_.size(); ++i) {
        const DomainPattern& pattern = routes_[i].domain;
        switch (pattern.kind()) {
            case DomainPattern::Kind::any:
                if (!any_) any_ = i;
                break;
            case DomainPattern::Kind::exact:
                exact_.add(pattern.domain().ascii(), i);
                break;
            case DomainPattern::Kind::suffix:
                suffix_.add(pattern.domain().ascii(), i);
                break;
        }
    }
}

const Route* Routes::find(const mime::Domain& domain) const {
    if (const auto exact = exact_.find(domain.ascii())) return &routes_[*exact];
    if (!domain.is_literal()) {
        for (std::string_view name = domain.ascii(); !name.empty(); name = parent_of(name)) {
            if (const auto found = suffix_.find(name)) return &routes_[*found];
        }
    }
    return any_ ? &routes_[*any_] : nullptr;
}

}  // namespace sealgate::policy
