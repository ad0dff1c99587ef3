// SPDX-License-Identifier: Apache-2.0
#include "smtp/client_facts.h"

#include <gtest/gtest.h>

namespace sealgate::smtp {
namespace {

TEST(ClientFacts, ReadsWhatAPeerSays) {
    const auto facts = parse_client_facts(
        "name=spike.example  ADDR=192.0.2.42 PORT=4711 PROTO=ESMTP HELO=a+2Bb LOGIN=[Unavailable] "
        "DESTADDR=IPV6:2001:db8::1 DESTPORT=25",
        kXclientAttributes);
    ASSERT_TRUE(facts);
    EXPECT_EQ(facts->name, "spike.example");
    EXPECT_TRUE(facts->address_given);
    EXPECT_EQ(facts->address->to_string(), "192.0.2.42");
    EXPECT_EQ(facts->port, 4711);
    EXPECT_EQ(facts->protocol, "ESMTP");
    EXPECT_EQ(facts->helo, "a+b");
    EXPECT_EQ(facts->login, "");
    EXPECT_EQ(facts->ident, std::nullopt);
    const auto v6 = parse_client_facts("ADDR=ipv6:2001:db8::7", kXforwardAttributes);
    ASSERT_TRUE(v6);
    EXPECT_EQ(v6->address->to_string(), "2001:db8::7");
    const auto mapped = parse_client_facts("ADDR=IPV6:::ffff:10.0.0.1", kXforwardAttributes);
    ASSERT_TRUE(mapped);
    EXPECT_EQ(mapped->address->to_string(), "10.0.0.1");
    const auto unknown = parse_client_facts("ADDR=[TEMPUNAVAIL]", kXclientAttributes);
    ASSERT_TRUE(unknown);
    EXPECT_TRUE(unknown->address_given);
    EXPECT_FALSE(unknown->address);
    const auto forwarded = parse_client_facts("IDENT=4ABC SOURCE=local", kXforwardAttributes);
    ASSERT_TRUE(forwarded);
    EXPECT_EQ(forwarded->ident, "4ABC");
    EXPECT_EQ(forwarded->source, "local");
}

TEST(ClientFacts, RefusesWhatIsNotOfItsKind) {
    for (const std::string_view input : {
             "",
             "ADDR",
             "ADDR=",
             "=192.0.2.1",
             "ADDR =192.0.2.1",
             "ADDR=192.0.2.1 ADDR=127.0.0.1",
             "ADDR=192.0.2.1 addr=127.0.0.1",
             "ADDR=192.0.2.256",
             "ADDR=192.0.2.1/32",
             "ADDR=2001:db8::1",
             "ADDR=IPV6:192.0.2.1",
             "ADDR=IPV6:",
             "ADDR=localhost",
             "PORT=0",
             "PORT=65536",
             "PORT=-5",
             "PROTO=LMTP",
             "IDENT=x",
             "SOURCE=LOCAL",
             "DESTADDR=here",
             "DESTPORT=x",
             "OTHER=x",
             "NAME=a+0Ab",
             "NAME=a+0D+0AMAIL",
             "NAME=a+00",
             "NAME=a+7F",
             "NAME=a+4",
             "NAME=a+zz",
             "NAME=a=b",
         }) {
        const auto facts = parse_client_facts(input, kXclientAttributes);
        ASSERT_FALSE(facts) << input;
        EXPECT_EQ(facts.error().code, 501) << input;
    }
    EXPECT_TRUE(parse_client_facts("NAME=" + std::string(255, 'a'), kXclientAttributes));
    EXPECT_FALSE(parse_client_facts("NAME=" + std::string(256, 'a'), kXclientAttributes));
    EXPECT_FALSE(parse_client_facts("LOGIN=alice", kXforwardAttributes));
}

TEST(ClientFacts, LaterWordsReplaceEarlierOnes) {
    ClientFacts facts = *parse_client_facts("NAME=a ADDR=192.0.2.1 HELO=h", kXforwardAttributes);
    facts.add(*parse_client_facts("ADDR=[UNAVAILABLE] IDENT=q", kXforwardAttributes));
    EXPECT_EQ(facts.name, "a");
    EXPECT_EQ(facts.helo, "h");
    EXPECT_EQ(facts.ident, "q");
    EXPECT_TRUE(facts.address_given);
    EXPECT_FALSE(facts.address);
    EXPECT_FALSE(facts.empty());
    EXPECT_TRUE(ClientFacts{}.empty());
}

TEST(ClientFacts, AreHandedOnAsTheyCame) {
    const ClientFacts facts = *parse_client_facts(
        "NAME=a.example ADDR=IPV6:2001:db8::7 PORT=[UNAVAILABLE] PROTO=ESMTP HELO=a+20b IDENT=4A "
        "SOURCE=REMOTE",
        kXforwardAttributes);
    EXPECT_EQ(xforward_commands(facts, kXforwardAttributes),
              (std::vector<std::string>{
                  "XFORWARD NAME=a.example ADDR=IPV6:2001:db8::7 PORT=[UNAVAILABLE] PROTO=ESMTP "
                  "HELO=a+20b IDENT=4A SOURCE=REMOTE"}));
    EXPECT_EQ(xforward_commands(facts, "name HELO"),
              (std::vector<std::string>{"XFORWARD NAME=a.example HELO=a+20b"}));
    EXPECT_TRUE(xforward_commands(facts, "").empty());
    EXPECT_TRUE(xforward_commands({}, kXforwardAttributes).empty());
    ClientFacts large;
    large.name = std::string(255, 'n');
    large.helo = std::string(255, 'h');
    large.ident = std::string(255, ' ');  // 765 octets in xtext
    large.source = "LOCAL";
    const auto lines = xforward_commands(large, kXforwardAttributes);
    ASSERT_EQ(lines.size(), 2U);
    for (const std::string& line : lines)
        EXPECT_LE(line.size(), 510U);
    EXPECT_TRUE(lines[1].ends_with(" SOURCE=LOCAL"));
    EXPECT_FALSE(lines[1].contains("IDENT"));
}

}  // namespace
}  // namespace sealgate::smtp
