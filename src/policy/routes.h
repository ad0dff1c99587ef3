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
    verify,         // STARTTLS, certificate chain and name checked
};
[[nodiscard]] std::string_view to_string(RouteTls tls);
[[nodiscard]] std::optional<RouteTls> parse_route_tls(std::string_view text);

struct NextHop {
    enum class Kind : std::uint8_t { smtp, lmtp, mailbox };  // "mx" is refused as not available yet
    Kind kind = Kind::smtp;
    std::string host;  // name or address literal without brackets
    std::uint16_t port = 25;
    std::string directory;  // mailbox: a Maildir, made when missing; relative to data_dir

    // "host:port", "[v6]:port", "lmtp:host:port", "mailbox:DIR". malformed, with a sentence for the
    // administrator: anything else, a DIR with ".." or control characters.
    [[nodiscard]] static Result<NextHop> parse(std::string_view text);
    [[nodiscard]] std::string to_string() const;
    bool operator==(const NextHop&) const = default;
};

struct Route {
    DomainPattern domain;  // of the recipient
    NextHop next_hop;
    RouteTls tls = RouteTls::opportunistic;
    std::string tls_name;  // verify: the name in the certificate; "" = the next hop's host
};

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
