// SPDX-License-Identifier: Apache-2.0
#include "policy/routes.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace sealgate::policy {
namespace {

mime::Domain domain(std::string_view text) {
    return mime::Domain::parse(text).value();
}

Route route(std::string_view pattern, std::string_view hop) {
    Route made;
    made.domain = DomainPattern::parse(pattern).value();
    made.next_hop = NextHop::parse(hop).value();
    return made;
}

std::vector<Route> sample() {
    return {route("*", "any.example:25"),
            route(".partner.example", "suffix.example:25"),
            route("partner.example", "exact.example:25"),
            route(".deep.partner.example", "deeper.example:25"),
            route("[192.0.2.9]", "literal.example:25"),
            route("x.b\xC3\xBC"
                  "cher.example",
                  "idn.example:25")};
}

TEST(Routes, TheMostSpecificPatternWinsWhateverTheOrder) {
    const std::vector<std::pair<std::string, std::string>> cases = {
        {"partner.example", "exact.example"},
        {"PARTNER.example.", "exact.example"},
        {"a.partner.example", "suffix.example"},
        {"deep.partner.example", "deeper.example"},
        {"x.y.deep.partner.example", "deeper.example"},
        {"xdeep.partner.example", "suffix.example"},
        {"notpartner.example", "any.example"},
        {"example", "any.example"},
        {"[192.0.2.9]", "literal.example"},
        {"[192.0.2.8]", "any.example"},
        {"x.xn--bcher-kva.example", "idn.example"},
    };
    std::vector<Route> routes = sample();
    for (int turn = 0; turn < 2; ++turn) {
        const Routes table(routes);
        for (const auto& [name, host] : cases) {
            const Route* found = table.find(domain(name));
            ASSERT_NE(found, nullptr) << name;
            EXPECT_EQ(found->next_hop.host, host) << name;
        }
        std::ranges::reverse(routes);
    }
}

TEST(Routes, WithoutAStarWhatNoPatternCoversHasNoRoute) {
    const Routes table({route(".partner.example", "h.example:25")});
    EXPECT_EQ(table.find(domain("other.example")), nullptr);
    EXPECT_EQ(table.find(domain("[192.0.2.1]")), nullptr);
    EXPECT_NE(table.find(domain("partner.example")), nullptr);
    EXPECT_EQ(Routes().find(domain("other.example")), nullptr);
}

TEST(Routes, CopyFindsItsOwnRoutes) {
    Routes copy;
    {
        const Routes table(sample());
        copy = table;
    }
    EXPECT_EQ(copy.find(domain("partner.example"))->next_hop.host, "exact.example");
}

TEST(NextHop, ReadsAndWritesItsForms) {
    const std::vector<std::pair<std::string, std::string>> cases = {
        {"mail.example.com:25", "mail.example.com:25"},
        {"MAIL.example.com.:587", "mail.example.com:587"},
        {"localhost:2525", "localhost:2525"},
        {"127.0.0.1:2600", "127.0.0.1:2600"},
        {"[2001:DB8::1]:25", "[2001:db8::1]:25"},
        {"[192.0.2.1]:25", "192.0.2.1:25"},
        {"b\xC3\xBC"
         "cher.example:25",
         "xn--bcher-kva.example:25"},
        {"mailbox:inbox", "mailbox:inbox"},
        {"mailbox:/var/mail/a b", "mailbox:/var/mail/a b"},
        {"mailbox:25", "mailbox:25"},
    };
    for (const auto& [text, printed] : cases) {
        const auto hop = NextHop::parse(text);
        ASSERT_TRUE(hop) << text << ": " << hop.error().detail();
        EXPECT_EQ(hop->to_string(), printed);
        EXPECT_EQ(NextHop::parse(printed).value(), *hop);
    }
}

TEST(NextHop, KnowsLmtp) {
    for (const std::string text : {"lmtp:mail.example:24", "lmtp:[2001:db8::1]:24"}) {
        const auto hop = NextHop::parse(text);
        ASSERT_TRUE(hop) << text;
        EXPECT_EQ(hop->kind, NextHop::Kind::lmtp);
        EXPECT_EQ(hop->port, 24);
        EXPECT_EQ(hop->to_string(), text);
    }
    EXPECT_NE(*NextHop::parse("lmtp:mail.example:24"), *NextHop::parse("mail.example:24"));
    for (const std::string_view text : {"lmtp:",
                                        "lmtp:24",
                                        "lmtp:mailbox:x",
                                        "lmtp:lmtp:mail.example:24",
                                        "LMTP:mail.example:24"})
        EXPECT_FALSE(NextHop::parse(text)) << text;
}

TEST(NextHop, KnowsLmtpOverAUnixSocket) {
    const auto hop = NextHop::parse("lmtp:unix:/run/dovecot/lmtp");
    ASSERT_TRUE(hop);
    EXPECT_EQ(hop->kind, NextHop::Kind::lmtp);
    EXPECT_EQ(hop->socket, "/run/dovecot/lmtp");
    EXPECT_EQ(hop->to_string(), "lmtp:unix:/run/dovecot/lmtp");
    EXPECT_FALSE(hop->names_host());
    EXPECT_NE(*hop, *NextHop::parse("lmtp:unix:/run/cyrus/lmtp"));
    const std::string longest = "lmtp:unix:/" + std::string(106, 'a');
    EXPECT_TRUE(NextHop::parse(longest));
    for (const std::string& text : {std::string("lmtp:unix:"),
                                    std::string("lmtp:unix:run/lmtp"),
                                    std::string("lmtp:unix:24"),
                                    std::string("lmtp:unix:@lmtp"),
                                    std::string("lmtp:unix:/run/../lmtp"),
                                    std::string("lmtp:unix:/run/a\nb"),
                                    std::string("lmtp:unix:/run/\xFF"),
                                    std::string("unix:/run/lmtp"),
                                    longest + "a"}) {
        const auto wrong = NextHop::parse(text);
        ASSERT_FALSE(wrong) << text;
        EXPECT_EQ(wrong.error().kind(), ErrorKind::malformed);
    }
}

TEST(NextHop, RefusesWhatIsNearlyOne) {
    for (const std::string text : {"",
                                   ":25",
                                   "mail.example.com",
                                   "mail.example.com:",
                                   "mail.example.com:0",
                                   "mail.example.com:65536",
                                   "mail.example.com:+25",
                                   "mail.example.com:25 ",
                                   "mail.example.com:smtp",
                                   "mail example:25",
                                   "::1:25",
                                   "[::1]",
                                   "[::1]:",
                                   "[mail.example.com]:25",
                                   "[]:25",
                                   "10.0.0.256:25",
                                   "10.0.0:25",
                                   "user@mail.example.com:25",
                                   "mailbox:",
                                   "mailbox:../../etc",
                                   "mailbox:a/../b",
                                   "mailbox:a\nb",
                                   "mailbox:\xFF"}) {
        const auto hop = NextHop::parse(text);
        ASSERT_FALSE(hop) << text;
        EXPECT_EQ(hop.error().kind(), ErrorKind::malformed);
        EXPECT_NE(hop.error().detail().find("is not a next hop"), std::string::npos);
    }
}

TEST(NextHop, MxIsTheRecipientsDomainOrANamedOne) {
    EXPECT_EQ(NextHop::parse("mx")->kind, NextHop::Kind::mx);
    EXPECT_EQ(NextHop::parse("mx")->to_string(), "mx");
    EXPECT_EQ(NextHop::parse("mx:Relay.Example")->to_string(), "mx:relay.example");
    EXPECT_EQ(NextHop::parse("mx.example:25")->kind, NextHop::Kind::smtp);
    for (const std::string text : {"mx:", "mx:25", "mx:relay.example:25", "mx:[192.0.2.1]", "MX"}) {
        EXPECT_FALSE(NextHop::parse(text)) << text;
    }
    const Route to_all = route("*", "mx");
    EXPECT_EQ(to_all.towards(domain("a.example")).next_hop.to_string(), "mx:a.example");
    EXPECT_TRUE(to_all.towards(domain("a.example")).by_recipient);
    EXPECT_EQ(to_all.towards(domain("[192.0.2.1]")).next_hop.host, "[192.0.2.1]");
    const Route named = route("*", "mx:relay.example");
    EXPECT_EQ(named.towards(domain("a.example")).next_hop.host, "relay.example");
    EXPECT_FALSE(named.towards(domain("a.example")).by_recipient);
    const Route fixed = route("*", "h.example:25");
    EXPECT_EQ(fixed.towards(domain("a.example")).next_hop, fixed.next_hop);
}

TEST(KeyPin, IsHexInTheFormsThatToolsPrint) {
    const std::string pin(64, 'a');
    EXPECT_EQ(parse_key_pin(pin).value(), pin);
    EXPECT_EQ(parse_key_pin("sha256:" + std::string(64, 'A')).value(), pin);
    std::string colons;
    for (int i = 0; i < 32; ++i)
        colons += i == 0 ? "AA" : ":AA";
    EXPECT_EQ(parse_key_pin(colons).value(), pin);
    for (const std::string& text :
         {std::string(), pin + "a", std::string(63, 'a'), std::string(64, 'g'), "sha1:" + pin}) {
        EXPECT_FALSE(parse_key_pin(text)) << text;
    }
}

TEST(RouteTls, NamesGoBothWays) {
    for (const auto tls :
         {RouteTls::none, RouteTls::opportunistic, RouteTls::required, RouteTls::verify}) {
        EXPECT_EQ(parse_route_tls(to_string(tls)), tls);
    }
    EXPECT_EQ(parse_route_tls("Verify"), std::nullopt);
    EXPECT_EQ(parse_route_tls(""), std::nullopt);
}

}  // namespace
}  // namespace sealgate::policy
