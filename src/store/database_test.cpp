// SPDX-License-Identifier: Apache-2.0
#include "store/database.h"

#include "store/migrations.h"
#include "store/test_database.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

namespace sealgate::store {
namespace {

using testing::HasSubstr;

class DatabaseTest : public TestDatabase {
protected:
    static Status add(Database& database, const std::string& name) {
        return database.write([&](Session& session) -> Status {
            SG_TRYV(
                session.execute("INSERT INTO domain (name, subdomains, added, added_by) VALUES "
                                "(:p1, :p2, :p3, :p4)",
                                {name, std::int64_t{1}, std::int64_t{1} << 60, "tester"}));
            return {};
        });
    }
    static std::vector<std::string> names(Database& database) {
        std::vector<std::string> found;
        const auto done = database.read([&](Session& session) -> Status {
            SG_TRY(const auto rows,
                   session.select<std::string>("SELECT name FROM domain ORDER BY name"));
            for (const auto& [name] : rows)
                found.push_back(name);
            return {};
        });
        EXPECT_TRUE(done);
        return found;
    }
};

INSTANTIATE_TEST_SUITE_P(Engines,
                         DatabaseTest,
                         testing::Values("sqlite", "postgresql"),
                         [](const auto& info) { return info.param; });

TEST_P(DatabaseTest, KeepsWhatWasWrittenAcrossARestart) {
    {
        const auto database = open();
        ASSERT_TRUE(add(*database, "a.example"));
    }
    const auto database = open();
    EXPECT_EQ(names(*database), std::vector<std::string>{"a.example"});
}

TEST_P(DatabaseTest, NumbersKeepAll64BitsAndTextsAllCharacters) {
    const auto database = open();
    const std::string text = "gr\xC3\xBC\xC3\x9F ' \" \\ :p1 %";
    ASSERT_TRUE(add(*database, text));
    ASSERT_TRUE(database->read([&](Session& session) -> Status {
        SG_TRY(const auto rows,
               (session.select<std::string, std::int64_t, std::int64_t>(
                   "SELECT name, added, COUNT(*) FROM domain WHERE name = :p1 GROUP BY name, added",
                   {text})));
        EXPECT_EQ(rows.size(), 1U);
        EXPECT_EQ(rows.at(0), std::make_tuple(text, std::int64_t{1} << 60, std::int64_t{1}));
        return {};
    }));
}

TEST_P(DatabaseTest, KeptStatementsTakeNewValuesEachTime) {
    const auto database = open();
    for (int i = 0; i < 5; ++i)
        ASSERT_TRUE(add(*database, std::to_string(i)));
    ASSERT_TRUE(database->write([&](Session& session) -> Status {
        for (int i = 4; i >= 0; --i) {
            SG_TRY(const auto rows,
                   session.select<std::string>("SELECT name FROM domain WHERE name = :p1",
                                               {std::to_string(i)}));
            EXPECT_EQ(rows.size(), 1U);
            if (!rows.empty()) EXPECT_EQ(std::get<0>(rows[0]), std::to_string(i));
            SG_TRY(const auto none,
                   session.select<std::string>("SELECT name FROM domain WHERE name = :p1", {"no"}));
            EXPECT_TRUE(none.empty());
            SG_TRY(const auto changed,
                   session.execute("DELETE FROM domain WHERE name = :p1", {std::to_string(i)}));
            EXPECT_EQ(changed, 1U);
        }
        SG_TRY(const auto changed, session.execute("DELETE FROM domain WHERE name = :p1", {"0"}));
        EXPECT_EQ(changed, 0U);
        return {};
    }));
    EXPECT_TRUE(names(*database).empty());
}

TEST_P(DatabaseTest, FailedWorkChangesNothing) {
    const auto database = open();
    const auto done = database->write([&](Session& session) -> Status {
        SG_TRYV(
            session.execute("INSERT INTO domain (name, subdomains, added, added_by) VALUES "
                            "('x', 0, 0, '')"));
        return fail(ErrorKind::refused, "test", "thought better of it");
    });
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().kind(), ErrorKind::refused);
    EXPECT_TRUE(names(*database).empty());
}

TEST_P(DatabaseTest, ExceptionsOfTheWorkStopHere) {
    const auto database = open();
    const auto done = database->write([&](Session& session) -> Status {
        SG_TRYV(
            session.execute("INSERT INTO domain (name, subdomains, added, added_by) VALUES "
                            "('x', 0, 0, '')"));
        throw std::runtime_error("boom");
    });
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().kind(), ErrorKind::internal);
    EXPECT_TRUE(names(*database).empty());
}

TEST_P(DatabaseTest, ConstraintIsAConflictAndWorkGoesOnAfterwards) {
    const auto database = open();
    ASSERT_TRUE(add(*database, "a.example"));
    const auto again = add(*database, "a.example");
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().kind(), ErrorKind::conflict);
    EXPECT_TRUE(add(*database, "b.example"));
}

TEST_P(DatabaseTest, BadSqlIsOurFault) {
    const auto database = open();
    const auto done = database->read([](Session& session) -> Status {
        SG_TRYV(session.select<std::string>("SELECT nothing FROM nowhere"));
        return {};
    });
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().kind(), ErrorKind::internal);
    EXPECT_TRUE(add(*database, "a.example"));
}

TEST_P(DatabaseTest, NulInATextIsRefused) {
    const auto database = open();
    const auto done = add(*database, std::string("a\0b", 3));
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().kind(), ErrorKind::malformed);
}

TEST_P(DatabaseTest, LockedByAnotherIsTransientAndSaysSo) {
    const auto database = open();
    auto other = Connection::open(options());
    ASSERT_TRUE(other);
    if ((*other)->engine() == Engine::sqlite) {
        ASSERT_TRUE((*other)->run("BEGIN IMMEDIATE"));
    } else {
        ASSERT_TRUE((*other)->run("BEGIN"));
        ASSERT_TRUE((*other)->run("LOCK TABLE schema_version IN EXCLUSIVE MODE"));
    }
    const auto done = add(*database, "a.example");
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().kind(), ErrorKind::transient) << done.error().detail();
    EXPECT_THAT(done.error().detail(), HasSubstr("locked by another program"));
    EXPECT_TRUE(names(*database).empty());  // reading goes on
    ASSERT_TRUE((*other)->run("ROLLBACK"));
    EXPECT_TRUE(add(*database, "a.example"));
}

TEST_P(DatabaseTest, ThreadsWaitForEachOther) {
    const auto database = open();
    std::atomic<int> failures{0};
    std::vector<std::thread> threads;
    threads.reserve(4);
    for (int t = 0; t < 4; ++t) {
        threads.emplace_back([&, t] {
            for (int i = 0; i < 5; ++i) {
                if (!add(*database, std::to_string(t) + "." + std::to_string(i))) ++failures;
            }
        });
    }
    for (std::thread& thread : threads)
        thread.join();
    EXPECT_EQ(failures, 0);
    EXPECT_EQ(names(*database).size(), 20U);
}

TEST_P(DatabaseTest, MigrationsGoOnFromWhereTheyAre) {
    const std::vector<Migration> first = {{"one", {"CREATE TABLE t1 (a BIGINT)"}}};
    std::vector<Migration> second = first;
    second.push_back({"two", {"CREATE TABLE t2 (a BIGINT)", "INSERT INTO t2 (a) VALUES (7)"}});
    auto connection = Connection::open(options());
    ASSERT_TRUE(connection);
    ASSERT_TRUE(migrate(**connection, first));
    ASSERT_TRUE(migrate(**connection, second));
    ASSERT_TRUE(migrate(**connection, second));
    const auto rows = (*connection)->rows("SELECT a FROM t2", {Column::number}, {});
    ASSERT_TRUE(rows);
    EXPECT_EQ(rows->size(), 1U);
}

TEST_P(DatabaseTest, MigrationThatFailsLeavesTheSchemaAsItWas) {
    const std::vector<Migration> broken = {
        {"one", {"CREATE TABLE t1 (a BIGINT)"}},
        {"two", {"CREATE TABLE t2 (a BIGINT)", "INSERT INTO nowhere (a) VALUES (7)"}}};
    auto connection = Connection::open(options());
    ASSERT_TRUE(connection);
    ASSERT_FALSE(migrate(**connection, broken));
    const std::vector<Migration> good = {broken[0]};
    ASSERT_TRUE(migrate(**connection, good));  // t1 is not there
}

TEST_P(DatabaseTest, TemplatesOfTheFirstSchemaAreKept) {
    auto connection = Connection::open(options());
    ASSERT_TRUE(connection);
    ASSERT_TRUE(migrate(**connection, std::span(migrations()).first(1)));
    ASSERT_TRUE((*connection)
                    ->run("INSERT INTO template_override (name, content, changed, changed_by) "
                          "VALUES ('Message Delayed', 'Subject: x', 7, 'alice')"));
    ASSERT_TRUE(migrate(**connection, migrations()));
    const auto rows =
        (*connection)
            ->rows("SELECT name, language, content, html, changed_by FROM template_text",
                   std::vector<Column>(5, Column::text),
                   {});
    ASSERT_TRUE(rows);
    ASSERT_EQ(rows->size(), 1U);
    EXPECT_EQ(rows->front(), (Row{"Message Delayed", "", "Subject: x", "", "alice"}));
}

TEST_P(DatabaseTest, NewerSchemaIsRefused) {
    {
        auto connection = Connection::open(options());
        ASSERT_TRUE(connection);
        std::vector<Migration> future = migrations();
        future.push_back({"from the future", {"CREATE TABLE later (a BIGINT)"}});
        ASSERT_TRUE(migrate(**connection, future));
    }
    const auto database = Database::open(options());
    ASSERT_FALSE(database);
    EXPECT_EQ(database.error().kind(), ErrorKind::refused);
    EXPECT_THAT(database.error().detail(), HasSubstr("newer version of Sealgate"));
}

class SqliteTest : public DatabaseTest {};
INSTANTIATE_TEST_SUITE_P(Engines, SqliteTest, testing::Values("sqlite"));

TEST_P(SqliteTest, IsDurableAndForTheOwnerOnly) {
    const auto database = open();
    struct stat status{};
    ASSERT_EQ(stat((directory_ + "/test.db").c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0600U);
    auto connection = Connection::open(options());
    ASSERT_TRUE(connection);
    const auto pragma = [&](const char* sql) {
        const auto rows = (*connection)->rows(sql, {Column::number}, {});
        return rows ? std::get<std::int64_t>(rows->at(0).at(0)) : -1;
    };
    EXPECT_EQ(pragma("PRAGMA synchronous"), 2);
    EXPECT_EQ(pragma("PRAGMA foreign_keys"), 1);
    EXPECT_EQ(pragma("PRAGMA busy_timeout"), 50);
}

TEST_P(SqliteTest, MakesTheDirectoriesOfItsFile) {
    url_ = "sqlite:deep/er dir/x=y.db";
    ASSERT_TRUE(add(*open(), "a.example"));
    EXPECT_TRUE(std::filesystem::exists(directory_ + "/deep/er dir/x=y.db"));
    EXPECT_EQ(names(*open()).size(), 1U);
}

TEST_P(SqliteTest, DamagedFileIsSaidToBeDamaged) {
    std::ofstream(directory_ + "/test.db") << std::string(8192, 'x');
    const auto database = Database::open(options());
    ASSERT_FALSE(database);
    EXPECT_EQ(database.error().kind(), ErrorKind::internal);
    EXPECT_THAT(database.error().detail(), HasSubstr("damaged"));
}

TEST_P(SqliteTest, WhatCannotBeOpenedIsTransient) {
    url_ = "sqlite:/proc/none/x.db";
    const auto database = Database::open(options());
    ASSERT_FALSE(database);
    EXPECT_NE(database.error().kind(), ErrorKind::internal) << database.error().detail();
}

TEST(DatabaseUrl, ForeignOnesAreRefused) {
    for (const std::string url : {"", "sqlite:", "mysql://x", "x.db", "sqlite:a\"b"}) {
        const auto database = Database::open({url, "/tmp", std::chrono::milliseconds(1)});
        ASSERT_FALSE(database) << url;
        EXPECT_EQ(database.error().kind(), ErrorKind::refused);
    }
}

TEST(DatabaseUrl, ServerThatIsNotThereIsTransient) {
    const auto database = Database::open(
        {"postgresql://nobody@127.0.0.1:1/none", "/tmp", std::chrono::milliseconds(1)});
    ASSERT_FALSE(database);
    EXPECT_EQ(database.error().kind(), ErrorKind::transient) << database.error().detail();
}

}  // namespace
}  // namespace sealgate::store
