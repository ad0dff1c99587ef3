#pragma once
// SPDX-License-Identifier: Apache-2.0
// One attempt to bring a shipment to where its route leads, whatever kind of next hop that is.

#include "delivery/release.h"
#include "delivery/upstream_pool.h"
#include "os/file_system.h"

#include <boost/asio/thread_pool.hpp>

#include <string>
#include <vector>

namespace sealgate::delivery {

struct Carried {
    std::vector<Outcome> outcomes;  // one per recipient of the shipment
    // False: no connection. When the outcomes are deferred, others for this next hop may wait as
    // well; when they are refused, there is nobody to ask.
    bool reached = true;
    std::string through;  // "127.0.0.1:2600 TLSv1.3", for the log
};

class Carrier {
public:
    // `pool` does the blocking file work of mailboxes. All references must outlive the carrier.
    Carrier(UpstreamPool& upstreams,
            net::asio::thread_pool& pool,
            os::FileSystem& files,
            std::string data_dir,
            std::string hostname);

    // `route` and `released` must outlive the call.
    net::Task<Carried> deliver(const policy::Route& route, const Released& released);
    // Whether the route's next hop took the last connection that anybody asked for. False where
    // nobody did, and for the mail servers of recipients' domains.
    [[nodiscard]] bool reaches(const policy::Route& route) const;

private:
    net::Task<Carried> by_smtp(const policy::Route& route, const Released& released);
    net::Task<Carried> to_mailbox(const policy::Route& route, const Shipment& shipment);

    UpstreamPool& upstreams_;
    net::asio::thread_pool& pool_;
    os::FileSystem& files_;
    std::string data_dir_;
    std::string hostname_;
};

}  // namespace sealgate::delivery
