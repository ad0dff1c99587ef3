// SPDX-License-Identifier: Apache-2.0
#include "net/connect.h"

#include <algorithm>

namespace sealgate::net {

namespace {

struct Attempt {
    explicit Attempt(const Executor& executor) : socket(executor) {}
    Socket socket;
    SteadyTime until{};
    bool late = false;
    bool ended = false;
};

// Shared by the attempts, which may end after the race is over.
struct Race {
    explicit Race(const Executor& executor) : news(executor) {}
    Timer news;  // cancelled when an attempt ends
    std::vector<std::shared_ptr<Attempt>> attempts;
    std::shared_ptr<Attempt> winner;
    std::size_t running = 0;
    std::string failure = "no address";
};

std::string text_of(const asio::ip::tcp::endpoint& endpoint) {
    const std::string address = endpoint.address().to_string();
    return (endpoint.address().is_v6() ? "[" + address + "]" : address) + ":" +
           std::to_string(endpoint.port());
}

Task<void> run(std::shared_ptr<Race> race,
               std::shared_ptr<Attempt> attempt,
               asio::ip::tcp::endpoint endpoint) {
    boost::system::error_code error;
    (void)attempt->socket.open(endpoint.protocol(), error);
    if (!error) {
        auto [failed] = co_await attempt->socket.async_connect(endpoint, kUse);
        error = failed;
    }
    attempt->ended = true;
    --race->running;
    if (!error && !race->winner) {
        race->winner = attempt;
    } else if (error) {
        race->failure = text_of(endpoint) + ": " + (attempt->late ? "timed out" : error.message());
    }
    race->news.cancel();
}

// The next moment at which something has to be done without news.
SteadyTime wake_at(const Race& race, bool more, SteadyTime next_start) {
    SteadyTime at = more ? next_start : SteadyTime::max();
    for (const auto& attempt : race.attempts) {
        if (!attempt->ended && !attempt->late) at = std::min(at, attempt->until);
    }
    return at;
}

void end_late(Race& race, SteadyTime now) {
    for (const auto& attempt : race.attempts) {
        if (attempt->ended || attempt->late || attempt->until > now) continue;
        attempt->late = true;
        boost::system::error_code ignored;
        (void)attempt->socket.close(ignored);
    }
}

}  // namespace

Task<Result<std::unique_ptr<Stream>>> connect_any(std::vector<asio::ip::tcp::endpoint> endpoints,
                                                  Deadlines& deadlines,
                                                  std::chrono::milliseconds timeout) {
    auto executor = co_await asio::this_coro::executor;
    const auto race = std::make_shared<Race>(executor);
    std::size_t next = 0;
    SteadyTime next_start{};
    for (;;) {
        if (race->winner) break;
        const SteadyTime now = std::chrono::steady_clock::now();
        end_late(*race, now);
        const bool more = next < endpoints.size();
        if (more && (race->running == 0 || now >= next_start)) {
            auto attempt = std::make_shared<Attempt>(executor);
            attempt->until = now + timeout;
            next_start = now + kConnectHeadStart;
            race->attempts.push_back(attempt);
            ++race->running;
            asio::co_spawn(executor, run(race, attempt, endpoints[next++]), asio::detached);
            continue;
        }
        if (!more && race->running == 0) {
            co_return fail(ErrorKind::transient, "net.connect", race->failure);
        }
        race->news.expires_at(wake_at(*race, more, next_start));
        auto [ignored] = co_await race->news.async_wait(kUse);
        (void)ignored;
    }
    for (const auto& attempt : race->attempts) {
        boost::system::error_code ignored;
        if (attempt != race->winner) (void)attempt->socket.close(ignored);
    }
    co_return std::make_unique<Stream>(std::move(race->winner->socket), deadlines);
}

}  // namespace sealgate::net
