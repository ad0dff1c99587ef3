// SPDX-License-Identifier: Apache-2.0
#include "store/postgres_url.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace sealgate::store {
namespace {

TEST(PostgresUrl, BecomesWords) {
    const std::vector<std::pair<std::string, std::string>> cases = {
        {"postgresql://user@host/db", "user=user host=host port=5432 dbname=db connect_timeout=10"},
        {"postgresql://u:p%40ss@h:6000/d?sslmode=require",
         "user=u password=p@ss host=h port=6000 dbname=d sslmode=require connect_timeout=10"},
        {"postgresql://u@[::1]:6000/d?connect_timeout=3",
         "user=u host=::1 port=6000 dbname=d connect_timeout=3"},
        {"postgresql://u@[::1]/d", "user=u host=::1 port=5432 dbname=d connect_timeout=10"},
        {"postgresql://a,b:6000/d", "host=a,b port=5432,6000 dbname=d connect_timeout=10"},
        {"postgresql:///d?host=/run/postgresql&user=u",
         "dbname=d host=/run/postgresql user=u connect_timeout=10"},
        {"postgresql://u:a@b@h/d",
         "user=u password=a@b host=h port=5432 dbname=d connect_timeout=10"},
    };
    for (const auto& [url, words] : cases) {
        const auto made = connection_words(url);
        ASSERT_TRUE(made) << url << ": " << made.error().detail();
        EXPECT_EQ(*made, words);
    }
}

TEST(PostgresUrl, ValuesThatCouldBecomeOtherWordsAreRefused) {
    for (const std::string url : {"postgresql://u:a%20host=evil@h/d",
                                  "postgresql://u:a b@h/d",
                                  "postgresql://u:a=b@h/d",
                                  "postgresql://u@h/d%27",
                                  "postgresql://u@h/d%5C",
                                  "postgresql://u@h/d%00",
                                  "postgresql://u@h/d%0",
                                  "postgresql://u@h/d%zz",
                                  "postgresql://u@h/d?sslmode",
                                  "postgresql://u@h/d?=x",
                                  "postgresql://u@h/d?a b=x",
                                  "http://h/d",
                                  ""}) {
        const auto made = connection_words(url);
        ASSERT_FALSE(made) << url;
        EXPECT_EQ(made.error().kind(), ErrorKind::refused);
    }
}

}  // namespace
}  // namespace sealgate::store
