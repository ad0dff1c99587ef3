// SPDX-License-Identifier: Apache-2.0
#include "admin/routes.h"

#include "admin/admin_fixture.h"
#include "admin/audit.h"

#include <gmock/gmock.h>

namespace sealgate::admin {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class RoutesTest : public AdminTest {
protected:
    std::vector<std::string> listed() {
        std::vector<std::string> out;
        for (const RouteEntry& entry : list_routes(*context_).value()) {
            out.push_back(entry.route.domain.text() + " " + entry.route.next_hop.to_string() +
                          (entry.origin ? "@" + std::to_string(entry.origin->line) : ""));
        }
        return out;
    }
};
INSTANTIATE_TEST_SUITE_P(Engines, RoutesTest, testing::Values("sqlite", "postgresql"), engine_name);

TEST_P(RoutesTest, SetRouteIsInForceAndSurvivesARestart) {
    EXPECT_EQ(set_route(*context_, alice_, {"*", "mail.example:25", "opportunistic", ""}).value(),
              Outcome::added);
    EXPECT_EQ(
        set_route(*context_, alice_, {".A.example", "[::1]:2600", "verify", "mx.example"}).value(),
        Outcome::added);
    start("");
    const policy::Route* route = now().routes.find(domain("x.a.example"));
    ASSERT_NE(route, nullptr);
    EXPECT_EQ(route->next_hop.to_string(), "[::1]:2600");
    EXPECT_EQ(route->tls, policy::RouteTls::verify);
    EXPECT_EQ(route->tls_name, "mx.example");
    EXPECT_EQ(now().routes.find(domain("other.example"))->next_hop.host, "mail.example");
    EXPECT_EQ(set_route(*context_, alice_, {"*", "mail.example:25", "opportunistic", ""}).value(),
              Outcome::unchanged);
    EXPECT_EQ(set_route(*context_, alice_, {"*", "mailbox:in", "none", ""}).value(),
              Outcome::changed);
    EXPECT_THAT(listed(), ElementsAre("* mailbox:in", ".a.example [::1]:2600"));
}

TEST_P(RoutesTest, RemoveRoute) {
    ASSERT_TRUE(set_route(*context_, alice_, {"*", "mail.example:25", "none", ""}));
    ASSERT_TRUE(remove_route(*context_, alice_, "*"));
    EXPECT_EQ(now().routes.find(domain("a.example")), nullptr);
    const auto again = remove_route(*context_, alice_, "*");
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().kind(), ErrorKind::not_found);
    const auto audit = search_audit(*context_, {}).value();
    EXPECT_EQ(audit[0].action, "route.remove");
    EXPECT_EQ(audit[0].before,
              R"({"domain":"*","next_hop":"mail.example:25","tls":"none","tls_name":""})");
}

TEST_P(RoutesTest, RouteOfTheFileIsReadOnlyElsewhere) {
    ASSERT_TRUE(set_route(*context_, alice_, {"*", "store.example:25", "none", ""}));
    ASSERT_TRUE(reload("[[route]]\ndomain = \"*\"\nnext_hop = \"file.example:25\"\n"));
    EXPECT_EQ(now().routes.find(domain("a.example"))->next_hop.host, "file.example");
    EXPECT_THAT(listed(), ElementsAre("* file.example:25@1"));
    for (const auto& refused :
         {set_route(*context_, alice_, {"*", "other.example:25", "none", ""}).error(),
          remove_route(*context_, alice_, "*").error()}) {
        EXPECT_EQ(refused.kind(), ErrorKind::conflict);
        EXPECT_EQ(refused.detail(),
                  "the route for '*' is managed by file: change it in /etc/gw.toml, line 1, and "
                  "reload");
    }
}

TEST_P(RoutesTest, KeepsMxAndPins) {
    const std::vector<std::string> pins{std::string(64, 'a'), std::string(64, 'b')};
    ASSERT_TRUE(set_route(*context_, alice_, {"*", "mx", "verify", "", "", pins}));
    const policy::Route* route = now().routes.find(domain("other.example"));
    ASSERT_NE(route, nullptr);
    EXPECT_EQ(route->next_hop.to_string(), "mx");
    EXPECT_EQ(route->tls_pins, pins);
    EXPECT_EQ(set_route(*context_, alice_, {"*", "mx", "verify", "", "", pins}).value(),
              Outcome::unchanged);
}

TEST_P(RoutesTest, BadFieldsAreNamed) {
    const std::vector<std::pair<NewRoute, std::string>> cases = {
        {{"*.example", "h.example:25", "none", ""}, "is not a domain pattern"},
        {{"*", "mx:", "none", ""}, "next_hop: 'mx:' is not a next hop"},
        {{"*", "h.example", "none", ""}, "next_hop: "},
        {{"*", "127.0.0.1:2525", "none", ""}, "is our own listener 'outbound'"},
        {{"*", "h.example:25", "maybe", ""}, "tls: 'maybe' is not known"},
        {{"*", "h.example:25", "none", "x.example"}, "tls_name: it is only looked at"},
        {{"*", "h.example:25", "verify", "x..example"}, "tls_name: 'x..example' is not"},
        {{"*", "h.example:25", "required", "", "ca.pem"}, "tls_ca_file: it is only looked at"},
        {{"*", "h.example:25", "verify", "", "/nowhere/ca.pem"}, "tls_ca_file: CA file /nowhere"},
        {{"*", "h.example:25", "verify", "", "", {"abc"}}, "tls_pins: 'abc' is not the SHA-256"},
        {{"*", "h.example:25", "verify", "x.example", "", {std::string(64, 'a')}},
         "tls_name: with tls_pins the server's key alone counts"},
    };
    for (const auto& [route, sentence] : cases) {
        const auto set = set_route(*context_, alice_, route);
        ASSERT_FALSE(set) << sentence;
        EXPECT_EQ(set.error().kind(), ErrorKind::malformed);
        EXPECT_THAT(set.error().detail(), HasSubstr(sentence));
    }
}

}  // namespace
}  // namespace sealgate::admin
