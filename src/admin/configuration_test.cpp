// SPDX-License-Identifier: Apache-2.0
#include "admin/configuration.h"

#include "admin/admin_fixture.h"
#include "admin/domains.h"
#include "admin/routes.h"
#include "admin/unmanaged.h"

#include <gmock/gmock.h>

namespace sealgate::admin {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr const char* kFile = R"(hostname = "gw.example"
[smtp]
recipients = 200
[[domain]]
name = "file.example"
)";

class ConfigurationTest : public AdminTest {};
INSTANTIATE_TEST_SUITE_P(Engines, ConfigurationTest, testing::Values("sqlite"), engine_name);

TEST_P(ConfigurationTest, WhereNamesTheOwner) {
    start(kFile);
    ASSERT_TRUE(add_domain(*context_, alice_, "store.example", true));
    ASSERT_TRUE(set_route(*context_, alice_, {"*", "h.example:25", "none", ""}));
    struct Case {
        std::string key;
        Owner owner;
        std::uint32_t line;
        std::string value;
    };
    const std::vector<Case> cases = {
        {"hostname", Owner::file, 1, "\"gw.example\""},
        {"smtp.recipients", Owner::file, 3, "200"},
        {"smtp.errors", Owner::built_in, 0, "20"},
        {"listener.outbound", Owner::built_in, 0, ""},
        {"listener.outbound.tls", Owner::built_in, 0, "\"starttls\""},
        {"domain.file.example", Owner::file, 4, "{ name = \"file.example\", subdomains = false }"},
        {"domain.Store.Example.",
         Owner::store,
         0,
         "{ name = \"store.example\", subdomains = true }"},
        {"route.*", Owner::store, 0, ""},
        {"unmanaged_senders", Owner::store, 0, "{ action = \"reject\", override = [] }"},
        {"unmanaged_senders.action", Owner::store, 0, ""},
        {"template.Notice", Owner::store, 0, "as built in"},
    };
    for (const auto& [key, owner, line, value] : cases) {
        const auto found = where(*context_, key);
        ASSERT_TRUE(found) << key << ": " << found.error().detail();
        EXPECT_EQ(found->owner, owner) << key;
        EXPECT_EQ(found->origin ? found->origin->line : 0, line) << key;
        if (!value.empty()) EXPECT_EQ(found->value, value);
        EXPECT_FALSE(found->advice.empty());
    }
    EXPECT_THAT(where(*context_, "hostname")->advice, HasSubstr("/etc/gw.toml, line 1"));
}

TEST_P(ConfigurationTest, WhereOfWhatIsNotThereSaysWhatMayBeMeant) {
    const auto typo = where(*context_, "smtp.recipient");
    ASSERT_FALSE(typo);
    EXPECT_EQ(typo.error().kind(), ErrorKind::not_found);
    EXPECT_THAT(typo.error().detail(), HasSubstr("did you mean 'smtp.recipients'?"));
    for (const std::string& key : std::vector<std::string>{"",
                                                           "domain.none.example",
                                                           "route.x.example",
                                                           "listener.none",
                                                           "template.none",
                                                           std::string(5000, 'x')}) {
        EXPECT_EQ(where(*context_, key).error().kind(), ErrorKind::not_found) << key;
    }
    EXPECT_EQ(where(*context_, "domain.a..b").error().kind(), ErrorKind::malformed);
}

TEST_P(ConfigurationTest, ShowIsReadBack) {
    start(kFile);
    ASSERT_TRUE(add_domain(*context_, alice_, "store.example", true));
    ASSERT_TRUE(set_route(*context_, alice_, {".a.example", "h.example:25", "none", ""}));
    ASSERT_TRUE(set_unmanaged_action(*context_, alice_, policy::UnmanagedAction::bounce));
    const std::string text = show_configuration(*context_).value();
    const auto loaded = config::parse(text, "shown");
    EXPECT_THAT(loaded.problems, IsEmpty()) << text;
    EXPECT_EQ(loaded.settings.hostname, "gw.example");
    EXPECT_EQ(loaded.settings.domains.size(), 2U);
    EXPECT_EQ(loaded.settings.routes.size(), 1U);
    EXPECT_EQ(loaded.settings.unmanaged_senders->senders.action, policy::UnmanagedAction::bounce);
    EXPECT_THAT(text, HasSubstr("in the store, not in the file"));
}

TEST_P(ConfigurationTest, CheckSaysWhatWouldChange) {
    start(kFile);
    const auto check = check_configuration(*context_,
                                           "hostname = \"gw2.example\"\n[smtp]\nrecipients = 200\n"
                                           "[api]\npublic_networks = [\"192.0.2.0/24\"]\n",
                                           "new.toml");
    EXPECT_THAT(check.problems, IsEmpty());
    EXPECT_THAT(check.changes,
                ElementsAre("api.public_networks", "domain.file.example", "hostname"));
    EXPECT_THAT(check.restart_needed, ElementsAre("hostname", "api.public_networks"));
    const auto bad = check_configuration(*context_, "hostnam = 1", "new.toml");
    ASSERT_EQ(bad.problems.size(), 1U);
    EXPECT_THAT(to_string(bad.problems[0]), HasSubstr("new.toml:1:1: unknown key 'hostnam'"));
    EXPECT_THAT(bad.changes, IsEmpty());
}

}  // namespace
}  // namespace sealgate::admin
