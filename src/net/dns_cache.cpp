// SPDX-License-Identifier: Apache-2.0
#include "net/dns_cache.h"

#include <algorithm>

namespace sealgate::net {

const DnsAnswer* DnsCache::find(const std::string& key, SteadyTime now) {
    const auto found = entries_.find(key);
    if (found == entries_.end()) return nullptr;
    Entry& entry = found->second;
    uses_.splice(uses_.begin(), uses_, entry.use);
    if (now < entry.until) return &entry.answer;
    return now < entry.failure_until ? &entry.failure : nullptr;
}

const DnsAnswer* DnsCache::find_stale(const std::string& key) {
    const auto found = entries_.find(key);
    if (found == entries_.end() || found->second.answer.kind != DnsAnswer::Kind::found) {
        return nullptr;
    }
    return &found->second.answer;
}

void DnsCache::put(const std::string& key, DnsAnswer answer, SteadyTime now) {
    if (most_ == 0) return;
    auto found = entries_.find(key);
    if (found == entries_.end()) {
        while (entries_.size() >= most_) {
            entries_.erase(uses_.back());
            uses_.pop_back();
        }
        uses_.push_front(key);
        Entry fresh;
        fresh.use = uses_.begin();
        found = entries_.emplace(key, std::move(fresh)).first;
    }
    Entry& entry = found->second;
    if (answer.kind == DnsAnswer::Kind::failed) {
        entry.failure = std::move(answer);
        entry.failure_until = now + kFailureFor;
        return;
    }
    const bool positive = answer.kind == DnsAnswer::Kind::found;
    entry.until = now + std::min(answer.ttl, positive ? kLongest : kLongestNegative);
    entry.answer = std::move(answer);
    entry.failure_until = {};
}

}  // namespace sealgate::net
