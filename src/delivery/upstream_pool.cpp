// SPDX-License-Identifier: Apache-2.0
#include "delivery/upstream_pool.h"

namespace sealgate::delivery {

std::string identity(const policy::Route& route) {
    std::string key = route.next_hop.to_string();
    if (route.next_hop.kind == policy::NextHop::Kind::mailbox) return key;
    key += ' ';
    key += policy::to_string(route.tls);
    key += ' ';
    key += route.tls_name;
    return key;
}

UpstreamPool::UpstreamPool(net::asio::io_context& loop,
                           net::Deadlines& deadlines,
                           PoolOptions options)
    : loop_(loop),
      deadlines_(deadlines),
      options_(std::move(options)),
      resolver_(loop) {}

void UpstreamPool::set_tls(std::shared_ptr<net::TlsContext> any,
                           std::shared_ptr<net::TlsContext> verified) {
    any_ = std::move(any);
    verified_ = std::move(verified);
    // Connections that idle or are in use were made under the old trust anchors: the ones are
    // closed now, the others when they are given back.
    ++trust_;
    close_all();
}

bool UpstreamPool::fit(const Upstream& upstream) const {
    return upstream.usable() && upstream.trust() == trust_ &&
           upstream.messages() < options_.messages_per_connection &&
           std::chrono::steady_clock::now() - upstream.opened() < options_.connection_age;
}

net::Task<Result<UpstreamPool::Lease>> UpstreamPool::acquire(const policy::Route& route,
                                                             bool fresh) {
    const std::string key = identity(route);
    if (!fresh) {
        if (const auto found = idle_.find(key); found != idle_.end()) {
            while (!found->second.empty()) {
                std::unique_ptr<Upstream> candidate = std::move(found->second.back().upstream);
                found->second.pop_back();
                if (fit(*candidate) && !candidate->stale()) {
                    co_return Lease{std::move(candidate), true};
                }
                retire(std::move(candidate));
            }
        }
    }
    auto opened = co_await open(route, key);
    note(route, key, opened ? nullptr : &opened.error());
    if (!opened) co_return std::unexpected(std::move(opened).error());
    co_return Lease{*std::move(opened), false};
}

net::Task<Result<std::unique_ptr<Upstream>>> UpstreamPool::open(const policy::Route& route,
                                                                const std::string& key) {
    auto endpoints = co_await resolver_.resolve(route.next_hop.host, route.next_hop.port);
    if (!endpoints) co_return std::unexpected(std::move(endpoints).error());
    const std::uint64_t trust = trust_;
    const std::shared_ptr<net::TlsContext> tls =
        route.tls == policy::RouteTls::verify ? verified_ : any_;
    UpstreamOptions options = options_.upstream;
    if (without_chunking_.contains(key)) options.chunking = false;
    auto opened = co_await Upstream::open(*endpoints, route, *tls, options, deadlines_);
    if (opened) (*opened)->set_trust(trust);
    co_return opened;
}

void UpstreamPool::note(const policy::Route& route, const std::string& key, const Error* error) {
    if (!health_.contains(key) && health_.size() >= kMaxHealth) return;
    HopHealth& health = health_[key];
    health.next_hop = route.next_hop.to_string();
    health.last_tried = std::chrono::steady_clock::now();
    if (error == nullptr) {
        health.failures = 0;
        health.note.clear();
        return;
    }
    if (health.failures == 0) health.failing_since = health.last_tried;
    ++health.failures;
    health.note = error->detail();
}

std::vector<HopHealth> UpstreamPool::health() const {
    std::vector<HopHealth> all;
    all.reserve(health_.size());
    for (const auto& [key, health] : health_)
        all.push_back(health);
    return all;
}

void UpstreamPool::give_back(const policy::Route& route, std::unique_ptr<Upstream> upstream) {
    const std::string key = identity(route);
    if (upstream->chunk_unknown()) forbid_chunking(key);
    std::deque<Idle>& idle = idle_[key];
    if (!fit(*upstream) || idle.size() >= options_.idle_per_next_hop) {
        retire(std::move(upstream));
        return;
    }
    idle.push_back({std::move(upstream), std::chrono::steady_clock::now()});
}

void UpstreamPool::forbid_chunking(const std::string& identity) {
    without_chunking_.insert(identity);
    if (const auto found = idle_.find(identity); found != idle_.end()) {
        for (Idle& entry : found->second)
            retire(std::move(entry.upstream));
        found->second.clear();
    }
}

void UpstreamPool::retire(std::unique_ptr<Upstream> upstream) {
    if (!upstream->usable()) return;  // closed by its destructor
    std::shared_ptr<Upstream> leaving = std::move(upstream);
    net::asio::co_spawn(
        loop_.get_executor(),
        [leaving]() -> net::Task<void> { co_await leaving->quit(); },
        net::asio::detached);
}

void UpstreamPool::sweep() {
    const SteadyTime limit = std::chrono::steady_clock::now() - options_.idle_for;
    for (auto& [key, idle] : idle_) {
        while (!idle.empty() && idle.front().since < limit) {
            retire(std::move(idle.front().upstream));
            idle.pop_front();
        }
    }
}

void UpstreamPool::close_all() {
    for (auto& [key, idle] : idle_) {
        for (Idle& entry : idle)
            retire(std::move(entry.upstream));
        idle.clear();
    }
}

std::size_t UpstreamPool::idle() const {
    std::size_t count = 0;
    for (const auto& [key, idle] : idle_)
        count += idle.size();
    return count;
}

}  // namespace sealgate::delivery
