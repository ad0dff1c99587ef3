// SPDX-License-Identifier: Apache-2.0
#include "admin/domains.h"

#include "admin/admin_fixture.h"
#include "admin/audit.h"

#include <gmock/gmock.h>

namespace sealgate::admin {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class DomainsTest : public AdminTest {
protected:
    std::vector<std::string> names() {
        std::vector<std::string> out;
        const auto entries = list_domains(*context_);
        EXPECT_TRUE(entries);
        for (const DomainEntry& entry : *entries) {
            out.push_back(entry.domain.name.ascii() + (entry.domain.subdomains ? "+" : "") +
                          (entry.origin ? "@" + std::to_string(entry.origin->line) : ""));
        }
        return out;
    }
    [[nodiscard]] std::vector<AuditRecord> audit() const {
        return search_audit(*context_, {}).value();
    }
};
INSTANTIATE_TEST_SUITE_P(Engines,
                         DomainsTest,
                         testing::Values("sqlite", "postgresql"),
                         engine_name);

TEST_P(DomainsTest, AddedDomainIsInForceAndSurvivesARestart) {
    const std::size_t before = published_.size();
    EXPECT_EQ(add_domain(*context_, alice_, "Example.COM.", false).value(), Outcome::added);
    EXPECT_EQ(published_.size(), before + 1);
    EXPECT_TRUE(now().domains.contains(domain("example.com")));
    start("");
    EXPECT_TRUE(now().domains.contains(domain("example.com")));
    EXPECT_THAT(names(), ElementsAre("example.com"));
    const auto entries = list_domains(*context_).value();
    EXPECT_EQ(entries[0].added_by, "alice");
    EXPECT_EQ(entries[0].added, clock_.now());
}

TEST_P(DomainsTest, WhatNobodyOwnsIsRefused) {
    const auto why = [&](std::string_view name) {
        const auto refused = add_domain(*context_, alice_, name);
        EXPECT_FALSE(refused) << name;
        return refused ? std::string() : refused.error().detail();
    };
    EXPECT_THAT(why("com"), HasSubstr("public suffix"));
    EXPECT_THAT(why("co.uk"), HasSubstr("public suffix"));
    EXPECT_THAT(why("192.0.2.1"), HasSubstr("IP address"));
    EXPECT_THAT(why(".example.net"), HasSubstr("'example.net', with --subdomains"));
    const auto report =
        import_domains(*context_, alice_, ".com\n192.0.2.1\n.example.net\n").value();
    ASSERT_EQ(report.problems.size(), 2U);
    EXPECT_THAT(report.problems[0].message, HasSubstr("public suffix"));
    EXPECT_THAT(names(), IsEmpty());
}

TEST_P(DomainsTest, TheDotAtTheEndOfAnAddressIsNoMatter) {
    ASSERT_TRUE(add_domain(*context_, alice_, "example.com"));
    EXPECT_TRUE(test_domain(*context_, "a@example.com.").value().entry);
    EXPECT_TRUE(test_domain(*context_, "Example.com.").value().entry);
    EXPECT_FALSE(test_domain(*context_, "a@example.com.."));
}

TEST_P(DomainsTest, AddingAgainChangesTheFlagOrNothing) {
    ASSERT_TRUE(add_domain(*context_, alice_, "example.com", false));
    const std::size_t before = published_.size();
    EXPECT_EQ(add_domain(*context_, alice_, "EXAMPLE.com", false).value(), Outcome::unchanged);
    EXPECT_EQ(published_.size(), before);
    EXPECT_EQ(add_domain(*context_, alice_, "example.com", true).value(), Outcome::changed);
    EXPECT_TRUE(now().domains.contains(domain("a.example.com")));
    ASSERT_EQ(audit().size(), 2U);
    EXPECT_EQ(audit()[0].before, R"({"name":"example.com","subdomains":false})");
    EXPECT_EQ(audit()[0].after, R"({"name":"example.com","subdomains":true})");
    // Not said is not "no": a second hand that adds the domain must not take its subdomains away.
    EXPECT_EQ(add_domain(*context_, alice_, "example.com").value(), Outcome::unchanged);
    EXPECT_TRUE(now().domains.contains(domain("a.example.com")));
    EXPECT_EQ(covers_subdomains(*context_, "Example.com").value(), true);
    EXPECT_EQ(add_domain(*context_, alice_, "example.com", false).value(), Outcome::changed);
    EXPECT_FALSE(now().domains.contains(domain("a.example.com")));
    EXPECT_EQ(covers_subdomains(*context_, "example.com").value(), false);
    EXPECT_EQ(covers_subdomains(*context_, "other.example").value(), std::nullopt);
}

TEST_P(DomainsTest, RemovedDomainIsOutOfForce) {
    ASSERT_TRUE(add_domain(*context_, alice_, "example.com", false));
    ASSERT_TRUE(remove_domain(*context_, alice_, "example.com"));
    EXPECT_FALSE(now().domains.contains(domain("example.com")));
    const auto again = remove_domain(*context_, alice_, "example.com");
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().kind(), ErrorKind::not_found);
    EXPECT_THAT(again.error().detail(), HasSubstr("'example.com' is not in the list"));
    EXPECT_EQ(audit()[0].action, "domain.remove");
    EXPECT_EQ(audit()[0].after, "null");
}

TEST_P(DomainsTest, WhatIsNoDomainIsRefusedWithASentence) {
    for (const std::string name :
         {"", "user@example.com", "*.example.com", "a..b", "[192.0.2.1]", "a b", "\xFF"}) {
        const auto added = add_domain(*context_, alice_, name, false);
        ASSERT_FALSE(added) << name;
        EXPECT_EQ(added.error().kind(), ErrorKind::malformed);
        EXPECT_THAT(added.error().detail(), HasSubstr("domain"));
    }
    EXPECT_THAT(audit(), IsEmpty());
}

constexpr const char* kFile = "[[domain]]\nname = \"file.example\"\nsubdomains = true\n";

TEST_P(DomainsTest, DomainOfTheFileIsReadOnlyElsewhere) {
    ASSERT_TRUE(add_domain(*context_, alice_, "store.example", false));
    ASSERT_TRUE(add_domain(*context_, alice_, "file.example", false));
    ASSERT_TRUE(reload(kFile));
    EXPECT_TRUE(now().domains.contains(domain("a.file.example")));
    EXPECT_TRUE(now().domains.contains(domain("store.example")));
    EXPECT_THAT(names(), ElementsAre("file.example+@1", "store.example"));
    for (const auto& refused : {add_domain(*context_, alice_, "file.example", true).error(),
                                remove_domain(*context_, alice_, "FILE.example").error()}) {
        EXPECT_EQ(refused.kind(), ErrorKind::conflict);
        EXPECT_EQ(
            refused.detail(),
            "domain 'file.example' is managed by file: change it in /etc/gw.toml, line 1, and "
            "reload");
    }
    // What the store had before stands again when the file lets go.
    ASSERT_TRUE(reload(""));
    EXPECT_THAT(names(), ElementsAre("file.example", "store.example"));
    EXPECT_FALSE(now().domains.contains(domain("a.file.example")));
}

TEST_P(DomainsTest, ChangesOfTheFileAreInTheAuditLog) {
    ASSERT_TRUE(reload(kFile));
    ASSERT_TRUE(reload(kFile));
    ASSERT_TRUE(reload("[[domain]]\nname = \"file.example\"\n[smtp]\nrecipients = 200\n"));
    ASSERT_TRUE(reload(""));
    std::vector<std::string> actions;
    for (const AuditRecord& record : audit()) {
        EXPECT_EQ(record.actor, "file");
        EXPECT_EQ(record.via, "reload");
        actions.push_back(record.action + " " + record.object);
    }
    EXPECT_THAT(actions,
                ElementsAre("file.withdraw smtp.recipients",
                            "file.withdraw domain.file.example",
                            "file.declare smtp.recipients",
                            "file.change domain.file.example",
                            "file.declare domain.file.example"));
}

TEST_P(DomainsTest, TestNamesTheEntry) {
    ASSERT_TRUE(add_domain(*context_, alice_, "example.com", true));
    ASSERT_TRUE(add_domain(*context_,
                           alice_,
                           "b\xC3\xBC"
                           "cher.example",
                           false));
    const auto found = test_domain(*context_, "user@Mail.Example.com").value();
    ASSERT_TRUE(found.entry);
    EXPECT_EQ(found.entry->domain.name.ascii(), "example.com");
    EXPECT_EQ(found.domain.ascii(), "mail.example.com");
    const auto idn = test_domain(*context_, "xn--bcher-kva.example").value();
    ASSERT_TRUE(idn.entry);
    EXPECT_EQ(idn.entry->unicode,
              "b\xC3\xBC"
              "cher.example");
    EXPECT_FALSE(test_domain(*context_, "user@example.org").value().entry);
    EXPECT_FALSE(test_domain(*context_, "user@[192.0.2.1]").value().entry);
    for (const std::string bad : {"", "user@", "@example.com", "user@a..b", "a b"}) {
        const auto tested = test_domain(*context_, bad);
        ASSERT_FALSE(tested) << bad;
        EXPECT_EQ(tested.error().kind(), ErrorKind::malformed);
    }
}

TEST_P(DomainsTest, ImportTakesAListOnce) {
    ASSERT_TRUE(add_domain(*context_, alice_, "b.example", false));
    const std::string list =
        "# ours\r\na.example\r\n\n.b.example  # with its subdomains\n"
        "c.example\tsubdomains\nA.example.\n";
    const auto dry = import_domains(*context_, alice_, list, true).value();
    EXPECT_EQ(dry.added, 2U);
    EXPECT_EQ(dry.changed, 1U);
    EXPECT_THAT(names(), ElementsAre("b.example"));
    const auto report = import_domains(*context_, alice_, list).value();
    EXPECT_EQ(report.added, 2U);
    EXPECT_EQ(report.changed, 1U);
    EXPECT_THAT(report.problems, IsEmpty());
    EXPECT_THAT(names(), ElementsAre("a.example", "b.example+", "c.example+"));
    const auto again = import_domains(*context_, alice_, list).value();
    EXPECT_EQ(again.unchanged, 3U);
    EXPECT_EQ(audit()[0].action, "domain.import");
}

TEST_P(DomainsTest, ImportWithAProblemChangesNothing) {
    ASSERT_TRUE(reload(kFile));
    const auto report = import_domains(*context_,
                                       alice_,
                                       "a.example\nnot a domain\nfile.example\n.file.example\n"
                                       "b..example\na.example subdomains\n")
                            .value();
    std::vector<std::string> problems;
    problems.reserve(report.problems.size());
    for (const ImportProblem& problem : report.problems) {
        problems.push_back(std::to_string(problem.line) + ": " + problem.message);
    }
    EXPECT_THAT(
        problems,
        ElementsAre("2: only 'subdomains' may stand behind a domain, not 'a domain'",
                    "3: domain 'file.example' is managed by file: change it in /etc/gw.toml, line "
                    "1, and reload",
                    HasSubstr("5: 'b..example' is not a domain name"),
                    "6: 'a.example' stands in line 1 already, and only one of the two covers "
                    "subdomains"));
    EXPECT_THAT(names(), ElementsAre("file.example+@1"));
}

TEST_P(DomainsTest, ImportHasAnEnd) {
    const auto report = import_domains(*context_, alice_, std::string(1'000'001, '\n'));
    ASSERT_FALSE(report);
    EXPECT_EQ(report.error().kind(), ErrorKind::exhausted);
}

TEST_P(DomainsTest, LockedStoreIsTransientAndNothingIsPublished) {
    auto other = store::Connection::open(options());
    ASSERT_TRUE(other);
    ASSERT_TRUE((*other)->begin_writing());
    ASSERT_TRUE((*other)->lock_out_writers());
    const std::size_t before = published_.size();
    const auto added = add_domain(*context_, alice_, "example.com", false);
    ASSERT_FALSE(added);
    EXPECT_EQ(added.error().kind(), ErrorKind::transient);
    EXPECT_THAT(added.error().detail(), HasSubstr("locked by another program; try again"));
    EXPECT_EQ(published_.size(), before);
    ASSERT_TRUE((*other)->run("ROLLBACK"));
    EXPECT_TRUE(add_domain(*context_, alice_, "example.com", false));
}

TEST_P(DomainsTest, StrangeRowInTheStoreIsNotGuessedAt) {
    ASSERT_TRUE(database_->write([](store::Session& session) -> Status {
        SG_TRYV(
            session.execute("INSERT INTO domain (name, subdomains, added, added_by) VALUES "
                            "('not a domain', 0, 0, '')"));
        return {};
    }));
    const auto view = effective(*context_);
    ASSERT_FALSE(view);
    EXPECT_EQ(view.error().kind(), ErrorKind::internal);
    EXPECT_THAT(view.error().detail(), HasSubstr("'not a domain'"));
}

}  // namespace
}  // namespace sealgate::admin
