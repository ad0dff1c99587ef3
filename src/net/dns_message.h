#pragma once
// SPDX-License-Identifier: Apache-2.0
// Reads an answer of the DNS (RFC 1035 section 4): the records of one name and type, through
// aliases. Foreign octets: every loop has a budget. No I/O. The library's own readers of
// c-ares 1.18 give no time for MX records, nothing for negative answers, and believe records of any
// name.

#include "base/network.h"
#include "base/result.h"

#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sealgate::net {

enum class DnsType : std::uint16_t { a = 1, mx = 15, aaaa = 28 };

struct DnsRecord {
    IpAddress address;             // A and AAAA
    std::uint16_t preference = 0;  // MX: lower is tried first
    // MX: the mail server as text without the last dot, "" for the root (RFC 7505). Odd octets are
    // escaped with a backslash, so a name that holds one is no host name.
    std::string name;
};

struct DnsAnswer {
    enum class Kind : std::uint8_t {
        found,
        no_data,  // the name exists, and has no record of this type
        no_name,  // NXDOMAIN
        failed,   // could not be found out now: `why`
    };
    Kind kind = Kind::failed;
    std::vector<DnsRecord> records;  // with `found`: at least one
    std::chrono::seconds ttl{0};     // how long it may be kept; of a failure 0
    std::string why;                 // with `failed`: for our log
};

inline constexpr std::size_t kMaxDnsAliases = 8;
inline constexpr std::size_t kMaxDnsRecords = 100;  // kept of one answer
inline constexpr std::size_t kMaxDnsScanned = 500;  // looked at

// What `message` says about `name` (text without the last dot). Records of other names are not
// believed; those beyond kMaxDnsRecords are left out. malformed: not an answer, cut off, aliases in
// a circle or more than kMaxDnsAliases of them.
[[nodiscard]] Result<DnsAnswer> read_dns_answer(std::span<const std::uint8_t> message,
                                                std::string_view name,
                                                DnsType type);

}  // namespace sealgate::net
