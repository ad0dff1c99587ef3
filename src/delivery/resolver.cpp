// SPDX-License-Identifier: Apache-2.0
#include "delivery/resolver.h"

namespace sealgate::delivery {

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
    auto [error, results] = co_await resolver_.async_resolve(host, std::to_string(port), net::kUse);
    if (error) {
        co_return fail(ErrorKind::transient,
                       "delivery.resolve",
                       "the name " + host + " does not resolve: " + error.message());
    }
    Cached cached;
    for (const auto& entry : results)
        cached.endpoints.push_back(entry.endpoint());
    cached.until = now + kCacheFor;
    const Endpoints endpoints = cached.endpoints;
    cache_[key] = std::move(cached);
    co_return endpoints;
}

}  // namespace sealgate::delivery
