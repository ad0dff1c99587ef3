#pragma once
// SPDX-License-Identifier: Apache-2.0
// Connections to next hops that are kept between messages. Loop's thread only.

#include "delivery/resolver.h"
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
    std::size_t messages_per_connection = 100;
    std::chrono::seconds connection_age{300};
    std::chrono::seconds idle_for{10};
    std::size_t idle_per_next_hop = 200;
};

// What asking a next hop for connections has shown.
struct HopHealth {
    std::string next_hop;
    unsigned failures = 0;  // in a row; 0: it was reachable the last time
    SteadyTime failing_since{};
    SteadyTime last_tried{};
    std::string note;  // why not; foreign text
};

class UpstreamPool {
public:
    // Of so many next hops the health is remembered.
    static constexpr std::size_t kMaxHealth = 10'000;

    UpstreamPool(net::asio::io_context& loop, net::Deadlines& deadlines, PoolOptions options);

    // For connections that are opened from now on.
    void set_options(PoolOptions options) { options_ = std::move(options); }
    // Contexts for routes: any certificate, and verified. Replaced by a reload.
    void set_tls(std::shared_ptr<net::TlsContext> any, std::shared_ptr<net::TlsContext> verified);

    struct Lease {
        std::unique_ptr<Upstream> upstream;
        bool reused =
            false;  // it may have died meanwhile: a failure before 354 is worth a fresh one
    };
    // An idle connection for the route, newest first, or a new one. `fresh` never takes an idle
    // one.
    net::Task<Result<Lease>> acquire(const policy::Route& route, bool fresh);
    // Keeps the connection when it is fit to be kept.
    void give_back(const policy::Route& route, std::unique_ptr<Upstream> upstream);
    // Closes what has idled too long; called about once a second.
    void sweep();
    void close_all();
    [[nodiscard]] std::size_t idle() const;
    // Of those that were asked for a new connection since the start.
    [[nodiscard]] std::vector<HopHealth> health() const;

private:
    struct Idle {
        std::unique_ptr<Upstream> upstream;
        SteadyTime since;
    };
    net::Task<Result<std::unique_ptr<Upstream>>> open(const policy::Route& route,
                                                      const std::string& key);
    void note(const policy::Route& route, const std::string& key, const Error* error);
    [[nodiscard]] bool fit(const Upstream& upstream) const;
    // The next hop offers CHUNKING and does not know BDAT: its connections use DATA from now on.
    void forbid_chunking(const std::string& identity);
    void retire(std::unique_ptr<Upstream> upstream);

    net::asio::io_context& loop_;
    net::Deadlines& deadlines_;
    PoolOptions options_;
    Resolver resolver_;
    std::uint64_t trust_ = 0;  // counts replaced contexts: no connection outlives its trust
    std::shared_ptr<net::TlsContext> any_;
    std::shared_ptr<net::TlsContext> verified_;
    std::map<std::string, std::deque<Idle>, std::less<>> idle_;  // by route identity
    std::map<std::string, HopHealth, std::less<>> health_;       // by route identity
    std::set<std::string, std::less<>> without_chunking_;        // by route identity
};

// Routes that may share connections have the same identity: next hop, TLS setting and name.
[[nodiscard]] std::string identity(const policy::Route& route);

}  // namespace sealgate::delivery
