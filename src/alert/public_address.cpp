// SPDX-License-Identifier: Apache-2.0
#include "alert/public_address.h"

#include <algorithm>
#include <vector>

namespace sealgate::alert {

namespace {

std::vector<Network> networks(std::initializer_list<std::string_view> texts) {
    std::vector<Network> out;
    out.reserve(texts.size());
    for (const std::string_view text : texts)
        out.push_back(Network::parse(text).value());
    return out;
}

}  // namespace

bool is_public(const IpAddress& address) {
    static const std::vector<Network> special_v4 = networks({"0.0.0.0/8",
                                                             "10.0.0.0/8",
                                                             "100.64.0.0/10",
                                                             "127.0.0.0/8",
                                                             "169.254.0.0/16",
                                                             "172.16.0.0/12",
                                                             "192.0.0.0/24",
                                                             "192.0.2.0/24",
                                                             "192.88.99.0/24",
                                                             "192.168.0.0/16",
                                                             "198.18.0.0/15",
                                                             "198.51.100.0/24",
                                                             "203.0.113.0/24",
                                                             "224.0.0.0/4",
                                                             "240.0.0.0/4"});
    // What is given out to the public lies in 2000::/3, but for these.
    static const Network given_out = Network::parse("2000::/3").value();
    static const std::vector<Network> special_v6 =
        networks({"2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"});
    const auto in = [&](const Network& network) { return network.contains(address); };
    if (address.is_v4()) return std::ranges::none_of(special_v4, in);
    return given_out.contains(address) && std::ranges::none_of(special_v6, in);
}

}  // namespace sealgate::alert
