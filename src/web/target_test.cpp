// SPDX-License-Identifier: Apache-2.0
#include "web/target.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace sealgate::web {
namespace {

using Strings = std::vector<std::string>;

TEST(ParseTarget, DecodesSegmentsAndQuery) {
    const auto target =
        parse_target("/api/v1/templates/Message%20Bounced%20--%20a%2Fb?text=%22a+b%22&limit=5&x");
    ASSERT_TRUE(target);
    EXPECT_EQ(target->segments, (Strings{"api", "v1", "templates", "Message Bounced -- a/b"}));
    ASSERT_EQ(target->query.size(), 3U);
    EXPECT_EQ(target->query[0].second, "\"a b\"");
    EXPECT_EQ(target->query[1], (std::pair<std::string, std::string>("limit", "5")));
    EXPECT_EQ(target->query[2].second, "");
    EXPECT_EQ(parse_target("/a+b")->segments, Strings{"a+b"});
    EXPECT_TRUE(parse_target("/")->segments.empty());
}

TEST(ParseTarget, RefusesWhatIsNoCleanPath) {
    for (const std::string_view text : {"",
                                        "*",
                                        "http://a/",
                                        "//a",
                                        "/a//b",
                                        "/a/",
                                        "/a#b",
                                        "/%",
                                        "/%4",
                                        "/%zz",
                                        "/%0a",
                                        "/%00",
                                        "/%7f",
                                        "/%ff",
                                        "/a?b=%c0%af"}) {
        EXPECT_FALSE(parse_target(text)) << text;
    }
}

TEST(ParseTarget, HasLimits) {
    std::string deep;
    for (int i = 0; i < 33; ++i)
        deep += "/a";
    EXPECT_EQ(parse_target(deep).error().kind(), ErrorKind::exhausted);
    std::string wide = "/a?";
    for (int i = 0; i < 65; ++i)
        wide += "a&";
    EXPECT_EQ(parse_target(wide).error().kind(), ErrorKind::exhausted);
}

TEST(PercentEncode, IsUndoneByParseTarget) {
    const std::string text = "a/b ?#%+&=\"ü~";
    const auto target = parse_target("/" + percent_encode(text) + "?q=" + percent_encode(text));
    ASSERT_TRUE(target);
    EXPECT_EQ(target->segments, Strings{text});
    EXPECT_EQ(target->query[0].second, text);
}

}  // namespace
}  // namespace sealgate::web
