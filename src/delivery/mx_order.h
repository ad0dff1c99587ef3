#pragma once
// SPDX-License-Identifier: Apache-2.0
// In which order the mail servers of a domain are tried (RFC 5321 section 5.1). Pure.

#include "net/dns_message.h"

#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace sealgate::delivery {

inline constexpr std::size_t kMaxMailHosts = 10;  // tried for one message

struct MxOrder {
    enum class Kind : std::uint8_t {
        hosts,     // at least one
        null_mx,   // the domain takes no mail (RFC 7505)
        only_us,   // there is none before ourselves: mail would go in circles
        unusable,  // what stands there are no host names
    };
    Kind kind = Kind::unusable;
    std::vector<std::string> hosts;  // best first; each once; at most kMaxMailHosts
};

// Equal preferences come in random order. Where `own_name` is among them, only what is better than
// it counts. Names are in lower case.
[[nodiscard]] MxOrder order_mx(std::vector<net::DnsRecord> records,
                               std::string_view own_name,
                               std::minstd_rand& dice);

}  // namespace sealgate::delivery
