#pragma once
// SPDX-License-Identifier: Apache-2.0
// What the stages work with, wired once by the Gateway. Everything here is used by the I/O thread
// only, unless its own header says otherwise.

#include "base/clock.h"
#include "config/settings.h"
#include "delivery/carrier.h"
#include "flow/budget.h"
#include "flow/counters.h"
#include "flow/journal.h"
#include "flow/site.h"
#include "flow/spool_port.h"
#include "flow/trace.h"
#include "flow/user_places.h"

#include <boost/asio/thread_pool.hpp>

#include <functional>
#include <memory>

namespace sealgate::flow {

class Queue;

// One more message from a domain that is not managed.
struct UnmanagedSighting {
    mime::Domain domain;
    IpAddress source;
    policy::UnmanagedAction action = policy::UnmanagedAction::reject;
    WallTime time{};
    ConnectionId connection;
};

struct Services {
    net::asio::io_context& loop;
    net::asio::thread_pool& pool;  // blocking file work
    const Clock& clock;
    maillog::MailLog& log;
    Journal& journal;
    SpoolPort& spool;
    delivery::UpstreamPool& upstreams;
    delivery::Carrier& carrier;
    const TraceGuard& trace;
    Budget& budget;
    Counters& counters;
    std::function<void(UnmanagedSighting)> on_unmanaged;
    // Both are swapped whole; a session or transaction keeps what it began with.
    std::shared_ptr<const config::Settings> settings;
    SitePointer site;
    UserPlaces user_places{};
};

}  // namespace sealgate::flow
