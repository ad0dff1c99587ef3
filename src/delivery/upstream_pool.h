#pragma once
// SPDX-License-Identifier: Apache-2.0
// Connections to next hops that are kept between messages. Loop's thread only.

#include "delivery/hop_watch.h"
#include "delivery/host_health.h"
#include "delivery/mail_hosts.h"
#include "delivery/upstream.h"

#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace sealgate::delivery {

struct PoolOptions {
    UpstreamOptions upstream;
    MailHostOptions hosts;
    std::string data_dir;  // where a route's CA file lies that is no absolute path
    std::size_t messages_per_connection = 100;
    std::chrono::seconds connection_age{300};
    std::chrono::seconds idle_for{10};
    std::size_t idle_per_next_hop = 200;
};

class UpstreamPool {
public:
    UpstreamPool(net::asio::io_context& loop,
                 net::Deadlines& deadlines,
                 net::Dns& dns,
                 PoolOptions options);

    // For connections that are opened from now on.
    void set_options(PoolOptions options);
    // Contexts for routes: any certificate, and verified. Replaced by a reload.
    void set_tls(std::shared_ptr<net::TlsContext> any, std::shared_ptr<net::TlsContext> verified);

    struct Lease {
        std::unique_ptr<Upstream> upstream;
        bool reused =
            false;  // it may have died meanwhile: a failure before 354 is worth a fresh one
    };
    // An idle connection for the route, newest first, or a new one to the best of its hosts that
    // can be used. `fresh` never takes an idle one. `route` is that towards a recipient's domain
    // and must outlive the call. Refused: there is nobody to ask, by what the DNS says for good.
    net::Task<OrOutcome<Lease>> acquire(const policy::Route& route, bool fresh);
    // The host did not do what it is there for: others of its domain are tried before it, for some
    // time.
    void avoid(const std::string& host);
    // Keeps the connection when it is fit to be kept.
    void give_back(const policy::Route& route, std::unique_ptr<Upstream> upstream);
    // Leaves at most `most` idle connections to the next hop of that identity; the others have been
    // closed when it returns.
    net::Task<void> make_room(std::string identity, std::size_t most);
    // Closes what has idled too long; called about once a second.
    void sweep();
    void close_all();
    [[nodiscard]] std::size_t idle() const;
    // Of next hops that a route names, by host or as "mx:DOMAIN", and that were asked for a
    // connection since the start. Not of the mail servers of recipients' domains: that some of the
    // world's are down is no news.
    [[nodiscard]] std::vector<HopReach> reach() const { return hops_.all(); }
    // Of those: whether it took the last connection that it was asked for.
    [[nodiscard]] bool reaches(const policy::Route& route) const;

private:
    struct Idle {
        std::unique_ptr<Upstream> upstream;
        SteadyTime since;
    };
    net::Task<OrOutcome<Lease>> search(const policy::Route& route);
    [[nodiscard]] bool fit(const Upstream& upstream) const;
    // The next hop offers CHUNKING and does not know BDAT: its connections use DATA from now on.
    void forbid_chunking(const std::string& identity);
    void retire(std::unique_ptr<Upstream> upstream);
    // `addresses`: how many may still be tried; at least 1.
    net::Task<OrOutcome<Lease>> open(const policy::Route& route,
                                     const std::string& host,
                                     std::size_t& addresses);
    // The context for the route. A CA file is read when it is needed first, and again after a
    // reload.
    [[nodiscard]] Result<std::shared_ptr<net::TlsContext>> tls_for(const policy::Route& route);
    // The hosts that are well, and behind them the others.
    [[nodiscard]] std::vector<std::string> well_first(std::vector<std::string> hosts) const;

    net::asio::io_context& loop_;
    net::Deadlines& deadlines_;
    PoolOptions options_;
    MailHosts hosts_;
    HostHealth health_;
    HopWatch hops_;
    std::uint64_t trust_ = 0;  // counts replaced contexts: no connection outlives its trust
    std::shared_ptr<net::TlsContext> any_;
    std::shared_ptr<net::TlsContext> verified_;
    std::map<std::string, std::shared_ptr<net::TlsContext>> by_ca_file_;
    std::map<std::string, std::deque<Idle>, std::less<>> idle_;  // by route identity
    std::set<std::string, std::less<>> without_chunking_;        // by route identity
};

// Routes that may share connections have the same identity: next hop and how it proves itself.
[[nodiscard]] std::string identity(const policy::Route& route);
// That of the route towards a recipient, without making it.
[[nodiscard]] std::string identity(const policy::Route& route, const mime::Domain& recipient);

}  // namespace sealgate::delivery
