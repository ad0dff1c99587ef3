#pragma once
// SPDX-License-Identifier: Apache-2.0
// The header that a load balancer puts before a connection's first octet: who the client is
// (HAProxy's PROXY protocol, versions 1 and 2). Octets in, an address out; no I/O.
//
// The reader never takes an octet that may belong to what stands behind the header, since that may
// be a TLS handshake.

#include "base/network.h"
#include "base/result.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sealgate::net {

struct ProxyHeader {
    enum class Client : std::uint8_t {
        given,    // `address` and `port` are the client's
        own,      // the proxy speaks for itself (LOCAL), as for a health check
        unknown,  // the proxy relays somebody and cannot say whom (UNKNOWN, UNSPEC, a Unix socket)
    };
    Client client = Client::unknown;
    IpAddress address;
    std::uint16_t port = 0;
};

class ProxyHeaderReader {
public:
    // Version 1: octets with CRLF, as its specification has it. Version 2: octets behind the fixed
    // part, addresses and extensions together; balancers send a few hundred at most.
    static constexpr std::size_t kMaxLine = 107;
    static constexpr std::size_t kMaxBody = 2048;

    // How many of the octets at hand belong to the header: at least one, as long as it is not
    // done(). malformed, with a sentence for the log: they cannot be one; exhausted: it is too
    // long.
    [[nodiscard]] Result<std::size_t> take(std::string_view bytes);
    [[nodiscard]] bool done() const { return header_.has_value(); }
    // When done().
    [[nodiscard]] const ProxyHeader& header() const { return *header_; }

private:
    Result<std::size_t> take_line(std::string_view bytes);
    Result<std::size_t> take_binary(std::string_view bytes);
    Status finish_line();
    Status finish_binary();

    std::string buffer_;  // what has been taken
    std::optional<ProxyHeader> header_;
};

}  // namespace sealgate::net
