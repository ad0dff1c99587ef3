#pragma once
// SPDX-License-Identifier: Apache-2.0
// An empty database for a test, which goes with it. For tests only.
//
// "sqlite" is a file in a directory of its own; "postgresql" is the database that the environment's
// SEALGATE_TEST_POSTGRESQL names: whatever it holds is removed. Without the variable those tests
// are skipped.

#include "store/connection.h"
#include "store/database.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <string>

namespace sealgate::store {

class TestDatabase : public testing::TestWithParam<std::string> {
protected:
    void SetUp() override {
        std::string pattern = std::filesystem::temp_directory_path() / "sealgate_XXXXXX";
        ASSERT_NE(mkdtemp(pattern.data()), nullptr);
        directory_ = pattern;
        if (GetParam() != "postgresql") return;
        // NOLINTNEXTLINE(concurrency-mt-unsafe): no other thread runs yet
        const char* url = std::getenv("SEALGATE_TEST_POSTGRESQL");
        if (url == nullptr) GTEST_SKIP() << "SEALGATE_TEST_POSTGRESQL is not set";
        url_ = url;
        auto connection = Connection::open(options());
        ASSERT_TRUE(connection) << connection.error().detail();
        ASSERT_TRUE((*connection)->run("DROP SCHEMA IF EXISTS public CASCADE"));
        ASSERT_TRUE((*connection)->run("CREATE SCHEMA public"));
    }
    void TearDown() override { std::filesystem::remove_all(directory_); }

    [[nodiscard]] DatabaseOptions options() const {
        return {url_, directory_, std::chrono::milliseconds(50)};
    }
    [[nodiscard]] std::unique_ptr<Database> open() const {
        auto database = Database::open(options());
        EXPECT_TRUE(database) << (database ? "" : database.error().detail());
        return database ? std::move(*database) : nullptr;
    }

    std::string directory_;
    std::string url_ = "sqlite:test.db";
};

}  // namespace sealgate::store
