// SPDX-License-Identifier: Apache-2.0
#include "net/dns_message.h"

#include "base/text.h"

#include <gtest/gtest.h>

#include <string>

namespace sealgate::net {
namespace {

using Kind = DnsAnswer::Kind;
using std::chrono::seconds;

constexpr std::string_view kName = "partner.example";

std::string number(unsigned value) {
    return {static_cast<char>(value >> 8U), static_cast<char>(value & 0xFFU)};
}

std::string wire_name(std::string_view text) {
    std::string out;
    for (const std::string_view label : split(text, '.')) {
        if (label.empty()) continue;
        out += static_cast<char>(label.size());
        out += label;
    }
    return out + std::string(1, '\0');
}

struct Message {
    std::string body;
    unsigned answers = 0;
    unsigned authorities = 0;
    unsigned flags = 0x8180;

    Message& record(const std::string& owner,
                    unsigned type,
                    const std::string& data,
                    unsigned ttl = 300,
                    unsigned family = 1) {
        body += owner + number(type) + number(family) + number(ttl >> 16U) + number(ttl & 0xFFFFU) +
                number(static_cast<unsigned>(data.size())) + data;
        ++answers;
        return *this;
    }
    Message& soa(unsigned minimum) {
        record(wire_name("example"),
               6,
               wire_name("ns.example") + wire_name("root.example") + std::string(16, '\1') +
                   number(0) + number(minimum));
        --answers;
        ++authorities;
        return *this;
    }
    [[nodiscard]] std::string text(unsigned type) const {
        return number(7) + number(flags) + number(1) + number(answers) + number(authorities) +
               number(0) + wire_name(kName) + number(type) + number(1) + body;
    }
    [[nodiscard]] Result<DnsAnswer> read(DnsType type) const {
        const std::string octets = text(static_cast<unsigned>(type));
        return read_dns_answer(
            {reinterpret_cast<const std::uint8_t*>(octets.data()), octets.size()}, kName, type);
    }
};

std::string mx(unsigned preference, std::string_view host) {
    return number(preference) + wire_name(host);
}

TEST(DnsMessage, ReadsMxWithTheShortestTime) {
    const auto answer = Message()
                            .record(wire_name("PARTNER.example"), 15, mx(10, "mx1.example"), 500)
                            .record("\xC0\x0C", 15, mx(20, "mx2.example"), 40)
                            .read(DnsType::mx);
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->kind, Kind::found);
    ASSERT_EQ(answer->records.size(), 2U);
    EXPECT_EQ(answer->records[0].name, "mx1.example");
    EXPECT_EQ(answer->records[1].preference, 20);
    EXPECT_EQ(answer->ttl, seconds(40));
}

TEST(DnsMessage, ReadsAddresses) {
    const auto v4 =
        Message().record("\xC0\x0C", 1, std::string("\xC0\x00\x02\x01", 4)).read(DnsType::a);
    ASSERT_TRUE(v4);
    EXPECT_EQ(v4->records.at(0).address.to_string(), "192.0.2.1");
    const std::string octets = std::string("\x20\x01\x0D\xB8", 4) + std::string(11, '\0') + "\1";
    const auto v6 = Message().record("\xC0\x0C", 28, octets).read(DnsType::aaaa);
    ASSERT_TRUE(v6);
    EXPECT_EQ(v6->records.at(0).address.to_string(), "2001:db8::1");
}

TEST(DnsMessage, TheRootIsAnEmptyName) {
    const auto answer = Message().record("\xC0\x0C", 15, mx(0, "")).read(DnsType::mx);
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->records.at(0).name, "");
}

TEST(DnsMessage, FollowsAliases) {
    Message message;
    message.record("\xC0\x0C", 5, wire_name("alias.example"), 30);
    message.record(wire_name("alias.example"), 15, mx(10, "mx.example"));
    auto answer = message.read(DnsType::mx);
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->records.at(0).name, "mx.example");
    EXPECT_EQ(answer->ttl, seconds(30));
    // In a circle, and too far.
    EXPECT_FALSE(Message()
                     .record("\xC0\x0C", 5, wire_name("alias.example"))
                     .record(wire_name("alias.example"), 5, wire_name(kName))
                     .read(DnsType::mx));
    Message chain;
    chain.record("\xC0\x0C", 5, wire_name("a0.example"));
    for (int i = 0; i < 20; ++i) {
        chain.record(wire_name("a" + std::to_string(i) + ".example"),
                     5,
                     wire_name("a" + std::to_string(i + 1) + ".example"));
    }
    EXPECT_FALSE(chain.read(DnsType::mx));
}

TEST(DnsMessage, DoesNotBelieveOtherNamesOrClasses) {
    const auto answer = Message()
                            .record(wire_name("other.example"), 15, mx(1, "evil.example"))
                            .record("\xC0\x0C", 15, mx(1, "chaos.example"), 300, 3)
                            .read(DnsType::mx);
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->kind, Kind::no_data);
}

TEST(DnsMessage, NegativeAnswersHaveTheTimeOfTheirZone) {
    Message none;
    none.flags = 0x8183;
    const auto no_name = none.soa(77).read(DnsType::mx);
    ASSERT_TRUE(no_name);
    EXPECT_EQ(no_name->kind, Kind::no_name);
    EXPECT_EQ(no_name->ttl, seconds(77));
    const auto no_data = Message().soa(1000).read(DnsType::mx);
    ASSERT_TRUE(no_data);
    EXPECT_EQ(no_data->kind, Kind::no_data);
    EXPECT_EQ(no_data->ttl, seconds(300));
}

TEST(DnsMessage, OtherCodesAreFailures) {
    Message message;
    message.flags = 0x8182;
    const auto answer = message.read(DnsType::mx);
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->kind, Kind::failed);
}

TEST(DnsMessage, OddOctetsAreEscaped) {
    std::string name(1, '\5');
    name += std::string("a\nb.c", 5) + std::string(1, '\0');
    const auto answer = Message().record("\xC0\x0C", 15, number(1) + name).read(DnsType::mx);
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->records.at(0).name.find('\n'), std::string::npos);
    EXPECT_NE(answer->records.at(0).name.find('\\'), std::string::npos);
}

TEST(DnsMessage, ManyRecordsAreCutOff) {
    Message message;
    for (unsigned i = 0; i < 400; ++i)
        message.record("\xC0\x0C", 15, mx(i, "h" + std::to_string(i) + ".example"));
    const auto answer = message.read(DnsType::mx);
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->records.size(), kMaxDnsRecords);
}

TEST(DnsMessage, EveryPrefixIsReadOrRefused) {
    const std::string whole = Message()
                                  .record("\xC0\x0C", 5, wire_name("alias.example"))
                                  .record(wire_name("alias.example"), 15, mx(10, "mx.example"))
                                  .soa(60)
                                  .text(15);
    for (std::size_t size = 0; size < whole.size(); ++size) {
        const auto* octets = reinterpret_cast<const std::uint8_t*>(whole.data());
        EXPECT_FALSE(read_dns_answer({octets, size}, kName, DnsType::mx)) << size;
    }
}

TEST(DnsMessage, PointersInACircleAreRefused) {
    EXPECT_FALSE(Message().record("\xC0\x0C", 15, number(1) + "\xC0\x30").read(DnsType::mx));
    std::string self = number(7) + number(0x8180) + number(0) + number(1) + number(0) + number(0);
    self += std::string("\xC0\x0C", 2) + std::string(10, '\0');
    const auto* octets = reinterpret_cast<const std::uint8_t*>(self.data());
    EXPECT_FALSE(read_dns_answer({octets, self.size()}, kName, DnsType::mx));
}

}  // namespace
}  // namespace sealgate::net
