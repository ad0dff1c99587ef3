// SPDX-License-Identifier: Apache-2.0
#include "base/network.h"

#include "base/text.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstring>

namespace sealgate {

namespace {

constexpr std::string_view kWhere = "base.network";

// ::ffff:a.b.c.d (RFC 4291 section 2.5.5.2): what a dual-stack socket reports for an IPv4 peer.
constexpr std::array<std::uint8_t, 12> kMappedPrefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};

std::string quoted(std::string_view text) {
    return "'" + escape_for_log(text, 64) + "'";
}

}  // namespace

Result<IpAddress> IpAddress::parse(std::string_view text) {
    // inet_pton reads a C string: what is too long or holds a NUL is no address.
    std::array<char, INET6_ADDRSTRLEN> copy{};
    if (text.empty() || text.size() >= copy.size() || text.find('\0') != std::string_view::npos) {
        return fail(ErrorKind::malformed, kWhere, quoted(text) + " is not an IP address");
    }
    std::ranges::copy(text, copy.begin());
    IpAddress address;
    if (inet_pton(AF_INET, copy.data(), address.bytes_.data()) == 1) return address;
    std::array<std::uint8_t, 16> bytes{};
    if (inet_pton(AF_INET6, copy.data(), bytes.data()) != 1) {
        return fail(ErrorKind::malformed, kWhere, quoted(text) + " is not an IP address");
    }
    if (std::equal(kMappedPrefix.begin(), kMappedPrefix.end(), bytes.begin())) {
        std::copy_n(bytes.begin() + kMappedPrefix.size(), 4, address.bytes_.begin());
        return address;
    }
    address.v4_ = false;
    address.bytes_ = bytes;
    return address;
}

std::string IpAddress::to_string() const {
    std::array<char, INET6_ADDRSTRLEN> text{};
    SG_CHECK(inet_ntop(v4_ ? AF_INET : AF_INET6, bytes_.data(), text.data(), text.size()) !=
             nullptr);
    return text.data();
}

Result<Network> Network::parse(std::string_view text) {
    const std::size_t slash = text.find('/');
    const std::string_view host = text.substr(0, slash);
    SG_TRY(IpAddress address, IpAddress::parse(host));
    Network network;
    network.address_ = address;
    const unsigned width = address.is_v4() ? 32 : 128;
    network.length_ = width;
    if (slash == std::string_view::npos) return network;

    const std::string_view digits = text.substr(slash + 1);
    const auto length = parse_number(digits);
    // A mapped address counts its prefix length in the IPv6 form: ::ffff:10.0.0.0/104 is
    // 10.0.0.0/8, and a shorter one would reach outside of the IPv4 addresses.
    const bool mapped = address.is_v4() && host.find(':') != std::string_view::npos;
    const unsigned offset = mapped ? 96 : 0;
    if (!length || digits.size() > 3 || *length < offset || *length > width + offset) {
        return fail(ErrorKind::malformed,
                    kWhere,
                    fmt::format("{} is not a network: the length after '/' goes from {} to {}",
                                quoted(text),
                                offset,
                                width + offset));
    }
    network.length_ = static_cast<unsigned>(*length) - offset;
    for (unsigned bit = network.length_; bit < width; ++bit) {
        if ((address.bytes()[bit / 8] & (0x80U >> (bit % 8))) != 0) {
            return fail(ErrorKind::malformed,
                        kWhere,
                        fmt::format("{} is not a network: bits beyond the first {} are set",
                                    quoted(text),
                                    *length));
        }
    }
    return network;
}

bool Network::contains(const IpAddress& address) const {
    if (address.is_v4() != address_.is_v4()) return false;
    const std::size_t whole = length_ / 8;
    const auto& ours = address_.bytes();
    const auto& theirs = address.bytes();
    if (std::memcmp(ours.data(), theirs.data(), whole) != 0) return false;
    const unsigned rest = length_ % 8;
    if (rest == 0) return true;
    const unsigned mask = 0xFFU << (8 - rest);
    return ((static_cast<unsigned>(ours[whole]) ^ theirs[whole]) & mask & 0xFFU) == 0;
}

bool contains(const std::vector<Network>& networks, const IpAddress& address) {
    return std::ranges::any_of(networks,
                               [&](const Network& network) { return network.contains(address); });
}

std::string Network::to_string() const {
    return fmt::format("{}/{}", address_.to_string(), length_);
}

}  // namespace sealgate
