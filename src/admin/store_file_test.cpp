// SPDX-License-Identifier: Apache-2.0
#include "admin/store_file.h"

#include "admin/admin_fixture.h"
#include "admin/audit.h"
#include "admin/domains.h"
#include "admin/routes.h"
#include "admin/templates.h"
#include "admin/unmanaged.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

namespace sealgate::admin {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;
using testing::UnorderedElementsAre;

constexpr const char* kFile = R"(hostname = "gw.example"
[[domain]]
name = "file.example"
[[route]]
domain = ".file.example"
next_hop = "f.example:25"
)";

class StoreFileTest : public AdminTest {
protected:
    void fill() {
        ASSERT_TRUE(add_domain(*context_, alice_, "b.example", true));
        ASSERT_TRUE(add_domain(*context_, alice_, "a.example"));
        ASSERT_TRUE(set_route(*context_, alice_, {"*", "h.example:25", "none", ""}));
        ASSERT_TRUE(set_route(*context_, alice_, {".x.example", "h.example:25", "verify", "M.X"}));
        ASSERT_TRUE(set_unmanaged_action(*context_, alice_, policy::UnmanagedAction::bounce));
        ASSERT_TRUE(set_unmanaged_overrides(
            *context_,
            alice_,
            {{"outbound", Network::parse("10.1.0.0/16").value(), {}, policy::UnmanagedAction::pass},
             {"", {}, policy::DomainPattern::parse(".p.example").value(), {}}}));
        ASSERT_TRUE(set_template(*context_, alice_, {"Notice"}, {kHardText, std::nullopt}));
    }
    [[nodiscard]] std::string exported() const { return export_store(*context_).value().toml; }
    [[nodiscard]] StoreComparison compare(const std::string& text) const {
        auto comparison = compare_store(*context_, text, "new.toml");
        EXPECT_TRUE(comparison) << comparison.error().detail();
        return comparison ? *std::move(comparison) : StoreComparison{};
    }
    Result<StoreComparison> apply(const std::string& text, bool removals = true) {
        return apply_store(
            *context_, alice_, text, "new.toml", {.removals = removals, .guard = {}});
    }
    // "+ domain x.example: ... -> ..."
    static std::vector<std::string> lines(const StoreComparison& comparison) {
        std::vector<std::string> out;
        for (const StoreChange& one : comparison.changes) {
            out.push_back(std::string(to_string(one.kind)) + " " + one.object + " " + one.name +
                          ": " + one.before + " -> " + one.after);
        }
        return out;
    }
    static std::vector<std::string> texts(const std::vector<config::Problem>& problems) {
        std::vector<std::string> out;
        for (const auto& one : problems)
            out.push_back(to_string(one));
        return out;
    }
    [[nodiscard]] std::vector<AuditRecord> newest(std::size_t limit) const {
        AuditQuery query;
        query.limit = limit;
        return search_audit(*context_, query).value();
    }
    [[nodiscard]] std::size_t records() const { return newest(10'000).size(); }

    // What an export could spoil.
    static constexpr const char* kHardText =
        "\n\nfirst \"\"\"quoted\"\"\" \\ back \t tab \x01\x7f\r\n# no comment\n[[domain]]\n"
        "\xc3\xbc '''  \n\"\"";
};
INSTANTIATE_TEST_SUITE_P(Engines, StoreFileTest, testing::Values("sqlite"), engine_name);

TEST_P(StoreFileTest, AnExportChangesNothing) {
    start(kFile);
    // With an empty store, and with one that has everything.
    for (const bool full : {false, true}) {
        if (full) fill();
        const std::string text = exported();
        EXPECT_THAT(lines(compare(text)), IsEmpty()) << text;
        const auto before = records();
        const auto published = published_.size();
        const auto done = apply(text, false);
        ASSERT_TRUE(done) << done.error().detail();
        EXPECT_THAT(done->problems, IsEmpty());
        EXPECT_THAT(done->owned, IsEmpty());
        EXPECT_THAT(done->changes, IsEmpty());
        EXPECT_EQ(records(), before);
        EXPECT_EQ(published_.size(), published);
        EXPECT_EQ(exported(), text);
    }
}

TEST_P(StoreFileTest, AnExportIsStableAndTellsWhatTheFileOwns) {
    start(kFile);
    fill();
    const std::string text = exported();
    EXPECT_LT(text.find("a.example"), text.find("b.example"));
    EXPECT_THAT(text,
                HasSubstr("# /etc/gw.toml, line 2:\n# [[domain]]\n# name = \"file.example\""));
    EXPECT_THAT(text, Not(HasSubstr("\nname = \"file.example\"")));
    const auto state = export_store(*context_)->state;
    ASSERT_TRUE(remove_domain(*context_, alice_, "a.example"));
    EXPECT_NE(export_store(*context_)->state, state);
    ASSERT_TRUE(add_domain(*context_, alice_, "a.example"));
    EXPECT_EQ(export_store(*context_)->state, state);
}

TEST_P(StoreFileTest, MovesAStoreToAnother) {
    fill();
    const std::string text = exported();
    ASSERT_TRUE(apply(""));  // as good as new
    EXPECT_THAT(list_domains(*context_).value(), IsEmpty());
    EXPECT_THAT(list_routes(*context_).value(), IsEmpty());
    EXPECT_FALSE(show_template(*context_, {"Notice"})->replaced);
    const auto done = apply(text, false);
    ASSERT_TRUE(done) << done.error().detail();
    EXPECT_THAT(done->problems, IsEmpty());
    EXPECT_EQ(exported(), text);
    EXPECT_EQ(show_template(*context_, {"Notice"})->text.text, kHardText);
    EXPECT_EQ(now().unmanaged.action, policy::UnmanagedAction::bounce);
    EXPECT_THAT(now().unmanaged.overrides, SizeIs(2));
    EXPECT_TRUE(now().domains.contains(domain("sub.b.example")));
    EXPECT_TRUE(verify_audit(*context_)->problem.empty());
}

TEST_P(StoreFileTest, SaysWhatWouldChange) {
    fill();
    const auto comparison = compare(R"(
[[domain]]
name = "B.example."
[[domain]]
name = "c.example"
[[route]]
domain = "*"
next_hop = "other.example:26"
tls = "required"
[unmanaged_senders]
action = "pass"
[[unmanaged_senders.override]]
domain = ".p.example"
action = "reject"
[[unmanaged_senders.override]]
domain = "q.example"
action = "bounce"
[[template]]
name = "Message Bounced"
text = "mine"
)");
    EXPECT_THAT(comparison.problems, IsEmpty());
    EXPECT_THAT(lines(comparison),
                ElementsAre("remove domain a.example: subdomains = false -> ",
                            "change domain b.example: subdomains = true -> subdomains = false",
                            "add domain c.example:  -> subdomains = false",
                            "change route *: next_hop = \"h.example:25\", tls = \"none\" -> "
                            "next_hop = \"other.example:26\", tls = \"required\"",
                            "remove route .x.example: next_hop = \"h.example:25\", tls = "
                            "\"verify\", tls_name = \"m.x\" -> ",
                            "change unmanaged_senders : bounce -> pass",
                            "remove unmanaged_senders.override : listener = \"outbound\", network "
                            "= \"10.1.0.0/16\", action = \"pass\" -> ",
                            "add unmanaged_senders.override :  -> domain = \"q.example\", action = "
                            "\"bounce\"",
                            "add template Message Bounced:  -> mine",
                            std::string("remove template Notice: ") + kHardText + " -> "));
    EXPECT_EQ(comparison.removals, 4U);
    EXPECT_EQ(now().unmanaged.action, policy::UnmanagedAction::bounce);  // only said
}

TEST_P(StoreFileTest, AnOtherOrderOfOverridesIsAChange) {
    fill();
    std::string text = exported();
    const auto first = text.find("\n[[unmanaged_senders.override]]");
    const auto second = text.find("\n[[unmanaged_senders.override]]", first + 1);
    const auto end = text.find("\n[[template]]");
    text = text.substr(0, first) + text.substr(second, end - second) +
           text.substr(first, second - first) + text.substr(end);
    EXPECT_THAT(lines(compare(text)),
                ElementsAre("change unmanaged_senders.override : in one order -> in another"));
    ASSERT_TRUE(apply(text, false));
    EXPECT_FALSE(now().unmanaged.overrides.at(0).network);
    EXPECT_THAT(lines(compare(text)), IsEmpty());
}

TEST_P(StoreFileTest, EveryChangeIsRecordedAndInForce) {
    fill();
    const auto before = records();
    const auto published = published_.size();
    const auto done = apply("[[domain]]\nname = \"b.example\"\n[[domain]]\nname = \"c.example\"\n");
    ASSERT_TRUE(done) << done.error().detail();
    EXPECT_EQ(done->state, export_store(*context_)->state);
    EXPECT_EQ(published_.size(), published + 1);
    EXPECT_TRUE(now().domains.contains(domain("c.example")));
    EXPECT_FALSE(now().domains.contains(domain("a.example")));
    const auto found = newest(records() - before);
    std::vector<std::string> said;
    for (const auto& record : found) {
        EXPECT_EQ(record.actor, "alice");
        EXPECT_EQ(record.via, "cli");
        EXPECT_NE(record.before, record.after);
        said.push_back(record.action + " " + record.object);
    }
    EXPECT_THAT(said,
                UnorderedElementsAre("domain.remove a.example",
                                     "domain.add b.example",
                                     "domain.add c.example",
                                     "route.remove *",
                                     "route.remove .x.example",
                                     "unmanaged.mode unmanaged_senders",
                                     "unmanaged.overrides unmanaged_senders",
                                     "template.reset Notice"));
    EXPECT_TRUE(verify_audit(*context_)->problem.empty());
}

TEST_P(StoreFileTest, ProblemsHaveTheirPlaceAndNothingIsDone) {
    start("[[listener]]\nname = \"outbound\"\naddress = \"127.0.0.1:2600\"\n");
    fill();
    const std::string text = exported();
    struct Case {
        std::string text;
        std::string problem;
    };
    const std::vector<Case> cases = {
        {"[[domain]]\nname = \"x.example\"\nsubdomain = true\n",
         "new.toml:3:1: unknown key 'subdomain' in [[domain]]; did you mean 'subdomains'?"},
        {"\n[[domian]]\nname = \"x.example\"\n",
         "new.toml:2:3: unknown section 'domian'; did you "
         "mean 'domain'?"},
        {"hostname = \"x.example\"\n",
         "new.toml:1:1: 'hostname' is not kept in the store; it belongs in the configuration file"},
        {"[smtp]\nrecipients = 100\n", "'smtp' is not kept in the store"},
        {"[[listener]]\nname = \"x\"\naddress = \"127.0.0.1:1\"\n",
         "'listener' is not kept in the store"},
        {"[[domain]]\nname = \"x.example\"\n[[domain]]\nname = \"X.example\"\n",
         "new.toml:3:1: domain 'x.example' is declared twice; the other is in line 1"},
        {"[[domain]]\nname = \"co.uk\"\n", "new.toml:1:1: domain 'co.uk' is a public suffix"},
        {"[[domain]\n", "new.toml:1:"},
        {"[[route]]\ndomain = \"*\"\n", "new.toml:1:1: [[route]] needs 'next_hop'"},
        {"\n[[route]]\ndomain = \"*\"\nnext_hop = \"127.0.0.1:2600\"\n",
         "new.toml:2:1: next_hop: '127.0.0.1:2600' is our own listener 'outbound'"},
        {"[unmanaged_senders]\naction = \"drop\"\n", "new.toml:2:10: 'action' must be 'reject'"},
        {"[[unmanaged_senders.override]]\naction = \"pass\"\n"
         "[[unmanaged_senders.override]]\nlistener = \"none\"\naction = \"pass\"\n",
         "new.toml:3:1: there is no listener named 'none'"},
        {"[[template]]\nname = \"Notise\"\ntext = \"x\"\n",
         "new.toml:1:1: there is no template named 'Notise'; did you mean 'Notice'?"},
        {"[[template]]\nname = \"Notice\"\ntext = \"{{x}}\"\n",
         "new.toml:1:1: template 'Notice': line 1: there is no variable 'x'"},
        {"[[template]]\nname = \"Notice\"\ntext = \"x\"\n[[template]]\nname = \"Notice\"\ntext = "
         "\"y\"\n",
         "new.toml:4:1: there are two templates 'Notice'; the other is in line 1"},
        {"[[template]]\nname = \"Notice\"\ntext = \"\\u0000\"\n", "must not hold NUL"},
    };
    const auto before = records();
    for (const auto& [bad, problem] : cases) {
        const auto comparison = compare(bad);
        EXPECT_THAT(texts(comparison.problems), testing::Contains(HasSubstr(problem))) << bad;
        EXPECT_THAT(comparison.changes, IsEmpty());
        const auto done = apply(bad);
        ASSERT_TRUE(done) << done.error().detail();
        EXPECT_THAT(done->problems, Not(IsEmpty())) << bad;
    }
    EXPECT_EQ(exported(), text);
    EXPECT_EQ(records(), before);
}

TEST_P(StoreFileTest, WhatTheFileOwnsIsRefusedWithBothPlaces) {
    start(std::string(kFile) + "[unmanaged_senders]\naction = \"bounce\"\n");
    const std::string text =
        "[[domain]]\nname = \"new.example\"\n[[domain]]\nname = \"file.example\"\nsubdomains = "
        "true\n[[route]]\ndomain = \".file.example\"\nnext_hop = \"g.example:25\"\n"
        "[unmanaged_senders]\naction = \"pass\"\n";
    const auto done = apply(text);
    ASSERT_TRUE(done) << done.error().detail();
    EXPECT_THAT(texts(done->owned),
                ElementsAre(HasSubstr("new.toml:3:1: domain 'file.example' is managed by file: "
                                      "change it in /etc/gw.toml, line 2"),
                            HasSubstr("new.toml:6:1: the route for '.file.example' is managed by "
                                      "file: change it in /etc/gw.toml, line 4"),
                            HasSubstr("new.toml:9:1: the setting 'unmanaged_senders' is managed by "
                                      "file: change it in /etc/gw.toml, line 7")));
    EXPECT_FALSE(now().domains.contains(domain("new.example")));
    // As it is there, it is no change.
    const auto same = compare(
        "[[domain]]\nname = \"file.example\"\n[[route]]\ndomain = \".file.example\"\nnext_hop = "
        "\"f.example:25\"\n[unmanaged_senders]\naction = \"bounce\"\n");
    EXPECT_THAT(same.owned, IsEmpty());
    EXPECT_THAT(same.changes, IsEmpty());
}

TEST_P(StoreFileTest, ARowThatTheFileHidesIsLeftAlone) {
    ASSERT_TRUE(add_domain(*context_, alice_, "file.example", true));
    ASSERT_TRUE(set_unmanaged_action(*context_, alice_, policy::UnmanagedAction::pass));
    start(std::string(kFile) + "[unmanaged_senders]\naction = \"bounce\"\n");
    ASSERT_TRUE(apply(exported()));
    ASSERT_TRUE(apply(""));
    start("");
    EXPECT_TRUE(now().domains.contains(domain("sub.file.example")));
    EXPECT_EQ(now().unmanaged.action, policy::UnmanagedAction::pass);
}

TEST_P(StoreFileTest, NothingIsRemovedUnasked) {
    fill();
    const std::string text = exported();
    const auto done = apply("", false);
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().kind(), ErrorKind::malformed);
    EXPECT_THAT(done.error().detail(), HasSubstr("leaves out 7"));
    EXPECT_EQ(exported(), text);
}

TEST_P(StoreFileTest, TheGuardSeesTheStoreBeforeTheChange) {
    fill();
    const std::string reviewed = compare("").state;
    EXPECT_EQ(reviewed, export_store(*context_)->state);
    const auto guarded = [&] {
        return apply_store(*context_,
                           alice_,
                           "",
                           "new.toml",
                           {.removals = true, .guard = [&](const std::string& state) -> Status {
                                if (state == reviewed) return {};
                                return fail(ErrorKind::conflict, "test", "changed");
                            }});
    };
    ASSERT_TRUE(add_domain(*context_, alice_, "meanwhile.example"));
    const auto late = guarded();
    ASSERT_FALSE(late);
    EXPECT_EQ(late.error().kind(), ErrorKind::conflict);
    EXPECT_TRUE(now().domains.contains(domain("a.example")));
    ASSERT_TRUE(remove_domain(*context_, alice_, "meanwhile.example"));
    EXPECT_TRUE(guarded());
    EXPECT_FALSE(now().domains.contains(domain("a.example")));
}

TEST_P(StoreFileTest, TemplatesMoveWithTheirLanguagesAndHtml) {
    ASSERT_TRUE(set_template(*context_, alice_, {"Notice"}, {"mine", "<p>mine"}));
    ASSERT_TRUE(set_template(*context_, alice_, {"Notice", "de"}, {"meins", std::nullopt}));
    const std::string text = exported();
    EXPECT_THAT(text, HasSubstr("name = \"Notice\"\nlanguage = \"de\"\ntext = "));
    ASSERT_TRUE(apply(""));
    EXPECT_FALSE(show_template(*context_, {"Notice"})->replaced);
    EXPECT_FALSE(show_template(*context_, {"Notice", "de"}));
    ASSERT_TRUE(apply(text));
    EXPECT_EQ(exported(), text);
    EXPECT_EQ(show_template(*context_, {"Notice"})->text, (TemplateText{"mine", "<p>mine"}));
    EXPECT_EQ(show_template(*context_, {"Notice", "de"})->text, (TemplateText{"meins", ""}));
    const auto twice = apply(
        "[[template]]\nname = \"Notice\"\nlanguage = \"de\"\ntext = \"x\"\n"
        "[[template]]\nname = \"Notice\"\nlanguage = \"DE\"\ntext = \"x\"\n");
    ASSERT_TRUE(twice);
    ASSERT_EQ(twice->problems.size(), 1U);
    EXPECT_THAT(twice->problems[0].message, HasSubstr("two templates 'Notice' in 'de'"));
}

TEST_P(StoreFileTest, ATemplateHasSoManyLanguagesAtMost) {
    std::string text;
    for (int i = 0; i < 100; ++i) {
        text += fmt::format("[[template]]\nname = \"Notice\"\nlanguage = \"{}{}\"\ntext = \"x\"\n",
                            static_cast<char>('a' + i / 26),
                            static_cast<char>('a' + i % 26));
    }
    text += "[[template]]\nname = \"Notice\"\ntext = \"x\"\n";  // the default text does not count
    EXPECT_THAT(compare(text).problems, IsEmpty());
    text += "[[template]]\nname = \"Notice\"\nlanguage = \"zz\"\ntext = \"x\"\n";
    const StoreComparison refused = compare(text);
    ASSERT_EQ(refused.problems.size(), 1U);
    EXPECT_EQ(refused.problems[0].line, 404U);
    EXPECT_THAT(refused.problems[0].message, HasSubstr("100 languages at most"));
}

TEST_P(StoreFileTest, AFailureLeavesNothingBehind) {
    fill();
    const std::string text = exported();
    const auto before = records();
    // The last step fails: a template's table is gone.
    ASSERT_TRUE(database_->write([](store::Session& session) -> Status {
        SG_TRYV(
            session.execute("CREATE TRIGGER no_more BEFORE INSERT ON template_text BEGIN "
                            "SELECT RAISE(ABORT, 'no'); END"));
        return {};
    }));
    EXPECT_FALSE(apply("[[template]]\nname = \"Message Bounced\"\ntext = \"x\"\n"));
    EXPECT_EQ(exported(), text);
    EXPECT_EQ(records(), before);
}

}  // namespace
}  // namespace sealgate::admin
