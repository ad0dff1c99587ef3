#pragma once
// SPDX-License-Identifier: Apache-2.0
// What XCLIENT and XFORWARD say about a client that stands behind our peer: attributes as
// "NAME=value", values in xtext (Postfix's XCLIENT_README and XFORWARD_README). Text only.

#include "base/network.h"
#include "smtp/command.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sealgate::smtp {

// nullopt: nothing was said; "" (or 0): said to be unavailable.
struct ClientFacts {
    std::optional<std::string> name;
    bool address_given = false;
    std::optional<IpAddress> address;  // nullopt with address_given: unavailable
    std::optional<std::uint16_t> port;
    std::optional<std::string> protocol;  // "SMTP", "ESMTP"
    std::optional<std::string> helo;
    std::optional<std::string> login;   // XCLIENT: who signed in at the peer
    std::optional<std::string> ident;   // XFORWARD: the peer's name for the message
    std::optional<std::string> source;  // XFORWARD: "LOCAL" or "REMOTE"

    [[nodiscard]] bool empty() const;
    // What `later` says replaces what was said; the rest stays.
    void add(const ClientFacts& later);
    bool operator==(const ClientFacts&) const = default;
};

inline constexpr std::string_view kXclientAttributes =
    "NAME ADDR PORT PROTO HELO LOGIN DESTADDR DESTPORT";
inline constexpr std::string_view kXforwardAttributes = "NAME ADDR PORT PROTO HELO IDENT SOURCE";

// 501 5.5.4: no attribute, one that is not among `attributes` (one of the two lists), one given
// twice, a value that is not xtext, is longer than 255 octets, decodes to a control character, or
// is not of its attribute's kind.
[[nodiscard]] Parsed<ClientFacts> parse_client_facts(std::string_view argument,
                                                     std::string_view attributes);

// XFORWARD commands that say so, without CRLF: the attributes among `offered` (words of EHLO) that
// were given; each line within 512 octets, a value that would not fit is left out.
[[nodiscard]] std::vector<std::string> xforward_commands(const ClientFacts& facts,
                                                         std::string_view offered);

}  // namespace sealgate::smtp
