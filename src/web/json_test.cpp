// SPDX-License-Identifier: Apache-2.0
#include "web/json.h"

#include <gtest/gtest.h>

namespace sealgate::web {
namespace {

std::string repeat(std::string_view text, std::size_t times) {
    std::string out;
    for (std::size_t i = 0; i < times; ++i)
        out += text;
    return out;
}

TEST(ParseJson, ReadsWhatJsonIs) {
    const auto value = parse_json(R"({"a": [1, -2, 2.5, true, null, {"b": "ü"}], "c": {}})");
    ASSERT_TRUE(value);
    EXPECT_EQ((*value)["a"][0], 1);
    EXPECT_EQ((*value)["a"][5]["b"], "ü");
    EXPECT_TRUE((*value)["c"].is_object());
}

TEST(ParseJson, RefusesWhatItIsNot) {
    for (const std::string_view text : {"",
                                        "{",
                                        "{}x",
                                        "{\"a\":1,}",
                                        "{'a':1}",
                                        "[1,]",
                                        "nul",
                                        "\"\xff\"",
                                        "// c\n1",
                                        "NaN",
                                        "01",
                                        "\xef\xbb\xbf[",
                                        "1e999",
                                        "{\"a\":1,\"a\":2}",
                                        "{\"a\":{\"b\":1,\"b\":1}}"}) {
        const auto value = parse_json(text);
        ASSERT_FALSE(value) << text;
        EXPECT_EQ(value.error().kind(), ErrorKind::malformed) << text;
    }
}

TEST(ParseJson, F17StopsAtDepth) {
    EXPECT_TRUE(parse_json(repeat("[", kJsonDepth) + repeat("]", kJsonDepth)));
    const auto deep = parse_json(repeat("[", kJsonDepth + 1) + repeat("]", kJsonDepth + 1));
    ASSERT_FALSE(deep);
    EXPECT_EQ(deep.error().kind(), ErrorKind::exhausted);
    EXPECT_EQ(parse_json(repeat("[", 500'000)).error().kind(), ErrorKind::exhausted);
    EXPECT_EQ(parse_json(repeat("{\"a\":", 200'000)).error().kind(), ErrorKind::exhausted);
}

TEST(ParseJson, F17StopsAtTheNumberOfValues) {
    EXPECT_EQ(parse_json("[" + repeat("1,", kJsonValues) + "1]").error().kind(),
              ErrorKind::exhausted);
    std::string keys = "{";
    for (std::size_t i = 0; i < kJsonValues; ++i)
        keys += "\"" + std::to_string(i) + "\":1,";
    EXPECT_EQ(parse_json(keys + "\"x\":1}").error().kind(), ErrorKind::exhausted);
}

TEST(ParseJson, F17TakesAHugeNumberAsAnErrorNotAsWork) {
    EXPECT_FALSE(parse_json(std::string(1'000'000, '9')));
}

const Schema kInner{"Inner", "", {{"n", Type::integer}}};
const Schema kSchema{"Outer",
                     "",
                     {{"name", Type::text},
                      {"kind", Type::text, Presence::optional, "", {"a", "b"}},
                      {"flag", Type::boolean, Presence::optional},
                      {"at", Type::time, Presence::optional},
                      {"tags", Type::texts, Presence::optional},
                      {"inner", Type::object, Presence::optional, "", {}, &kInner},
                      {"list", Type::list, Presence::optional, "", {}, &kInner},
                      {"counts", Type::numbers, Presence::optional}}};

TEST(CheckSchema, TakesWhatFits) {
    EXPECT_TRUE(check_schema(Json::parse(R"({"name": "x"})"), kSchema).empty());
    EXPECT_TRUE(check_schema(Json::parse(R"({"name": "x", "kind": "b", "flag": false,
        "at": "2026-11-25T07:14:36Z", "tags": ["t"], "inner": {"n": 0}, "list": [{"n": 1}],
        "counts": {"c": 3}})"),
                             kSchema)
                    .empty());
}

TEST(CheckSchema, NamesTheFieldThatDoesNot) {
    const std::vector<std::pair<std::string, std::string>> cases{
        {R"([])", ""},
        {R"({})", "/name"},
        {R"({"name": 1})", "/name"},
        {R"({"name": null})", "/name"},
        {R"({"name": "x", "kind": "c"})", "/kind"},
        {R"({"name": "x", "flag": "true"})", "/flag"},
        {R"({"name": "x", "at": "yesterday"})", "/at"},
        {R"({"name": "x", "tags": ["a", 1]})", "/tags"},
        {R"({"name": "x", "inner": {"n": -1}})", "/inner/n"},
        {R"({"name": "x", "inner": {"n": 1.5}})", "/inner/n"},
        {R"({"name": "x", "list": [{"n": 1}, {}]})", "/list/1/n"},
        {R"({"name": "x", "counts": {"c": "3"}})", "/counts"},
        {R"({"name": "x", "a/b~c": 1})", "/a~1b~0c"}};
    for (const auto& [text, pointer] : cases) {
        const auto errors = check_schema(Json::parse(text), kSchema);
        ASSERT_EQ(errors.size(), 1U) << text;
        EXPECT_EQ(errors[0].pointer, pointer) << text;
    }
}

TEST(CheckSchema, SuggestsTheNearestField) {
    const auto errors = check_schema(Json::parse(R"({"nam": "x", "name": "y"})"), kSchema);
    ASSERT_EQ(errors.size(), 1U);
    EXPECT_EQ(errors[0].detail, "is not known here; did you mean 'name'?");
}

TEST(CheckSchema, StopsListingAtTwenty) {
    Json value{{"name", "x"}};
    for (int i = 0; i < 1000; ++i)
        value["unknown" + std::to_string(i)] = 1;
    EXPECT_EQ(check_schema(value, kSchema).size(), 20U);
}

TEST(Dump, ReplacesWhatIsNotUtf8) {
    EXPECT_EQ(dump({{"a", "\xff"}}), "{\"a\":\"\xef\xbf\xbd\"}");
}

}  // namespace
}  // namespace sealgate::web
