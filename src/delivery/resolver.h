#pragma once
// SPDX-License-Identifier: Apache-2.0
// Addresses of a next hop that is given by name. The system's resolver, off the loop's thread, with
// a short cache; literals are answered at once. A look-up that hangs keeps nobody longer than
// kPatience; when one fails, the addresses known before still count.

#include "base/clock.h"
#include "base/result.h"
#include "net/asio.h"

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace sealgate::delivery {

class Resolver {
public:
    using Endpoints = std::vector<net::asio::ip::tcp::endpoint>;
    static constexpr std::chrono::seconds kCacheFor{60};
    static constexpr std::chrono::seconds kPatience{20};

    explicit Resolver(net::asio::io_context& loop) : loop_(loop), resolver_(loop) {}

    // transient: the name does not resolve (now).
    net::Task<Result<Endpoints>> resolve(std::string host, std::uint16_t port);

private:
    struct Lookup;
    net::Task<void> look_up(std::shared_ptr<Lookup> lookup, std::string host, std::string port);

    struct Cached {
        Endpoints endpoints;
        SteadyTime until;
    };
    net::asio::io_context& loop_;
    net::asio::ip::basic_resolver<net::asio::ip::tcp, net::Executor> resolver_;
    std::unordered_map<std::string, Cached> cache_;  // as many as there are next hops
};

}  // namespace sealgate::delivery
