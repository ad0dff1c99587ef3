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

WallTime now() {
    WallTime time;
    EXPECT_TRUE(from_rfc3339("2026-11-25T12:00:00Z", time));
    return time;
}

std::vector<Term> terms(std::string_view text) {
    auto parsed = parse_terms(text, now());
    EXPECT_TRUE(parsed) << text << ": " << (parsed ? "" : parsed.error().what);
    return parsed ? *std::move(parsed) : std::vector<Term>();
}

Term only(std::string_view text) {
    auto all = terms(text);
    EXPECT_EQ(all.size(), 1U) << text;
    return all.empty() ? Term() : std::move(all.front());
}

TEST(ParseTerms, CutsWordsAndPhrases) {
    std::vector<Phrase> phrases;
    for (Term& term : terms("Unmanaged  \"domain Blocked\" 1/2 smtp-42\tx\"y z\""))
        phrases.push_back(std::move(term.words));
    EXPECT_EQ(
        phrases,
        (std::vector<Phrase>{
            {"unmanaged"}, {"domain", "blocked"}, {"1", "2"}, {"smtp-00042"}, {"x"}, {"y", "z"}}));
    EXPECT_TRUE(terms("").empty());
    EXPECT_TRUE(terms(" \t ").empty());
}

TEST(ParseTerms, ReadsNamesAndTheirValues) {
    using Kind = Term::Kind;
    EXPECT_EQ(only("from:<Bob@Example.com>").text, "bob@example.com");
    EXPECT_EQ(only("FROM:bob").kind, Kind::sender);
    EXPECT_EQ(only("to:\"with blank\"").text, "with blank");
    EXPECT_EQ(only("domain:@Example.com").text, "example.com");
    EXPECT_EQ(only("domain:.example.com").text, ".example.com");
    EXPECT_EQ(only("msgid:<1.A@x>").text, "1.a@x");
    EXPECT_EQ(only("id:smtp-42").connection, (ConnectionId{0, 42}));
    EXPECT_EQ(only("id:SMTP-B00042.3").message, make_message_id({'B', 42}, 3));
    const std::string hex = sealgate::to_string(make_message_id({'B', 42}, 3));
    EXPECT_EQ(only("id:" + hex).connection, (ConnectionId{'B', 42}));
    EXPECT_EQ(only("dir:out").direction, Direction::outbound);
    EXPECT_EQ(only("dir:inbound").direction, Direction::inbound);
    EXPECT_EQ(only("status:Rejected").verdict, Verdict::rejected);
    EXPECT_EQ(only("is:held").verdict, Verdict::held);
    EXPECT_EQ(only("larger:5MiB").number, 5U * 1024 * 1024);
    EXPECT_EQ(only("larger:\"5 MiB\"").number, 5U * 1024 * 1024);
    EXPECT_EQ(only("since:2h").time, now() - std::chrono::hours(2));
    EXPECT_EQ(only("until:2026-11-25T11:00:00Z").time, now() - std::chrono::hours(1));
    EXPECT_EQ(only("level:warning").level, Level::warning);
    EXPECT_TRUE(only("source:10.1.0.0/16").network.contains(*IpAddress::parse("10.1.2.3")));
    EXPECT_EQ(only("listener:Outbound").text, "outbound");
}

TEST(ParseTerms, AMinusNegates) {
    EXPECT_TRUE(only("-blocked").negated);
    EXPECT_TRUE(only("-from:bob").negated);
    EXPECT_TRUE(only("-\"a b\"").negated);
    EXPECT_FALSE(only("a-b").negated);
    EXPECT_EQ(terms("a -b c").at(1).words, Phrase{"b"});
}

TEST(ParseTerms, WhatIsCopiedFromALineIsWords) {
    EXPECT_EQ(only("SMTP-00042:").words, Phrase{"smtp-00042"});
    EXPECT_EQ(only("blocked:").words, Phrase{"blocked"});
    EXPECT_EQ(only("10.1.0.7:25").words, (Phrase{"10.1.0.7", "25"}));
    EXPECT_EQ(only("http://x.example").words, (Phrase{"http", "x.example"}));
    EXPECT_EQ(only("\"from:bob\"").words, (Phrase{"from", "bob"}));
}

// What is marked, and the sentence.
std::pair<std::string, std::string> why(const std::string& text) {
    const auto parsed = parse_terms(text, now());
    EXPECT_FALSE(parsed) << text;
    if (parsed) return {};
    const BadTerm& bad = parsed.error();
    EXPECT_LE(bad.position + bad.length, text.size());
    EXPECT_GT(bad.length, 0U);
    return {text.substr(bad.position, bad.length), bad.what};
}

TEST(ParseTerms, PointsAtTheWordThatIsWrong) {
    EXPECT_EQ(why("abc \"def").first, "\"def");
    EXPECT_EQ(why("abc ...").first, "...");
    EXPECT_EQ(why("\"\"").first, "\"\"");
    EXPECT_EQ(why("a - b").first, "-");
    EXPECT_EQ(why("a form:bob b").first, "form:");
    EXPECT_NE(why("a form:bob b").second.find("did you mean 'from:'"), std::string::npos);
    EXPECT_EQ(why("x from: y").first, "from:");
    EXPECT_EQ(why("x -status:lost").first, "lost");
    EXPECT_NE(why("status:lost").second.find("delivered"), std::string::npos);
    for (const char* text : {"id:42",
                             "id:SMTP-1.",
                             "id:SMTP-1.9999999",
                             "dir:up",
                             "larger:5",
                             "since:whenever",
                             "level:loud",
                             "source:10.1.0.1/8",
                             "source:host",
                             "domain:a@b",
                             "is:odd",
                             "status:none",
                             "to:\"\"",
                             "to:<>"}) {
        EXPECT_FALSE(why(text).second.empty()) << text;
    }
    const std::string many = [] {
        std::string out;
        for (int i = 0; i < 64; ++i)
            out += "a ";
        return out;
    }();
    EXPECT_TRUE(parse_terms(many, now()));
    EXPECT_EQ(why(many + "b").first, "b");
    EXPECT_FALSE(why("\"" + many + "a\"").first.empty());
    EXPECT_FALSE(why(std::string(10'000, 'a')).first.empty());
}

// A term that nothing can answer must not look like "nothing found".
TEST(ParseTerms, SaysWhatIsNotAvailable) {
    for (const char* text : {"subject:x", "rule:x", "key:x", "is:clear", "subject:"})
        EXPECT_NE(why(text).second.find("is not available"), std::string::npos) << text;
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
    EXPECT_EQ(Matcher::compile(query, now()).error().kind(), ErrorKind::malformed);
    query.sender = std::string(1'024, 'a');
    EXPECT_TRUE(Matcher::compile(query, now()));
}

TEST(Matcher, MovesTheLimitToWhatAPageMayHold) {
    Query query;
    query.limit = 0;
    EXPECT_EQ(Matcher::compile(query, now())->limit(), 1U);
    query.limit = 1'000'000'000;
    EXPECT_EQ(Matcher::compile(query, now())->limit(), kMaxPage);
}

}  // namespace
}  // namespace sealgate::maillog
