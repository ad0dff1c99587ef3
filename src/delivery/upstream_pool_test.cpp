// SPDX-License-Identifier: Apache-2.0
// Connections that are kept, with mail servers on loopback.
#include "delivery/upstream_pool.h"

#include "delivery/test_world.h"

#include <csignal>

namespace sealgate::delivery {
namespace {

using namespace std::chrono_literals;
using Lease = UpstreamPool::Lease;

smtp::Recipient recipient(std::string_view text) {
    auto address = mime::Address::parse(text);
    SG_CHECK(address.has_value());
    return {*std::move(address), {}, ""};
}

class UpstreamPoolTest : public WorldTest {
protected:
    UpstreamPoolTest() : server_(loop_, "127.0.0.1", 0), pool_(loop_, deadlines_, client_, {}) {
        (void)std::signal(SIGPIPE, SIG_IGN);  // as every program of ours does
        options_.upstream.hostname = "gw.example";
        options_.upstream.connect_timeout = 5s;
        options_.upstream.reply_timeout = 5s;
        pool_.set_options(options_);
        trust();
        route_ = route_to("127.0.0.1:" + std::to_string(server_.port()));
    }

    static policy::Route route_to(const std::string& hop) {
        policy::Route route;
        route.next_hop = *policy::NextHop::parse(hop);
        return route;
    }
    void trust() {
        auto tls = net::TlsContext::client(false, "");
        ASSERT_TRUE(tls);
        pool_.set_tls(*tls, *tls);
    }
    OrOutcome<Lease> ask(const policy::Route& route, bool fresh = false) {
        OrOutcome<Lease> out;
        run([&]() -> net::Task<void> { out = co_await pool_.acquire(route, fresh); });
        return out;
    }
    Lease acquire(const policy::Route& route, bool fresh = false) {
        auto lease = ask(route, fresh);
        EXPECT_TRUE(lease) << lease.error().reply.text;
        return lease ? *std::move(lease) : Lease{};
    }
    // A transaction that is begun and dropped counts as a message.
    void use(Upstream& upstream) {
        run([&]() -> net::Task<void> {
            upstream.begin(std::nullopt, {}, {});
            const Outcome outcome = co_await upstream.ask(recipient("a@b.example"));
            EXPECT_EQ(outcome.kind, Outcome::Kind::delivered);
            co_await upstream.reset();
        });
    }
    void give_back(Lease lease) { pool_.give_back(route_, std::move(lease.upstream)); }

    TestMailServer server_;
    PoolOptions options_;
    UpstreamPool pool_;
    policy::Route route_;
};

TEST_F(UpstreamPoolTest, AConnectionIsUsedAgainNewestFirst) {
    Lease first = acquire(route_);
    EXPECT_FALSE(first.reused);
    EXPECT_EQ(first.upstream->description(), route_.next_hop.to_string());
    Lease second = acquire(route_);
    EXPECT_EQ(server_.accepted, 2U);
    const Upstream* const newest = second.upstream.get();
    give_back(std::move(first));
    give_back(std::move(second));
    EXPECT_EQ(pool_.idle(), 2U);
    const Lease again = acquire(route_);
    EXPECT_TRUE(again.reused);
    EXPECT_EQ(again.upstream.get(), newest);
    EXPECT_EQ(pool_.idle(), 1U);
    EXPECT_FALSE(acquire(route_, true).reused) << "a fresh one was asked for";
    EXPECT_EQ(server_.accepted, 3U);
}

TEST_F(UpstreamPoolTest, RoutesThatDifferShareNone) {
    give_back(acquire(route_));
    policy::Route other = route_;
    other.tls = policy::RouteTls::none;
    EXPECT_FALSE(acquire(other).reused);
    other = route_;
    other.domain = policy::DomainPattern();
    EXPECT_TRUE(acquire(other).reused) << "whom it is for makes no difference";
}

TEST_F(UpstreamPoolTest, OneThatDiedWhileItLayIdleIsReplaced) {
    give_back(acquire(route_));
    server_.hang_up();
    ASSERT_TRUE(comes_true([&] { return server_.open() == 0; }));
    const Lease lease = acquire(route_);
    EXPECT_FALSE(lease.reused);
    EXPECT_EQ(server_.accepted, 2U);
    EXPECT_EQ(pool_.idle(), 0U);
}

TEST_F(UpstreamPoolTest, ItIsClosedAfterItsShareOfMessages) {
    options_.messages_per_connection = 2;
    pool_.set_options(options_);
    Lease lease = acquire(route_);
    use(*lease.upstream);
    give_back(std::move(lease));
    EXPECT_EQ(pool_.idle(), 1U);
    lease = acquire(route_);
    EXPECT_TRUE(lease.reused);
    use(*lease.upstream);
    give_back(std::move(lease));
    EXPECT_EQ(pool_.idle(), 0U);
    EXPECT_TRUE(comes_true([&] { return server_.quits == 1; })) << "by QUIT";
}

TEST_F(UpstreamPoolTest, ItIsClosedWhenItIsOldOrWasIdleForLong) {
    Lease old = acquire(route_);
    options_.connection_age = 0s;
    pool_.set_options(options_);
    give_back(std::move(old));
    EXPECT_EQ(pool_.idle(), 0U);
    EXPECT_TRUE(comes_true([&] { return server_.quits == 1; }));
    options_.connection_age = 300s;
    pool_.set_options(options_);
    give_back(acquire(route_));
    pool_.sweep();
    EXPECT_EQ(pool_.idle(), 1U) << "not yet";
    options_.idle_for = 0s;
    pool_.set_options(options_);
    EXPECT_TRUE(comes_true([&] {
        pool_.sweep();
        return pool_.idle() == 0;
    }));
    EXPECT_TRUE(comes_true([&] { return server_.quits == 2 && server_.open() == 0; }));
}

TEST_F(UpstreamPoolTest, KeepsNoMoreThanItsLimit) {
    options_.idle_per_next_hop = 1;
    pool_.set_options(options_);
    Lease first = acquire(route_);
    Lease second = acquire(route_);
    give_back(std::move(first));
    give_back(std::move(second));
    EXPECT_EQ(pool_.idle(), 1U);
    EXPECT_TRUE(comes_true([&] { return server_.open() == 1; }));
}

TEST_F(UpstreamPoolTest, MakesRoomOldestFirst) {
    std::vector<Lease> leases;
    for (int i = 0; i < 3; ++i)
        leases.push_back(acquire(route_));
    const Upstream* const newest = leases.back().upstream.get();
    for (Lease& lease : leases)
        give_back(std::move(lease));
    run([&]() -> net::Task<void> { co_await pool_.make_room(identity(route_), 3); });
    EXPECT_EQ(pool_.idle(), 3U);
    run([&]() -> net::Task<void> { co_await pool_.make_room(identity(route_), 1); });
    EXPECT_EQ(server_.quits, 2U) << "they have been closed when it returns";
    EXPECT_EQ(pool_.idle(), 1U);
    EXPECT_EQ(acquire(route_).upstream.get(), newest);
    run([&]() -> net::Task<void> { co_await pool_.make_room("another", 0); });
}

TEST_F(UpstreamPoolTest, NoneOutlivesItsTrust) {
    Lease in_use = acquire(route_);
    give_back(acquire(route_));
    trust();
    EXPECT_EQ(pool_.idle(), 0U) << "idle ones are closed at once";
    give_back(std::move(in_use));
    EXPECT_EQ(pool_.idle(), 0U) << "others when they come back";
    EXPECT_TRUE(comes_true([&] { return server_.open() == 0; }));
    give_back(acquire(route_));
    EXPECT_EQ(pool_.idle(), 1U);
}

TEST_F(UpstreamPoolTest, WatchesWhetherNamedNextHopsAreReached) {
    (void)acquire(route_);
    ASSERT_EQ(pool_.reach().size(), 1U);
    EXPECT_EQ(pool_.reach()[0].failures, 0U);
    const std::uint16_t port = server_.port();
    server_.go_away();
    for (unsigned i = 1; i <= 2; ++i) {
        const auto lease = ask(route_, true);
        ASSERT_FALSE(lease);
        EXPECT_EQ(lease.error().kind, Outcome::Kind::deferred);
        EXPECT_EQ(lease.error().reply.enhanced, "4.4.1");
        EXPECT_EQ(pool_.reach()[0].failures, i);
    }
    // Recipients' own domains are no news.
    dns_.address("gone.example", "127.0.0.1");
    const auto domain = mime::Domain::parse("gone.example");
    ASSERT_TRUE(domain);
    options_.hosts.mx_port = port;
    pool_.set_options(options_);
    EXPECT_FALSE(ask(route_to("mx").towards(*domain)));
    EXPECT_EQ(pool_.reach().size(), 1U);
}

TEST_F(UpstreamPoolTest, OfSeveralMailServersTheFirstThatIsWell) {
    TestMailServer best(loop_, "127.0.0.2", 0);
    TestMailServer second(loop_, "127.0.0.3", best.port());
    options_.hosts.mx_port = best.port();
    pool_.set_options(options_);
    dns_.mx("two.example", 10, "best.example");
    dns_.mx("two.example", 20, "second.example");
    dns_.address("best.example", "127.0.0.2");
    dns_.address("second.example", "127.0.0.3");
    const policy::Route route = route_to("mx:two.example");
    const std::uint16_t port = best.port();
    EXPECT_EQ(acquire(route, true).upstream->host(), "best.example");
    // It does not greet: the other one is asked, and is asked first for some time.
    best.greeting = "554 no";
    EXPECT_EQ(acquire(route, true).upstream->host(), "second.example");
    EXPECT_EQ(best.accepted, 2U);
    best.greeting = "220 test ESMTP";
    EXPECT_EQ(acquire(route, true).upstream->host(), "second.example");
    EXPECT_EQ(best.accepted, 2U) << "it rests";
    // When nothing else is left, it is asked all the same, and is well again.
    second.go_away();
    EXPECT_EQ(acquire(route, true).upstream->host(), "best.example");
    EXPECT_EQ(acquire(route, true).upstream->host(), "best.example");
    EXPECT_EQ(best.accepted, 4U);
    // Somebody else has found out that it does not do what it is there for.
    TestMailServer again(loop_, "127.0.0.3", port);
    best.go_away();
    const auto lease = ask(route, true);
    ASSERT_TRUE(lease);
    EXPECT_EQ(lease->upstream->host(), "second.example");
}

TEST_F(UpstreamPoolTest, WhatMayWorkLaterOutweighsWhatNeverWill) {
    options_.hosts.mx_port = server_.port();
    pool_.set_options(options_);
    server_.greeting = "421 later";
    dns_.mx("mixed.example", 10, "nowhere.example");
    dns_.mx("mixed.example", 20, "busy.example");
    dns_.address("busy.example", "127.0.0.1");
    const auto mixed = ask(route_to("mx:mixed.example"));
    ASSERT_FALSE(mixed);
    EXPECT_EQ(mixed.error().kind, Outcome::Kind::deferred);
    EXPECT_EQ(mixed.error().reply.enhanced, "4.4.1");
    dns_.mx("never.example", 10, "nowhere.example");
    const auto never = ask(route_to("mx:never.example"));
    ASSERT_FALSE(never);
    EXPECT_EQ(never.error().kind, Outcome::Kind::refused);
    EXPECT_EQ(never.error().reply.enhanced, "5.4.4");
}

}  // namespace
}  // namespace sealgate::delivery
