// SPDX-License-Identifier: Apache-2.0
#include "delivery/upstream_pool.h"

#include <algorithm>
#include <iterator>
#include <optional>

namespace sealgate::delivery {

namespace {

constexpr std::size_t kMostWithoutChunking = 10'000;
constexpr std::string_view kOurselves = "5.4.6";
// What a message may cost whose domain has many mail servers, none of which works.
constexpr std::size_t kMostAddresses = 20;
constexpr std::chrono::seconds kSearchFor{120};

}  // namespace

namespace {

std::string identity_of(const policy::Route& route, std::string key) {
    if (route.next_hop.kind == policy::NextHop::Kind::mailbox) return key;
    key += ' ';
    key += policy::to_string(route.tls);
    key += ' ';
    key += route.tls_name;
    if (!route.tls_ca_file.empty()) key += " ca " + route.tls_ca_file;
    for (const std::string& pin : route.tls_pins)
        key += " pin " + pin;
    return key;
}

}  // namespace

std::string identity(const policy::Route& route) {
    // Apart from a route that names the same domain: that one is watched.
    return identity_of(route, (route.by_recipient ? "to " : "") + route.next_hop.to_string());
}

std::string identity(const policy::Route& route, const mime::Domain& recipient) {
    return route.next_hop.goes_by_recipient() ? identity_of(route, "to mx:" + recipient.ascii())
                                              : identity(route);
}

UpstreamPool::UpstreamPool(net::asio::io_context& loop,
                           net::Deadlines& deadlines,
                           net::Dns& dns,
                           PoolOptions options)
    : loop_(loop),
      deadlines_(deadlines),
      hosts_(dns) {
    set_options(std::move(options));
}

void UpstreamPool::set_options(PoolOptions options) {
    options_ = std::move(options);
    hosts_.set_options(options_.hosts);
}

void UpstreamPool::set_tls(std::shared_ptr<net::TlsContext> any,
                           std::shared_ptr<net::TlsContext> verified) {
    any_ = std::move(any);
    verified_ = std::move(verified);
    by_ca_file_.clear();
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

net::Task<OrOutcome<UpstreamPool::Lease>> UpstreamPool::acquire(const policy::Route& route,
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
    auto lease = co_await search(route);
    if (!route.by_recipient) {
        const std::string hop = route.next_hop.to_string();
        const SteadyTime now = std::chrono::steady_clock::now();
        if (lease) {
            hops_.worked(key, hop, now);
        } else {
            hops_.failed(key, hop, lease.error().reply.text, now);
        }
    }
    co_return lease;
}

bool UpstreamPool::reaches(const policy::Route& route) const {
    return !route.by_recipient && hops_.works(identity(route));
}

net::Task<OrOutcome<UpstreamPool::Lease>> UpstreamPool::search(const policy::Route& route) {
    auto names = co_await hosts_.names(route.next_hop);
    if (!names) co_return std::unexpected(std::move(names).error());
    std::optional<Outcome> worst;
    std::size_t addresses = kMostAddresses;
    const SteadyTime until = std::chrono::steady_clock::now() + kSearchFor;
    std::size_t usable = names->size();  // those before ourselves
    for (const std::string& name : well_first(*names)) {
        const auto place =
            static_cast<std::size_t>(std::ranges::find(*names, name) - names->begin());
        if (place >= usable) continue;
        if (worst && (addresses == 0 || std::chrono::steady_clock::now() > until)) break;
        auto lease = co_await open(route, name, addresses);
        if (lease) co_return lease;
        if (lease.error().reply.enhanced == kOurselves) usable = place;
        // What may work later outweighs what never will.
        if (!worst || worst->kind == Outcome::Kind::refused) worst = std::move(lease).error();
    }
    co_return std::unexpected(*std::move(worst));
}

net::Task<OrOutcome<UpstreamPool::Lease>> UpstreamPool::open(const policy::Route& route,
                                                             const std::string& name,
                                                             std::size_t& addresses) {
    auto host = co_await hosts_.find(route.next_hop, name);
    if (!host) co_return std::unexpected(std::move(host).error());
    if (host->endpoints.size() > addresses) host->endpoints.resize(addresses);
    addresses -= host->endpoints.size();
    const std::uint64_t trust = trust_;
    auto tls = tls_for(route);
    if (!tls) {
        co_return std::unexpected(
            local_outcome(Outcome::Kind::deferred, "4.7.5", tls.error().detail()));
    }
    UpstreamOptions options = options_.upstream;
    if (without_chunking_.contains(identity(route))) options.chunking = false;
    auto opened = co_await Upstream::open(*host, route, **tls, options, deadlines_);
    if (!opened) {
        const bool private_failed =
            opened.error().where() == "delivery.tls" || opened.error().where() == "net.tls";
        const bool by_dns = route.next_hop.kind == policy::NextHop::Kind::mx;
        if (by_dns) avoid(name);
        co_return std::unexpected(
            local_outcome(Outcome::Kind::deferred,
                          private_failed ? "4.7.5" : "4.4.1",
                          (by_dns ? name + ": " : std::string()) + opened.error().detail()));
    }
    health_.worked(name);
    (*opened)->set_trust(trust);
    co_return Lease{*std::move(opened), false};
}

Result<std::shared_ptr<net::TlsContext>> UpstreamPool::tls_for(const policy::Route& route) {
    // A pinned key is compared after the handshake; no authority has a say in it.
    if (route.tls != policy::RouteTls::verify || !route.tls_pins.empty()) return any_;
    const std::string& file = route.tls_ca_file;
    if (file.empty()) return verified_;
    const std::string path = file.starts_with('/') ? file : options_.data_dir + "/" + file;
    std::shared_ptr<net::TlsContext>& known = by_ca_file_[path];
    if (!known) {
        auto read = net::TlsContext::client(true, path);
        if (!read) return read;
        known = *std::move(read);
    }
    return known;
}

std::vector<std::string> UpstreamPool::well_first(std::vector<std::string> hosts) const {
    const SteadyTime now = std::chrono::steady_clock::now();
    std::vector<std::string> well;
    std::vector<std::string> resting;
    for (std::string& host : hosts)
        (health_.resting(host, now) ? resting : well).push_back(std::move(host));
    std::ranges::move(resting, std::back_inserter(well));
    return well;
}

void UpstreamPool::avoid(const std::string& host) {
    health_.failed(host, std::chrono::steady_clock::now());
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

net::Task<void> UpstreamPool::make_room(std::string identity, std::size_t most) {
    for (;;) {
        const auto found = idle_.find(identity);
        if (found == idle_.end() || found->second.size() <= most) co_return;
        const std::unique_ptr<Upstream> leaving = std::move(found->second.front().upstream);
        found->second.pop_front();
        if (leaving->usable()) co_await leaving->quit();
    }
}

void UpstreamPool::sweep() {
    const SteadyTime limit = std::chrono::steady_clock::now() - options_.idle_for;
    for (auto& [key, idle] : idle_) {
        while (!idle.empty() && idle.front().since < limit) {
            retire(std::move(idle.front().upstream));
            idle.pop_front();
        }
    }
    // There may be as many destinations as the world has domains.
    std::erase_if(idle_, [](const auto& one) { return one.second.empty(); });
    if (without_chunking_.size() > kMostWithoutChunking) without_chunking_.clear();
    health_.sweep(std::chrono::steady_clock::now());
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
