// SPDX-License-Identifier: Apache-2.0
#include "maillog/query.h"

#include "maillog/words.h"

#include <gtest/gtest.h>

namespace sealgate::maillog {
namespace {

std::vector<std::string> words(std::string_view text) {
    std::vector<std::string> out;
    std::size_t at = 0;
    for (auto word = next_word(text, at); !word.empty(); word = next_word(text, at))
        out.emplace_back(word);
    return out;
}

using Words = std::vector<std::string>;

TEST(Words, KeepAddressesCodesAndIdsWhole) {
    EXPECT_EQ(words("SMTP-00042: recipient 1/2 (a.b+c@x-y.example): blocked."),
              (Words{"SMTP-00042", "recipient", "1", "2", "a.b+c@x-y.example", "blocked"}));
    EXPECT_EQ(words("550 5.7.1 <id_1@h>... well--then gr\xC3\xBC\xC3\x9F"),
              (Words{"550", "5.7.1", "id_1@h", "well", "then", "gr\xC3\xBC\xC3\x9F"}));
    EXPECT_EQ(words("10.1.0.7:2525 [0x21b]"), (Words{"10.1.0.7", "2525", "0x21b"}));
    EXPECT_EQ(words("@.-+ ..."), Words{});
    EXPECT_EQ(words("a@"), Words{"a"});
    EXPECT_EQ(words(""), Words{});
}

TEST(Words, AnAddressAnswersToItsParts) {
    EXPECT_TRUE(word_matches("User@Host.Example", "user@host.example"));
    EXPECT_TRUE(word_matches("User@Host.Example", "host.example"));
    EXPECT_TRUE(word_matches("User@Host.Example", "user"));
    EXPECT_FALSE(word_matches("User@Host.Example", "example"));
    EXPECT_FALSE(word_matches("user", "user@host.example"));
    EXPECT_FALSE(word_matches("users", "user"));
}

TEST(ParseWords, CutsTermsAndPhrases) {
    const auto phrases = parse_words("Unmanaged  \"domain Blocked\" 1/2 smtp-42\tx\"y z\"");
    ASSERT_TRUE(phrases);
    EXPECT_EQ(
        *phrases,
        (std::vector<Phrase>{
            {"unmanaged"}, {"domain", "blocked"}, {"1", "2"}, {"smtp-00042"}, {"x"}, {"y", "z"}}));
    EXPECT_TRUE(parse_words("")->empty());
    EXPECT_TRUE(parse_words(" \t ")->empty());
}

TEST(ParseWords, NamesThePlaceOfWhatIsWrong) {
    const auto why = [](std::string_view text) {
        const auto result = parse_words(text);
        EXPECT_FALSE(result);
        if (result) return std::string();
        EXPECT_EQ(result.error().kind(), ErrorKind::malformed);
        return result.error().detail();
    };
    EXPECT_TRUE(why("abc \"def").starts_with("at octet 5: "));
    EXPECT_TRUE(why("abc ...").starts_with("at octet 5: "));
    EXPECT_TRUE(why("\"\"").starts_with("at octet 1: "));
    std::string many;
    for (int i = 0; i < 64; ++i)
        many += "a ";
    EXPECT_TRUE(parse_words(many));
    EXPECT_TRUE(why(many + "a").starts_with("at octet 129: more than 64"));
    EXPECT_FALSE(why("\"" + many + "a\"").empty());
    EXPECT_FALSE(why(std::string(10'000, 'a')).empty());
}

TEST(Cursor, ReadsOnlyWhatItWrote) {
    EXPECT_EQ(*parse_cursor(to_string(Cursor{1, 0xABCDEF})), (Cursor{1, 0xABCDEF}));
    for (const std::string_view text :
         {"", ".", "1", "1.", ".1", "1.2 ", "1.2.3", "-1.2", "1.fffffffffffffffff", "x.1"}) {
        EXPECT_FALSE(parse_cursor(text)) << text;
    }
}

TEST(Matcher, RefusesLongAddressParts) {
    Query query;
    query.sender = std::string(1'025, 'a');
    EXPECT_EQ(Matcher::compile(query).error().kind(), ErrorKind::malformed);
    query.sender = std::string(1'024, 'a');
    EXPECT_TRUE(Matcher::compile(query));
}

TEST(Matcher, MovesTheLimitToWhatAPageMayHold) {
    Query query;
    query.limit = 0;
    EXPECT_EQ(Matcher::compile(query)->limit(), 1U);
    query.limit = 1'000'000'000;
    EXPECT_EQ(Matcher::compile(query)->limit(), kMaxPage);
}

}  // namespace
}  // namespace sealgate::maillog
