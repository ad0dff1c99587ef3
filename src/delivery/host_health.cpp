// SPDX-License-Identifier: Apache-2.0
#include "delivery/host_health.h"

#include <algorithm>

namespace sealgate::delivery {

void HostHealth::failed(const std::string& host, SteadyTime now) {
    if (hosts_.size() >= kMost && !hosts_.contains(host)) {
        sweep(now);
        // Remembering is a help, not a duty.
        if (hosts_.size() >= kMost) return;
    }
    Trouble& trouble = hosts_[host];
    if (now < trouble.until) return;  // its neighbours fail with it
    const unsigned doublings = std::min(trouble.times, 5U);
    trouble.until =
        now + std::min<std::chrono::seconds>(kFirstRest * (1U << doublings), kLongestRest);
    ++trouble.times;
}

bool HostHealth::resting(const std::string& host, SteadyTime now) const {
    const auto found = hosts_.find(host);
    return found != hosts_.end() && now < found->second.until;
}

void HostHealth::sweep(SteadyTime now) {
    std::erase_if(hosts_, [&](const auto& one) { return one.second.until + kLongestRest < now; });
}

}  // namespace sealgate::delivery
