// SPDX-License-Identifier: Apache-2.0
// Which hosts take the mail of a route, asked of a DNS server on loopback.
#include "delivery/mail_hosts.h"

#include "delivery/test_world.h"

namespace sealgate::delivery {
namespace {

using policy::NextHop;
using Names = std::vector<std::string>;

class MailHostsTest : public WorldTest {
protected:
    MailHostsTest() : hosts_(client_) {
        options_.own_name = "gw.example";
        options_.mx_port = 2525;
        hosts_.set_options(options_);
    }

    static NextHop mx(const std::string& domain) {
        NextHop hop;
        hop.kind = NextHop::Kind::mx;
        hop.host = domain;
        hop.port = 0;
        return hop;
    }
    OrOutcome<Names> names(const NextHop& hop) {
        OrOutcome<Names> out;
        run([&]() -> net::Task<void> { out = co_await hosts_.names(hop); });
        return out;
    }
    OrOutcome<MailHost> find(const NextHop& hop, const std::string& name) {
        OrOutcome<MailHost> out;
        run([&]() -> net::Task<void> { out = co_await hosts_.find(hop, name); });
        return out;
    }
    // "refused 5.1.2", or the hosts.
    std::string fate(const NextHop& hop) {
        const auto found = names(hop);
        if (!found) return word(found.error());
        std::string all;
        for (const std::string& name : *found)
            all += (all.empty() ? "" : " ") + name;
        return all;
    }
    // "deferred 4.4.3", or the addresses.
    std::string fate(const NextHop& hop, const std::string& name) {
        const auto found = find(hop, name);
        if (!found) return word(found.error());
        std::string all;
        for (const auto& endpoint : found->endpoints) {
            all += (all.empty() ? "" : " ") + endpoint.address().to_string() + "/" +
                   std::to_string(endpoint.port());
        }
        return all;
    }
    static std::string word(const Outcome& outcome) {
        return (outcome.kind == Outcome::Kind::refused ? "refused " : "deferred ") +
               outcome.reply.enhanced;
    }

    MailHostOptions options_;
    MailHosts hosts_;
};

TEST_F(MailHostsTest, MailServersComeByTheirPreference) {
    dns_.mx("one.example", 20, "second.example");
    dns_.mx("one.example", 30, "third.example");
    dns_.mx("one.example", 5, "first.example");
    dns_.mx("one.example", 40, "SECOND.example");
    EXPECT_EQ(fate(mx("one.example")), "first.example second.example third.example");
}

TEST_F(MailHostsTest, EqualOnesTakeTurns) {
    for (const char* host : {"a.example", "b.example", "c.example"})
        dns_.mx("equal.example", 10, host);
    dns_.mx("equal.example", 20, "last.example");
    std::set<std::string> orders;
    for (int i = 0; i < 60; ++i) {
        const std::string order = fate(mx("equal.example"));
        EXPECT_TRUE(order.ends_with(" last.example")) << order;
        orders.insert(order);
    }
    EXPECT_GT(orders.size(), 2U);
}

TEST_F(MailHostsTest, WhatBecomesOfADomainWithoutMailServers) {
    dns_.address("plain.example", "192.0.2.1");
    EXPECT_EQ(fate(mx("plain.example")), "plain.example") << "its own address";
    EXPECT_EQ(fate(mx("nowhere.example")), "refused 5.1.2");
    dns_.mx("null.example", 0, "");
    EXPECT_EQ(fate(mx("null.example")), "refused 5.1.10");
    dns_.fails("broken.example");
    EXPECT_EQ(fate(mx("broken.example")), "deferred 4.4.3");
    dns_.mx("strange.example", 10, "192.0.2.1");
    EXPECT_EQ(fate(mx("strange.example")), "deferred 4.4.4");
}

TEST_F(MailHostsTest, WhatLeadsBackToUs) {
    dns_.mx("both.example", 10, "better.example");
    dns_.mx("both.example", 20, "GW.example");
    dns_.mx("both.example", 20, "equal.example");
    dns_.mx("both.example", 30, "worse.example");
    EXPECT_EQ(fate(mx("both.example")), "better.example");
    dns_.mx("us.example", 10, "gw.example");
    EXPECT_EQ(fate(mx("us.example")), "refused 5.4.6");
    // By another name, at our own address.
    options_.own_addresses = {*IpAddress::parse("192.0.2.77")};
    hosts_.set_options(options_);
    dns_.address("alias.example", "192.0.2.1");
    dns_.address("alias.example", "192.0.2.77");
    EXPECT_EQ(fate(mx("x.example"), "alias.example"), "refused 5.4.6");
}

TEST_F(MailHostsTest, AddressesOfAMailServer) {
    dns_.address("two.example", "192.0.2.1");
    dns_.address("two.example", "2001:db8::1");
    dns_.address("two.example", "192.0.2.2");
    EXPECT_EQ(fate(mx("x.example"), "two.example"),
              "2001:db8::1/2525 192.0.2.1/2525 192.0.2.2/2525");
    for (unsigned i = 1; i <= 20; ++i)
        dns_.address("many.example", "192.0.2." + std::to_string(i));
    const auto many = find(mx("x.example"), "many.example");
    ASSERT_TRUE(many);
    EXPECT_EQ(many->endpoints.size(), kMaxHostAddresses);
    EXPECT_EQ(fate(mx("x.example"), "nowhere.example"), "refused 5.4.4");
    dns_.exists("empty.example");
    EXPECT_EQ(fate(mx("x.example"), "empty.example"), "refused 5.4.4");
    dns_.fails("broken.example");
    EXPECT_EQ(fate(mx("x.example"), "broken.example"), "deferred 4.4.3");
}

TEST_F(MailHostsTest, AddressesThatTheDnsMayNotLeadTo) {
    options_.refused_networks = {*Network::parse("127.0.0.0/8")};
    hosts_.set_options(options_);
    dns_.address("inside.example", "127.0.0.1");
    EXPECT_EQ(fate(mx("x.example"), "inside.example"), "refused 5.4.4");
    dns_.address("half.example", "127.0.0.1");
    dns_.address("half.example", "192.0.2.1");
    EXPECT_EQ(fate(mx("x.example"), "half.example"), "192.0.2.1/2525");
    EXPECT_EQ(fate(mx("[127.0.0.1]")), "[127.0.0.1]") << "an address instead of a domain";
    EXPECT_EQ(fate(mx("[127.0.0.1]"), "[127.0.0.1]"), "refused 5.4.4");
    EXPECT_EQ(fate(mx("[IPv6:2001:db8::1]"), "[IPv6:2001:db8::1]"), "2001:db8::1/2525");
    // A route of ours may lead anywhere.
    EXPECT_EQ(fate(*NextHop::parse("127.0.0.1:2600"), "127.0.0.1"), "127.0.0.1/2600");
}

TEST_F(MailHostsTest, ANextHopThatARouteNames) {
    dns_.address("mail.example", "192.0.2.1");
    const NextHop hop = *NextHop::parse("mail.example:2600");
    EXPECT_EQ(fate(hop), "mail.example") << "no MX record is asked for";
    EXPECT_EQ(fate(hop, "mail.example"), "192.0.2.1/2600");
    // Its administrator will mend the name: mail waits.
    EXPECT_EQ(fate(*NextHop::parse("lmtp:nowhere.example:24"), "nowhere.example"),
              "deferred 4.4.3");
    const NextHop local = *NextHop::parse("lmtp:unix:/run/lmtp");
    EXPECT_EQ(fate(local), "localhost");
    const auto found = find(local, "localhost");
    ASSERT_TRUE(found);
    EXPECT_EQ(found->socket, "/run/lmtp");
    EXPECT_TRUE(found->endpoints.empty());
}

}  // namespace
}  // namespace sealgate::delivery
