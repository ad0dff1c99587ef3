// SPDX-License-Identifier: Apache-2.0
#include "admin/unmanaged.h"

#include "admin/admin_fixture.h"
#include "admin/audit.h"

#include <gmock/gmock.h>

namespace sealgate::admin {
namespace {

using policy::UnmanagedAction;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class UnmanagedTest : public AdminTest {
protected:
    Sighting seen(std::string_view name,
                  std::string_view source = "10.0.0.1",
                  UnmanagedAction action = UnmanagedAction::reject) {
        return {domain(name), IpAddress::parse(source).value(), action, clock_.now(), 1};
    }
    std::vector<std::string> record(std::vector<Sighting> sightings) {
        auto fresh = record_unmanaged(*context_, sightings);
        EXPECT_TRUE(fresh);
        return fresh.value_or(std::vector<std::string>{});
    }
    std::vector<std::string> listed(std::optional<WallTime> since = std::nullopt) {
        std::vector<std::string> out;
        for (const SeenSender& one : list_unmanaged(*context_, since).value()) {
            out.push_back(one.domain + " " + std::to_string(one.count));
        }
        return out;
    }
};
INSTANTIATE_TEST_SUITE_P(Engines,
                         UnmanagedTest,
                         testing::Values("sqlite", "postgresql"),
                         engine_name);

TEST_P(UnmanagedTest, RejectsUntilToldOtherwise) {
    EXPECT_EQ(unmanaged_setting(*context_)->senders.action, UnmanagedAction::reject);
    EXPECT_EQ(now().unmanaged.action, UnmanagedAction::reject);
    ASSERT_TRUE(set_unmanaged_action(*context_, alice_, UnmanagedAction::pass));
    EXPECT_EQ(now().unmanaged.action, UnmanagedAction::pass);
    start("");
    EXPECT_EQ(now().unmanaged.action, UnmanagedAction::pass);
    const std::size_t before = published_.size();
    ASSERT_TRUE(set_unmanaged_action(*context_, alice_, UnmanagedAction::pass));
    EXPECT_EQ(published_.size(), before);
    const auto audit = search_audit(*context_, {}).value();
    ASSERT_EQ(audit.size(), 1U);
    EXPECT_EQ(audit[0].before, R"({"action":"reject","override":[]})");
    EXPECT_EQ(audit[0].after, R"({"action":"pass","override":[]})");
}

TEST_P(UnmanagedTest, OverridesKeepTheirOrder) {
    std::vector<policy::UnmanagedOverride> overrides(3);
    overrides[0].listener = "outbound";
    overrides[0].network = Network::parse("10.1.0.0/16").value();
    overrides[0].action = UnmanagedAction::pass;
    overrides[1].domain = policy::DomainPattern::parse(".b.example").value();
    overrides[1].action = UnmanagedAction::bounce;
    ASSERT_TRUE(set_unmanaged_overrides(*context_, alice_, overrides));
    start("");
    const auto& senders = now().unmanaged;
    ASSERT_EQ(senders.overrides.size(), 3U);
    const auto inside = IpAddress::parse("10.1.0.1").value();
    const auto outside = IpAddress::parse("10.2.0.1").value();
    EXPECT_EQ(senders.decide("outbound", inside, domain("b.example")), UnmanagedAction::pass);
    EXPECT_EQ(senders.decide("outbound", outside, domain("b.example")), UnmanagedAction::bounce);
    ASSERT_TRUE(set_unmanaged_overrides(*context_, alice_, {}));
    EXPECT_THAT(now().unmanaged.overrides, IsEmpty());
}

TEST_P(UnmanagedTest, OverrideForAListenerThatIsNotThereIsRefused) {
    std::vector<policy::UnmanagedOverride> overrides(1);
    overrides[0].listener = "nowhere";
    const auto done = set_unmanaged_overrides(*context_, alice_, overrides);
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().kind(), ErrorKind::malformed);
    EXPECT_THAT(done.error().detail(), HasSubstr("there is no listener named 'nowhere'"));
    const auto many =
        set_unmanaged_overrides(*context_, alice_, std::vector<policy::UnmanagedOverride>(1001));
    ASSERT_FALSE(many);
    EXPECT_EQ(many.error().kind(), ErrorKind::malformed);
}

TEST_P(UnmanagedTest, FileOwnsTheWholeSetting) {
    ASSERT_TRUE(set_unmanaged_action(*context_, alice_, UnmanagedAction::pass));
    ASSERT_TRUE(reload("\n[unmanaged_senders]\naction = \"bounce\"\n"));
    EXPECT_EQ(now().unmanaged.action, UnmanagedAction::bounce);
    EXPECT_EQ(unmanaged_setting(*context_)->origin->line, 2U);
    for (const auto& refused :
         {set_unmanaged_action(*context_, alice_, UnmanagedAction::reject).error(),
          set_unmanaged_overrides(*context_, alice_, {}).error()}) {
        EXPECT_EQ(refused.kind(), ErrorKind::conflict);
        EXPECT_EQ(refused.detail(),
                  "the setting 'unmanaged_senders' is managed by file: change it in /etc/gw.toml, "
                  "line 2, and reload");
    }
    ASSERT_TRUE(reload(""));
    EXPECT_EQ(now().unmanaged.action, UnmanagedAction::pass);
}

TEST_P(UnmanagedTest, CountsWhatWasSeen) {
    const WallTime first = clock_.now();
    EXPECT_THAT(record({seen("a.example"), seen("b.example"), seen("a.example")}),
                ElementsAre("a.example", "b.example"));
    clock_.advance(std::chrono::seconds(60));
    EXPECT_THAT(record({seen("a.example", "2001:db8::1", UnmanagedAction::bounce)}), IsEmpty());
    start("");
    const auto list = list_unmanaged(*context_).value();
    ASSERT_EQ(list.size(), 2U);
    EXPECT_EQ(list[0].domain, "a.example");
    EXPECT_EQ(list[0].count, 3U);
    EXPECT_EQ(list[0].first_seen, first);
    EXPECT_EQ(list[0].last_seen, clock_.now());
    EXPECT_EQ(list[0].last_source, "2001:db8::1");
    EXPECT_EQ(list[0].last_action, UnmanagedAction::bounce);
    EXPECT_THAT(listed(first + std::chrono::seconds(1)), ElementsAre("a.example 3"));
    EXPECT_THAT(search_audit(*context_, {}).value(), IsEmpty());
}

TEST_P(UnmanagedTest, AdoptMakesADomainOurs) {
    record({seen("a.example"), seen("b.example")});
    EXPECT_EQ(adopt_unmanaged(*context_, alice_, "A.Example").value(), Outcome::added);
    EXPECT_TRUE(now().domains.contains(domain("a.example")));
    EXPECT_THAT(listed(), ElementsAre("b.example 1"));
    EXPECT_EQ(adopt_unmanaged(*context_, alice_, "a.example").value(), Outcome::unchanged);
    EXPECT_EQ(search_audit(*context_, {}).value()[0].action, "unmanaged.adopt");
}

TEST_P(UnmanagedTest, AdoptRefusesWhatWasNeverSeenAndLiterals) {
    record({seen("[192.0.2.1]")});
    EXPECT_THAT(listed(), ElementsAre("[192.0.2.1] 1"));
    EXPECT_EQ(adopt_unmanaged(*context_, alice_, "[192.0.2.1]").error().kind(),
              ErrorKind::malformed);
    const auto unseen = adopt_unmanaged(*context_, alice_, "typo.example");
    ASSERT_FALSE(unseen);
    EXPECT_EQ(unseen.error().kind(), ErrorKind::not_found);
    EXPECT_THAT(unseen.error().detail(), HasSubstr("'typo.example' was never seen"));
    EXPECT_FALSE(now().domains.contains(domain("typo.example")));
}

TEST_P(UnmanagedTest, StrangersCannotFillTheStore) {
    ASSERT_TRUE(database_->write([](store::Session& session) -> Status {
        SG_TRYV(session.execute(
            "INSERT INTO unmanaged_seen (domain, messages, first_seen, last_seen, last_source, "
            "last_action) WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < "
            "99999) SELECT 'd' || i || '.example', 1, i, i, '10.0.0.1', 'reject' FROM n"));
        return {};
    }));
    clock_.advance(std::chrono::seconds(1));
    record({seen("last.example"), seen("d99999.example")});
    const auto list = list_unmanaged(*context_).value();
    EXPECT_EQ(list.size(), 100'000U);
    EXPECT_THAT(listed(clock_.now()), ElementsAre("d99999.example 2", "last.example 1"));
}

}  // namespace
}  // namespace sealgate::admin
