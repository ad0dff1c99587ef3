#pragma once
// SPDX-License-Identifier: Apache-2.0
// Answers of the DNS for as long as they may be kept, of a bounded number. When it is full, what
// was not asked for longest goes first.

#include "base/clock.h"
#include "net/dns_message.h"

#include <list>
#include <string>
#include <unordered_map>

namespace sealgate::net {

class DnsCache {
public:
    static constexpr std::chrono::seconds kLongest{86400};
    static constexpr std::chrono::seconds kLongestNegative{900};
    static constexpr std::chrono::seconds kFailureFor{2};  // RFC 9520: failures too, shortly

    explicit DnsCache(std::size_t most) : most_(most) {}

    // nullptr: not known, or not any more. Valid until the next call.
    [[nodiscard]] const DnsAnswer* find(const std::string& key, SteadyTime now);
    // What was known last, however old; only of kind `found`. For when nothing newer can be had.
    [[nodiscard]] const DnsAnswer* find_stale(const std::string& key);
    // Keeps it for its time; a failure never replaces an answer.
    void put(const std::string& key, DnsAnswer answer, SteadyTime now);
    [[nodiscard]] std::size_t size() const { return entries_.size(); }

private:
    struct Entry {
        DnsAnswer answer;
        SteadyTime until;
        DnsAnswer failure;  // the newest attempt to renew it
        SteadyTime failure_until{};
        std::list<std::string>::iterator use;
    };
    std::size_t most_;
    std::unordered_map<std::string, Entry> entries_;
    std::list<std::string> uses_;  // latest first
};

}  // namespace sealgate::net
