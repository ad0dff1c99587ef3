#pragma once
// SPDX-License-Identifier: Apache-2.0
// IP addresses and networks as values, without I/O.

#include "base/result.h"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sealgate {

// Which addresses of a name are used, and which are tried first.
enum class AddressFamily : std::uint8_t { any, ipv4, ipv6, prefer_ipv4 };

// An IPv4 or IPv6 address; IPv4-mapped IPv6 addresses are the IPv4 address they map.
class IpAddress {
public:
    IpAddress() = default;
    [[nodiscard]] static Result<IpAddress> parse(std::string_view text);
    [[nodiscard]] bool is_v4() const { return v4_; }
    [[nodiscard]] std::string to_string() const;
    [[nodiscard]] const std::array<std::uint8_t, 16>& bytes() const {
        return bytes_;
    }  // v4: the first 4
    bool operator==(const IpAddress&) const = default;

private:
    bool v4_ = true;
    std::array<std::uint8_t, 16> bytes_{};
};

class Network {
public:
    // "10.1.0.0/16", "2001:db8::/32", or a single address. malformed: host bits set, bad length.
    [[nodiscard]] static Result<Network> parse(std::string_view text);
    [[nodiscard]] bool contains(const IpAddress& address) const;
    [[nodiscard]] std::string to_string() const;

private:
    IpAddress address_;
    unsigned length_ = 0;
};

[[nodiscard]] bool contains(const std::vector<Network>& networks, const IpAddress& address);

}  // namespace sealgate
