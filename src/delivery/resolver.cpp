// SPDX-License-Identifier: Apache-2.0
#include "delivery/resolver.h"

namespace sealgate::delivery {

// One question. It lives on when nobody waits for its answer any more.
struct Resolver::Lookup {
    explicit Lookup(net::asio::io_context& loop) : answered(loop) {}
    net::Timer answered;  // cancelled by the answer
    bool done = false;
    std::string error;
    Endpoints endpoints;
};

net::Task<void> Resolver::look_up(std::shared_ptr<Lookup> lookup,
                                  std::string host,
                                  std::string port) {
    auto [error, results] = co_await resolver_.async_resolve(host, port, net::kUse);
    if (error) lookup->error = error.message();
    for (const auto& entry : results)
        lookup->endpoints.push_back(entry.endpoint());
    lookup->done = true;
    lookup->answered.cancel();
}

net::Task<Result<Resolver::Endpoints>> Resolver::resolve(std::string host, std::uint16_t port) {
    boost::system::error_code not_literal;
    const auto literal = net::asio::ip::make_address(host, not_literal);
    if (!not_literal) {
        Endpoints one;
        one.emplace_back(literal, port);
        co_return one;
    }
    const std::string key = host + ":" + std::to_string(port);
    const SteadyTime now = std::chrono::steady_clock::now();
    if (const auto known = cache_.find(key); known != cache_.end() && known->second.until > now) {
        co_return known->second.endpoints;
    }
    const auto lookup = std::make_shared<Lookup>(loop_);
    lookup->answered.expires_after(kPatience);
    net::asio::co_spawn(
        loop_.get_executor(), look_up(lookup, host, std::to_string(port)), net::asio::detached);
    auto [woken] = co_await lookup->answered.async_wait(net::kUse);
    (void)woken;
    if (!lookup->done || !lookup->error.empty()) {
        if (const auto known = cache_.find(key); known != cache_.end()) {
            co_return known->second.endpoints;
        }
        co_return fail(ErrorKind::transient,
                       "delivery.resolve",
                       "the name " + host + " does not resolve: " +
                           (lookup->done ? lookup->error : "no answer from the resolver"));
    }
    cache_[key] = {lookup->endpoints, std::chrono::steady_clock::now() + kCacheFor};
    co_return lookup->endpoints;
}

}  // namespace sealgate::delivery
