// SPDX-License-Identifier: Apache-2.0
#include "net/deadlines.h"

#include <vector>

namespace sealgate::net {

void Deadlines::start() {
    timer_.expires_after(kTick);
    timer_.async_wait([this](const boost::system::error_code& error) {
        if (error || stopped_) return;
        tick();
        start();
    });
}

void Deadlines::stop() {
    stopped_ = true;
    timer_.cancel();
}

void Deadlines::tick() {
    const SteadyTime now = std::chrono::steady_clock::now();
    // on_expired may end other entries, so the late ones are collected first; each only cancels
    // I/O, and cancelled operations complete later, from the loop.
    std::vector<Entry*> late;
    for (Entry& entry : entries_) {
        if (entry.deadline_ <= now) late.push_back(&entry);
    }
    for (Entry* entry : late) {
        entry->deadline_ = SteadyTime::max();
        entry->expired_ = true;
        entry->on_expired();
    }
}

}  // namespace sealgate::net
