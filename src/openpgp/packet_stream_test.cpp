// SPDX-License-Identifier: Apache-2.0
#include "openpgp/packet_stream.h"

#include "openpgp/test_messages.h"

#include <gtest/gtest.h>

namespace sealgate::openpgp {
namespace {

using namespace test;

// Gives at most `most` octets at a time, and counts how often it is asked.
class Slow final : public Source {
public:
    Slow(std::string_view octets, std::size_t most) : inner_(octets), most_(most) {}
    Result<std::size_t> read(char* out, std::size_t size) override {
        ++reads;
        return inner_.read(out, std::min(size, most_));
    }
    std::size_t reads = 0;

private:
    MemorySource inner_;
    std::size_t most_;
};

struct Seen {
    std::vector<std::pair<Tag, std::string>> packets;
    std::string error;
};
Seen walk(Source& source) {
    Seen out;
    PacketStream stream(source);
    for (;;) {
        const auto header = stream.next();
        if (!header) out.error = header.error().detail();
        if (!header || !*header) return out;
        const auto body = stream.body(1U << 22U);
        if (!body) out.error = body.error().detail();
        if (!body) return out;
        out.packets.emplace_back((*header)->tag, *body);
    }
}
Seen walk(std::string_view octets) {
    MemorySource source(octets);
    return walk(source);
}

const Tag kData = Tag::literal_data;

TEST(PacketStream, PutsPartsTogether) {
    const std::string body = noise(5000);
    for (const std::string& octets : {packet(kData, body),
                                      in_parts(kData, body, 9, 0),
                                      in_parts(kData, body, 12, 9),
                                      in_parts(kData, body, 9, 5),
                                      legacy(kData, body, 2),
                                      legacy(kData, body, 4)}) {
        const Seen seen = walk(octets + marker());
        ASSERT_EQ(seen.packets.size(), 2U) << seen.error;
        EXPECT_EQ(seen.packets[0].second, body);
        EXPECT_EQ(seen.packets[1].second, "PGP");
    }
    EXPECT_EQ(walk(endless(kData, body)).packets.at(0).second, body);
    // The last part may be empty.
    const std::string whole = body.substr(0, 512);
    EXPECT_EQ(walk(in_parts(kData, whole, 9, 0)).packets.at(0).second, whole);
    EXPECT_EQ(walk(packet(kData, "") + marker()).packets.size(), 2U);
}

TEST(PacketStream, ReadsTheSameFromSourcesOfAnyPieces) {
    const std::string octets = marker() + in_parts(kData, noise(3000), 9, 3) +
                               packet(Tag::padding, "") + legacy(Tag::signature, "s", 1) +
                               endless(kData, noise(700, 9));
    const Seen whole = walk(octets);
    EXPECT_EQ(whole.packets.size(), 5U) << whole.error;
    for (const std::size_t most : {1U, 2U, 3U, 5U, 7U, 64U}) {
        Slow slow(octets, most);
        EXPECT_EQ(walk(slow).packets, whole.packets);
    }
}

TEST(PacketStream, TruncationAtEachLengthIsSeen) {
    const std::string octets =
        in_parts(kData, noise(700), 9, 5) + packet(kData, noise(300)) + legacy(kData, "abc", 2);
    const Seen whole = walk(octets);
    ASSERT_EQ(whole.packets.size(), 3U);
    for (std::size_t size = 0; size < octets.size(); ++size) {
        const Seen seen = walk(std::string_view(octets).substr(0, size));
        std::size_t borders = 0;
        for (std::size_t i = 0; i < seen.packets.size(); ++i, ++borders)
            EXPECT_EQ(seen.packets[i], whole.packets[i]) << size;
        EXPECT_LT(borders, 3U);
        // Without an error only between packets.
        std::string again;
        if (borders > 0) again += in_parts(kData, noise(700), 9, 5);
        if (borders > 1) again += packet(kData, noise(300));
        EXPECT_EQ(seen.error.empty(), again.size() == size) << size;
    }
}

TEST(PacketStream, A43_FormsThatAreNone) {
    const std::string body = noise(600);
    std::vector<std::string> bad{
        in_parts(kData, body, 8, 8),  // a first part below 512
        in_parts(kData, body, 0, 0),
        in_parts(Tag::signature, body, 9, 9),  // not a data packet
        in_parts(Tag::padding, body, 9, 9),
        in_parts(static_cast<Tag>(60), body, 9, 9),
        endless(Tag::signature, body),
        endless(Tag::marker, "PGP"),
        octet(0x7F) + body,              // bit 7
        octet(0xC0) + octet(3) + "abc",  // type 0
        octet(0x80) + octet(3) + "abc",
        new_tag(kData) + "\xFF" + u32(0xFFFFFFFF) + body,  // 4 GiB
        new_tag(kData) + "\xFE" + body,                    // a part of 1 GiB
        new_tag(kData) + "\xFF",
        new_tag(kData),
        octet(0xAE) + u32(0xFFFFFFFF) + body,
    };
    // The last part is missing, or itself of unknown length.
    const std::string parts = in_parts(kData, noise(1024), 9, 9);
    bad.push_back(parts.substr(0, parts.size() - 1));
    for (const std::string& octets : bad) {
        const Seen seen = walk(octets);
        EXPECT_TRUE(seen.packets.empty()) << to_hex_upper(octets.substr(0, 8));
        EXPECT_FALSE(seen.error.empty()) << to_hex_upper(octets.substr(0, 8));
        PacketWalker walker(octets);
        EXPECT_FALSE(walker.next()) << to_hex_upper(octets.substr(0, 8));
    }
}

// Sizes that a stranger claims cost nothing before the octets are there.
TEST(PacketStream, A43_NothingIsAllocatedForWhatIsClaimed) {
    const std::string octets = new_tag(Tag::signature) + "\xFF" + u32(0xFFFFFFFE) + "abc";
    Slow slow(octets, 1U << 20U);
    PacketStream stream(slow);
    ASSERT_TRUE(stream.next());
    const auto body = stream.body(100);
    ASSERT_FALSE(body);
    EXPECT_EQ(body.error().kind(), ErrorKind::malformed);
    EXPECT_LE(slow.reads, 8U);
}

TEST(PacketStream, BodyHasALimit) {
    const std::string octets = packet(kData, noise(1000));
    for (const std::size_t limit : {0U, 999U, 1000U}) {
        MemorySource source(octets);
        PacketStream stream(source);
        ASSERT_TRUE(stream.next());
        const auto body = stream.body(limit);
        EXPECT_EQ(body.has_value(), limit == 1000) << limit;
        if (!body) {
            EXPECT_EQ(body.error().kind(), ErrorKind::exhausted);
        }
    }
}

TEST(PacketStream, SaysWhereBodiesBegin) {
    const std::string octets = marker() + in_parts(kData, noise(600), 9, 2) + marker();
    MemorySource source(octets);
    PacketStream stream(source);
    ASSERT_TRUE(stream.next());
    EXPECT_EQ(stream.packet_offset(), 0U);
    EXPECT_EQ(stream.body_offset(), 2U);
    ASSERT_TRUE(stream.skip());
    ASSERT_TRUE(stream.next());
    EXPECT_EQ(stream.packet_offset(), 5U);
    EXPECT_EQ(stream.body_offset(), 7U);
    ASSERT_TRUE(stream.skip());
    ASSERT_TRUE(stream.next());
    EXPECT_EQ(stream.packet_offset(), octets.size() - 5);
}

// F11: a million parts of one octet. Whoever reads gets full pieces, and the input is asked for
// each part twice at most.
TEST(PacketStream, F11_PartsOfOneOctet) {
    const std::string octets = in_parts(kData, noise(1'000'512), 9, 0);
    Slow slow(octets, octets.size());
    PacketStream stream(slow);
    ASSERT_TRUE(stream.next());
    std::string piece(16384, '\0');
    std::size_t pieces = 0;
    std::size_t total = 0;
    for (;; ++pieces) {
        const auto count = stream.read(piece.data(), piece.size());
        ASSERT_TRUE(count);
        if (*count == 0) break;
        total += *count;
    }
    EXPECT_EQ(total, 1'000'512U);
    EXPECT_EQ(pieces, total / piece.size() + 1);
    EXPECT_LE(slow.reads, 2 * total);
}

}  // namespace
}  // namespace sealgate::openpgp
