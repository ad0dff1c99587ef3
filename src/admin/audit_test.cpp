// SPDX-License-Identifier: Apache-2.0
#include "admin/audit.h"

#include "admin/admin_fixture.h"
#include "admin/audit_chain.h"
#include "admin/domains.h"

#include <gmock/gmock.h>

#include <thread>

namespace sealgate::admin {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class AuditTest : public AdminTest {
protected:
    void fill(int changes) {
        for (int i = 1; i <= changes; ++i) {
            clock_.advance(std::chrono::seconds(1));
            const Actor actor{i % 2 == 0 ? "bob" : "alice", "cli"};
            ASSERT_TRUE(add_domain(*context_, actor, "d" + std::to_string(i) + ".example", false));
        }
    }
    void tamper(std::string_view sql) {
        ASSERT_TRUE(database_->write([&](store::Session& session) -> Status {
            SG_TRYV(session.execute(sql));
            return {};
        }));
    }
    std::vector<std::uint64_t> numbers(const AuditQuery& query) {
        std::vector<std::uint64_t> out;
        for (const AuditRecord& record : search_audit(*context_, query).value()) {
            out.push_back(record.number);
        }
        return out;
    }
};
INSTANTIATE_TEST_SUITE_P(Engines, AuditTest, testing::Values("sqlite", "postgresql"), engine_name);

TEST_P(AuditTest, ChainOfAllChangesIsGoodAlsoAfterARestart) {
    fill(5);
    start("");
    const auto verdict = verify_audit(*context_).value();
    EXPECT_EQ(verdict.records, 5U);
    EXPECT_EQ(verdict.first_bad, std::nullopt);
    EXPECT_EQ(verdict.problem, "");
    EXPECT_EQ(verdict.head, search_audit(*context_, {}).value()[0].hash);
}

TEST_P(AuditTest, EmptyChainIsGood) {
    const auto verdict = verify_audit(*context_).value();
    EXPECT_EQ(verdict.records, 0U);
    EXPECT_EQ(verdict.head, std::string(64, '0'));
}

TEST_P(AuditTest, LongChainIsReadInPages) {
    std::string list;
    for (int i = 0; i < 2500; ++i)
        list += "d" + std::to_string(i) + ".example\n";
    ASSERT_TRUE(import_domains(*context_, alice_, list));
    EXPECT_EQ(verify_audit(*context_)->records, 2500U);
    tamper("UPDATE audit SET actor = 'x' WHERE number = 2001");
    EXPECT_EQ(verify_audit(*context_)->first_bad, 2001U);
}

TEST_P(AuditTest, EveryAlteredFieldShows) {
    fill(3);
    for (const std::string change : {"actor = 'mallory'",
                                     "via = 'api'",
                                     "what = 'domain.remove'",
                                     "object = 'x.example'",
                                     "old_value = '{}'",
                                     "new_value = 'null'",
                                     "happened = happened + 1",
                                     "hash = '0'",
                                     "previous = '0'"}) {
        tamper("CREATE TABLE kept AS SELECT * FROM audit");
        tamper("UPDATE audit SET " + change + " WHERE number = 2");
        const auto verdict = verify_audit(*context_).value();
        EXPECT_EQ(verdict.first_bad, 2U) << change;
        EXPECT_EQ(verdict.records, 1U);
        EXPECT_THAT(verdict.problem, HasSubstr("record 2"));
        tamper("DELETE FROM audit");
        tamper("INSERT INTO audit SELECT * FROM kept");
        tamper("DROP TABLE kept");
        EXPECT_EQ(verify_audit(*context_)->first_bad, std::nullopt);
    }
}

TEST_P(AuditTest, RemovedRecordShows) {
    fill(4);
    tamper("DELETE FROM audit WHERE number = 2");
    const auto verdict = verify_audit(*context_).value();
    EXPECT_EQ(verdict.first_bad, 2U);
    EXPECT_EQ(verdict.problem, "record 2 is missing: the next one is 3");
    // Renumbering does not help.
    tamper("UPDATE audit SET number = number - 1 WHERE number = 3");
    EXPECT_THAT(verify_audit(*context_)->problem, HasSubstr("record 2 does not continue"));
}

TEST_P(AuditTest, CutEndShowsAgainstAHeadThatWasKept) {
    fill(4);
    const std::string head = verify_audit(*context_)->head;
    tamper("DELETE FROM audit WHERE number = 4");
    const auto verdict = verify_audit(*context_).value();
    EXPECT_EQ(verdict.first_bad, std::nullopt);
    EXPECT_NE(verdict.head, head);
}

TEST_P(AuditTest, SearchPicksByEveryField) {
    fill(6);
    const WallTime start_time = search_audit(*context_, {}).value().back().time;
    EXPECT_THAT(numbers({}), ElementsAre(6, 5, 4, 3, 2, 1));
    AuditQuery query;
    query.actor = "bob";
    EXPECT_THAT(numbers(query), ElementsAre(6, 4, 2));
    query.below = 6;
    query.limit = 1;
    EXPECT_THAT(numbers(query), ElementsAre(4));
    query = {};
    query.since = start_time + std::chrono::seconds(1);
    query.until = start_time + std::chrono::seconds(3);
    EXPECT_THAT(numbers(query), ElementsAre(3, 2));
    query = {};
    query.text = "D3.EXAMPLE";
    EXPECT_THAT(numbers(query), ElementsAre(3));
    query.text = "d%";
    EXPECT_THAT(numbers(query), ElementsAre());
    query = {};
    query.action = "domain.";
    EXPECT_EQ(numbers(query).size(), 6U);
    query.action = "domain.add";
    EXPECT_EQ(numbers(query).size(), 6U);
    query.action = "domain.ad";
    EXPECT_EQ(numbers(query).size(), 0U);
    query.action = "domain_";
    EXPECT_EQ(numbers(query).size(), 0U);
}

TEST_P(AuditTest, ForeignTextInANameCannotForge) {
    ASSERT_TRUE(add_domain(*context_, {"eve\n1:x", "cli\x1b[2J"}, "a.example", false));
    const auto record = search_audit(*context_, {}).value().at(0);
    EXPECT_EQ(record.actor, "eve\\x0a1:x");
    EXPECT_EQ(record.via, "cli\\x1b[2J");
}

TEST_P(AuditTest, ChangesFromManyThreadsMakeOneChain) {
    std::vector<std::thread> threads;
    threads.reserve(4);
    for (int t = 0; t < 4; ++t) {
        threads.emplace_back([&, t] {
            for (int i = 0; i < 5; ++i) {
                const std::string name = "t" + std::to_string(t) + "-" + std::to_string(i);
                EXPECT_TRUE(add_domain(*context_, alice_, name + ".example", false));
            }
        });
    }
    for (std::thread& thread : threads)
        thread.join();
    EXPECT_EQ(verify_audit(*context_)->records, 20U);
    // The last publication has them all.
    EXPECT_EQ(now().domains.entries().size(), 20U);
}

TEST(AuditHash, IsTheOneOfTheFormatPage) {
    AuditRecord record;
    record.number = 1;
    record.time = WallTime(std::chrono::seconds(1'700'000'000));
    record.actor = "alice";
    record.via = "cli";
    record.action = "domain.add";
    record.object = "example.com";
    record.before = "null";
    record.after = R"({"name":"example.com","subdomains":false})";
    record.previous = chain_start();
    EXPECT_EQ(hash_of(record), "2a25e5463c4cb6f96b3a89ba57e57be9fed8187db54bb2c4cc11b5a848136e7d");
}

}  // namespace
}  // namespace sealgate::admin
