// SPDX-License-Identifier: Apache-2.0
#include "net/proxy_header.h"

#include <gtest/gtest.h>

#include <string>

namespace sealgate::net {
namespace {

using namespace std::literals;
using Client = ProxyHeader::Client;

const std::string kSignature = "\r\n\r\n\0\r\nQUIT\n"s;

// What the reader makes of the input, fed `piece` octets at a time: "address port rest",
// "own rest", "unknown rest", "more", or "error: ...".
std::string read(std::string_view input, std::size_t piece = std::string_view::npos) {
    ProxyHeaderReader reader;
    std::size_t at = 0;
    while (!reader.done()) {
        if (at == input.size()) return "more";
        const auto taken = reader.take(input.substr(at, piece));
        if (!taken) return "error: " + taken.error().detail();
        EXPECT_GT(*taken, 0U);
        at += *taken;
    }
    const ProxyHeader& header = reader.header();
    const std::string rest(input.substr(at));
    if (header.client == Client::own) return "own " + rest;
    if (header.client == Client::unknown) return "unknown " + rest;
    return header.address.to_string() + " " + std::to_string(header.port) + " " + rest;
}

void expect_each_cut(std::string_view input, std::string_view expected) {
    for (const std::size_t piece : {1UL, 2UL, 5UL, 17UL, input.size()})
        EXPECT_EQ(read(input, piece), expected) << "in pieces of " << piece;
}

std::string binary(char command,
                   char family,
                   std::string_view body,
                   std::string_view rest = "EHLO a\r\n") {
    std::string out = kSignature;
    out += command;
    out += family;
    out += static_cast<char>(body.size() >> 8U);
    out += static_cast<char>(body.size() & 0xFFU);
    return out.append(body).append(rest);
}

TEST(ProxyHeader, ReadsLinesOfVersion1) {
    expect_each_cut("PROXY TCP4 192.0.2.7 198.51.100.1 56324 25\r\nEHLO a\r\n",
                    "192.0.2.7 56324 EHLO a\r\n");
    expect_each_cut("PROXY TCP6 2001:db8::1 2001:db8::2 4 65535\r\n\x16\x03",
                    "2001:db8::1 4 \x16\x03");
    expect_each_cut("PROXY UNKNOWN\r\nX", "unknown X");
    expect_each_cut("PROXY UNKNOWN ffff::1 ffff::2 65535 65535\r\nX", "unknown X");
    EXPECT_EQ(read("PROXY TCP6 ::ffff:10.0.0.1 2001:db8::2 4 25\r\n"), "10.0.0.1 4 ")
        << "a mapped address is the IPv4 address, so that networks match it";
}

TEST(ProxyHeader, RefusesBrokenLines) {
    for (const std::string_view input : {
             "EHLO a\r\n"sv,
             "PROXZ TCP4 192.0.2.7 198.51.100.1 1 25\r\n"sv,
             "PROXY\r\n"sv,
             "PROXY \r\n"sv,
             "PROXY TCP4\r\n"sv,
             "PROXY TCP5 192.0.2.7 198.51.100.1 1 25\r\n"sv,
             "PROXY tcp4 192.0.2.7 198.51.100.1 1 25\r\n"sv,
             "PROXY  TCP4 192.0.2.7 198.51.100.1 1 25\r\n"sv,
             "PROXY TCP4 192.0.2.7  198.51.100.1 1 25\r\n"sv,
             "PROXY TCP4 192.0.2.7 198.51.100.1 1 25 \r\n"sv,
             "PROXY TCP4 192.0.2.7 198.51.100.1 1 25\n"sv,
             "PROXY TCP4 192.0.2.7 198.51.100.1 1\r25\r\n"sv,
             "PROXY TCP4 192.0.2 198.51.100.1 1 25\r\n"sv,
             "PROXY TCP4 192.0.2.700 198.51.100.1 1 25\r\n"sv,
             "PROXY TCP4 2001:db8::1 198.51.100.1 1 25\r\n"sv,
             "PROXY TCP6 192.0.2.7 2001:db8::2 1 25\r\n"sv,
             "PROXY TCP4 192.0.2.7 mail.example 1 25\r\n"sv,
             "PROXY TCP4 192.0.2.7 198.51.100.1 65536 25\r\n"sv,
             "PROXY TCP4 192.0.2.7 198.51.100.1 01 25\r\n"sv,
             "PROXY TCP4 192.0.2.7 198.51.100.1 -1 25\r\n"sv,
             "PROXY TCP4 192.0.2.7 198.51.100.1 1 2x\r\n"sv,
             "PROXY TCP4 192.0.2.7\0 198.51.100.1 1 25\r\n"sv,
         }) {
        EXPECT_TRUE(read(input).starts_with("error: ")) << input << " gave " << read(input);
        EXPECT_TRUE(read(input, 1).starts_with("error: ")) << input;
    }
}

TEST(ProxyHeader, ALineEndsWithinItsLimit) {
    const std::string longest =
        "PROXY UNKNOWN " + std::string(ProxyHeaderReader::kMaxLine - 16, 'x') + "\r\n";
    ASSERT_EQ(longest.size(), ProxyHeaderReader::kMaxLine);
    EXPECT_EQ(read(longest), "unknown ");
    const std::string longer = "PROXY UNKNOWN " + std::string(ProxyHeaderReader::kMaxLine, 'x');
    for (const std::size_t piece : {1UL, 50UL, longer.size()})
        EXPECT_TRUE(read(longer, piece).contains("longer than 107")) << piece;
}

TEST(ProxyHeader, ReadsVersion2) {
    const std::string v4 = "\xC0\x00\x02\x07\xC6\x33\x64\x01\xDC\x04\x00\x19"s;
    expect_each_cut(binary('\x21', '\x11', v4), "192.0.2.7 56324 EHLO a\r\n");
    expect_each_cut(binary('\x21', '\x11', v4 + "\x04\x00\x01x"s), "192.0.2.7 56324 EHLO a\r\n");
    std::string v6 = "\x20\x01\x0D\xB8"s + std::string(11, '\0') + "\x01"s;
    v6 += v6 + "\x00\x04\x00\x19"s;
    expect_each_cut(binary('\x21', '\x21', v6), "2001:db8::1 4 EHLO a\r\n");
    std::string mapped = std::string(10, '\0') + "\xFF\xFF\x0A\x00\x00\x01"s;
    mapped += mapped + "\x00\x04\x00\x19"s;
    expect_each_cut(binary('\x21', '\x21', mapped), "10.0.0.1 4 EHLO a\r\n");
}

TEST(ProxyHeader, Version2SaysWhenThereIsNoClientToName) {
    expect_each_cut(binary('\x20', '\x00', ""), "own EHLO a\r\n");
    expect_each_cut(binary('\x20', '\x11', "ignored"), "own EHLO a\r\n");
    expect_each_cut(binary('\x21', '\x00', ""), "unknown EHLO a\r\n");
    expect_each_cut(binary('\x21', '\x31', std::string(216, 'u')), "unknown EHLO a\r\n");
}

TEST(ProxyHeader, RefusesBrokenVersion2) {
    const std::string v4 = "\xC0\x00\x02\x07\xC6\x33\x64\x01\xDC\x04\x00\x19"s;
    const std::string good = binary('\x21', '\x11', v4);
    for (std::size_t i = 0; i < kSignature.size(); ++i) {
        std::string broken = good;
        broken[i] = static_cast<char>(broken[i] ^ 1);
        EXPECT_TRUE(read(broken).starts_with("error: ")) << i;
        EXPECT_TRUE(read(broken, 1).starts_with("error: ")) << i;
    }
    EXPECT_TRUE(read(binary('\x11', '\x11', v4)).contains("version"));
    EXPECT_TRUE(read(binary('\x22', '\x11', v4)).contains("command"));
    EXPECT_TRUE(read(binary('\x21', '\x12', v4)).contains("datagrams"));
    EXPECT_TRUE(read(binary('\x21', '\x41', v4)).contains("family"));
    EXPECT_TRUE(read(binary('\x21', '\x13', v4)).contains("family"));
    EXPECT_TRUE(read(binary('\x21', '\x11', v4.substr(1))).contains("too short"));
    EXPECT_TRUE(read(binary('\x21', '\x21', v4)).contains("too short"));
    EXPECT_EQ(read(binary('\x21', '\x11', v4 + std::string(2036, 't'))),
              "192.0.2.7 56324 EHLO a\r\n");
    EXPECT_TRUE(read(binary('\x21', '\x11', v4 + std::string(2037, 't'))).contains("longer than"));
    EXPECT_EQ(read(good.substr(0, 20)), "more");
    EXPECT_EQ(read("PROXY TCP4 192.0.2.7"), "more");
}

}  // namespace
}  // namespace sealgate::net
