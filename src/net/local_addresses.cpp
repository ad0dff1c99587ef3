// SPDX-License-Identifier: Apache-2.0
#include "net/local_addresses.h"

#include <ifaddrs.h>
#include <netdb.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <memory>
#include <string>

namespace sealgate::net {

std::vector<IpAddress> local_addresses() {
    std::vector<IpAddress> found;
    ifaddrs* list = nullptr;
    if (getifaddrs(&list) != 0) return found;
    const std::unique_ptr<ifaddrs, void (*)(ifaddrs*)> owner(list, freeifaddrs);
    for (const ifaddrs* one = list; one != nullptr; one = one->ifa_next) {
        if (one->ifa_addr == nullptr) continue;
        const int family = one->ifa_addr->sa_family;
        if (family != AF_INET && family != AF_INET6) continue;
        const socklen_t size = family == AF_INET ? sizeof(sockaddr_in) : sizeof(sockaddr_in6);
        std::array<char, NI_MAXHOST> text{};
        const int status =
            getnameinfo(one->ifa_addr, size, text.data(), text.size(), nullptr, 0, NI_NUMERICHOST);
        if (status != 0) continue;
        std::string address = text.data();
        address.resize(std::min(address.find('%'), address.size()));  // the link's name
        if (const auto parsed = IpAddress::parse(address)) found.push_back(*parsed);
    }
    return found;
}

}  // namespace sealgate::net
