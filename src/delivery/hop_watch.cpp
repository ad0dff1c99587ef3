// SPDX-License-Identifier: Apache-2.0
#include "delivery/hop_watch.h"

namespace sealgate::delivery {

HopReach* HopWatch::find(std::string_view key, const std::string& next_hop) {
    const auto known = hops_.find(key);
    if (known != hops_.end()) return &known->second;
    if (hops_.size() >= kMost) return nullptr;
    HopReach& made = hops_[std::string(key)];
    made.next_hop = next_hop;
    return &made;
}

void HopWatch::worked(std::string_view key, const std::string& next_hop, SteadyTime now) {
    HopReach* hop = find(key, next_hop);
    if (hop == nullptr) return;
    hop->last_tried = now;
    hop->failures = 0;
    hop->note.clear();
}

void HopWatch::failed(std::string_view key,
                      const std::string& next_hop,
                      const std::string& note,
                      SteadyTime now) {
    HopReach* hop = find(key, next_hop);
    if (hop == nullptr) return;
    hop->last_tried = now;
    if (hop->failures == 0) hop->failing_since = now;
    ++hop->failures;
    hop->note = note;
}

bool HopWatch::works(std::string_view key) const {
    const auto known = hops_.find(key);
    return known != hops_.end() && known->second.failures == 0;
}

std::vector<HopReach> HopWatch::all() const {
    std::vector<HopReach> out;
    out.reserve(hops_.size());
    for (const auto& [key, hop] : hops_)
        out.push_back(hop);
    return out;
}

}  // namespace sealgate::delivery
