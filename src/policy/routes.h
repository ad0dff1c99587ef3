#pragma once
// SPDX-License-Identifier: Apache-2.0
// Where mail for a domain goes next.

#include "base/result.h"
#include "mime/address.h"
#include "policy/name_index.h"
#include "policy/unmanaged_senders.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sealgate::policy {

enum class RouteTls : std::uint8_t {
    none,           // never STARTTLS
    opportunistic,  // when offered, any certificate; falls back to clear only when not offered or
                    // refused
    required,       // STARTTLS or nothing, any certificate
    verify,         // STARTTLS, certificate chain and name checked, or the key
};
[[nodiscard]] std::string_view to_string(RouteTls tls);
[[nodiscard]] std::optional<RouteTls> parse_route_tls(std::string_view text);

struct NextHop {
    enum class Kind : std::uint8_t { smtp, lmtp, mx, mailbox };
    Kind kind = Kind::smtp;
    // smtp, lmtp: name or address literal without brackets. mx: whose mail servers are looked for
    // in the DNS; "" = those of the recipient's domain.
    std::string host;
    std::uint16_t port = 25;  // smtp, lmtp
    std::string socket;       // lmtp: the path of a Unix socket instead of host and port
    std::string directory;    // mailbox: a Maildir, made when missing; relative to data_dir

    // "host:port", "[v6]:port", "lmtp:host:port", "lmtp:unix:/path", "mx", "mx:DOMAIN",
    // "mailbox:DIR". malformed, with a sentence for the administrator: anything else, a path or DIR
    // with ".." or control characters.
    [[nodiscard]] static Result<NextHop> parse(std::string_view text);
    [[nodiscard]] std::string to_string() const;
    // `host` and `port` say where it is.
    [[nodiscard]] bool names_host() const {
        return kind == Kind::smtp || (kind == Kind::lmtp && socket.empty());
    }
    // "mx": where it is depends on the recipient.
    [[nodiscard]] bool goes_by_recipient() const { return kind == Kind::mx && host.empty(); }
    bool operator==(const NextHop&) const = default;
};

struct Route {
    DomainPattern domain;  // of the recipient
    NextHop next_hop;
    RouteTls tls = RouteTls::opportunistic;
    std::string tls_name;     // verify: the name in the certificate; "" = the next hop's host
    std::string tls_ca_file;  // verify: PEM, instead of the authorities of all routes; "" = those
    // verify: SHA-256 of the server's public key (SubjectPublicKeyInfo), 64 lower-case hex digits
    // each. With any, the key alone counts: neither name nor authority.
    std::vector<std::string> tls_pins;
    bool by_recipient = false;  // the next hop is a recipient's domain: towards() has put it in

    // This route for a recipient of that domain: "mx" becomes that domain's mail servers.
    [[nodiscard]] Route towards(const mime::Domain& recipient) const;
};

// 64 hex digits, in any case and with colons or a "sha256:" before them, as the tools print it, in
// the form of Route::tls_pins. malformed: anything else.
[[nodiscard]] Result<std::string> parse_key_pin(std::string_view text);

// Immutable. The most specific pattern wins: exact, then the longest ".suffix", then "*"; of two
// equal patterns the first. A look-up costs two hashes per label, whatever the length of the list.
class Routes {
public:
    Routes() = default;
    explicit Routes(std::vector<Route> routes);
    // nullptr when no route covers the domain. The pointer lives as long as this object.
    [[nodiscard]] const Route* find(const mime::Domain& domain) const;
    // The route for "*"; nullptr: there is none.
    [[nodiscard]] const Route* any() const { return any_ ? &routes_[*any_] : nullptr; }
    [[nodiscard]] const std::vector<Route>& entries() const { return routes_; }

private:
    std::vector<Route> routes_;
    NameIndex exact_;   // positions in routes_
    NameIndex suffix_;  // by the name without the leading dot
    std::optional<std::size_t> any_;
};

}  // namespace sealgate::policy
