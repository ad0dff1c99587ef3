// SPDX-License-Identifier: Apache-2.0
#include "app/sightings.h"

#include <vector>

namespace sealgate::app {

Sightings::Sightings(admin::Context& context, std::function<void(const std::string&)> new_domain)
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
            admin::Sighting{sighting.domain, sighting.source, sighting.action, sighting.time, 1});
        return;
    }
    ++found->second.count;
    found->second.source = sighting.source;
    found->second.action = sighting.action;
    found->second.time = sighting.time;
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
    std::map<std::string, admin::Sighting> taken;
    {
        const std::lock_guard lock(mutex_);
        taken.swap(waiting_);
    }
    if (taken.empty()) return;
    std::vector<admin::Sighting> batch;
    batch.reserve(taken.size());
    for (const auto& [domain, sighting] : taken)
        batch.push_back(sighting);
    const auto fresh = admin::record_unmanaged(context_, batch);
    if (fresh) {
        for (const std::string& domain : *fresh)
            new_domain_(domain);
        return;
    }
    // The store is busy or full: these counts wait for the next round.
    const std::lock_guard lock(mutex_);
    for (auto& [domain, sighting] : taken) {
        const auto [at, added] = waiting_.emplace(domain, sighting);
        if (!added) at->second.count += sighting.count;
    }
}

}  // namespace sealgate::app
