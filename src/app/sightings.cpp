// SPDX-License-Identifier: Apache-2.0
#include "app/sightings.h"

#include <vector>

namespace sealgate::app {

Sightings::Sightings(admin::Context& context, NewDomain new_domain)
    : context_(context),
      new_domain_(std::move(new_domain)),
      thread_([this] { run(); }) {}

Sightings::~Sightings() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    wake_.notify_one();
    thread_.join();
}

void Sightings::add(const flow::UnmanagedSighting& sighting) {
    const std::lock_guard lock(mutex_);
    const auto found = waiting_.find(sighting.domain.ascii());
    if (found == waiting_.end()) {
        if (waiting_.size() >= kMaxWaiting) return;
        waiting_.emplace(
            sighting.domain.ascii(),
            Waiting{sighting,
                    admin::Sighting{
                        sighting.domain, sighting.source, sighting.action, sighting.time, 1}});
        return;
    }
    admin::Sighting& counted = found->second.counted;
    ++counted.count;
    counted.source = sighting.source;
    counted.action = sighting.action;
    counted.time = sighting.time;
}

void Sightings::run() {
    std::unique_lock lock(mutex_);
    while (!stopping_) {
        wake_.wait_for(lock, kEvery, [this] { return stopping_; });
        if (waiting_.empty()) continue;
        lock.unlock();
        write();
        lock.lock();
    }
    lock.unlock();
    write();
}

void Sightings::write() {
    const std::lock_guard writing(write_mutex_);
    std::map<std::string, Waiting> taken;
    {
        const std::lock_guard lock(mutex_);
        taken.swap(waiting_);
    }
    if (taken.empty()) return;
    std::vector<admin::Sighting> batch;
    batch.reserve(taken.size());
    for (const auto& [domain, waiting] : taken)
        batch.push_back(waiting.counted);
    const auto fresh = admin::record_unmanaged(context_, batch);
    if (fresh) {
        for (const std::string& domain : *fresh) {
            if (const auto found = taken.find(domain); found != taken.end()) {
                new_domain_(domain, found->second.first);
            }
        }
        return;
    }
    // The store is busy or full: these counts wait for the next round.
    const std::lock_guard lock(mutex_);
    for (auto& [domain, earlier] : taken) {
        const auto [at, added] = waiting_.emplace(domain, earlier);
        if (added) continue;
        at->second.counted.count += earlier.counted.count;
        at->second.first = earlier.first;
    }
}

}  // namespace sealgate::app
