#pragma once
// SPDX-License-Identifier: Apache-2.0
// Carries what the flow saw of unmanaged senders to the store, about once a second, off the I/O
// thread.

#include "admin/unmanaged.h"
#include "flow/services.h"

#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>

namespace sealgate::app {

class Sightings {
public:
    // `new_domain` is called, on the thread of this object, for a domain never seen before, with
    // the first that was seen of it.
    using NewDomain = std::function<void(const std::string&, const flow::UnmanagedSighting&)>;
    Sightings(admin::Context& context, NewDomain new_domain);
    Sightings(const Sightings&) = delete;
    Sightings& operator=(const Sightings&) = delete;
    Sightings(Sightings&&) = delete;
    Sightings& operator=(Sightings&&) = delete;
    // Writes what is left.
    ~Sightings();

    // Any thread; never blocks on the store.
    void add(const flow::UnmanagedSighting& sighting);
    // Returns when all that was added before is in the store, or could not be written now.
    void flush() { write(); }

private:
    static constexpr std::chrono::seconds kEvery{1};
    static constexpr std::size_t kMaxWaiting =
        100'000;  // domains; more are counted when there is room

    void run();
    void write();

    admin::Context& context_;
    NewDomain new_domain_;
    std::mutex write_mutex_;  // held while a batch is on its way to the store
    std::mutex mutex_;
    std::condition_variable wake_;
    struct Waiting {
        flow::UnmanagedSighting first;
        admin::Sighting counted;
    };
    std::map<std::string, Waiting> waiting_;
    bool stopping_ = false;
    std::thread thread_;
};

}  // namespace sealgate::app
