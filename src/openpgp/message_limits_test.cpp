// SPDX-License-Identifier: Apache-2.0
// Messages that want to cost more than they are worth.
#include "openpgp/compression.h"
#include "openpgp/message.h"
#include "openpgp/test_messages.h"

#include <gtest/gtest.h>

namespace sealgate::openpgp {
namespace {

using namespace test;

const SessionKey kKey = session_key(kAes128, "session");

Opened open(const std::string& message) {
    Opener opener;
    opener.with(kKey);
    return opener.open(message);
}
std::string times(std::size_t count, const std::string& octets) {
    std::string out;
    out.reserve(count * octets.size());
    for (std::size_t i = 0; i < count; ++i)
        out += octets;
    return out;
}

TEST(MessageLimits, A21_Nesting) {
    std::string nested = literal("text");
    for (int i = 0; i < 32; ++i)
        nested = compressed(i % 2 == 0 ? kZip : std::uint8_t{0}, nested);
    EXPECT_EQ(open(nested).kind(), ErrorKind::exhausted);
    EXPECT_EQ(open(seipd1(kKey, nested)).kind(), ErrorKind::exhausted);
    EXPECT_EQ(open(compressed(kZip, compressed(kZip, literal("text")))).kind(),
              ErrorKind::exhausted);

    std::string encrypted = literal("text");
    for (int i = 0; i < 10; ++i)
        encrypted = seipd1(kKey, encrypted);
    const Opened opened = open(encrypted);
    EXPECT_EQ(opened.kind(), ErrorKind::malformed);
    EXPECT_EQ(opened.counts.made, 1U);  // one layer was opened, no more
}

TEST(MessageLimits, A21_Signatures) {
    const TestKey alice = TestKey::ed25519_v4("alice");
    const std::string signature = signature_over(alice, "text");
    const auto message = [&](std::size_t count) {
        return times(count, one_pass(alice)) + literal("text") + times(count, signature);
    };
    EXPECT_TRUE(open(message(32)).ok());
    EXPECT_EQ(open(message(33)).kind(), ErrorKind::exhausted);
    const Opened many = open(message(10'000));
    EXPECT_EQ(many.kind(), ErrorKind::exhausted);
    EXPECT_EQ(many.counts.made, 0U);
    EXPECT_EQ(open(times(10'000, signature) + literal("text")).kind(), ErrorKind::exhausted);
    EXPECT_EQ(open(seipd1(kKey, message(10'000))).kind(), ErrorKind::exhausted);
}

// F11: what is passed over is counted, wherever it stands.
TEST(MessageLimits, F11_AMillionPacketsOfNothing) {
    const std::string empty_markers = times(1'000'000, packet(Tag::marker, ""));
    EXPECT_EQ(open(empty_markers + literal("t")).kind(), ErrorKind::malformed);
    EXPECT_EQ(open(times(1'000'000, marker()) + literal("t")).kind(), ErrorKind::exhausted);
    for (const std::string& one :
         {marker(), packet(Tag::padding, ""), packet(static_cast<Tag>(63), "")}) {
        const std::string many = times(12'000, one);
        const std::string where =
            "octet " + std::to_string(10'000 * one.size()) + ": too many packets";
        const Opened opened = open(many + literal("t"));
        EXPECT_EQ(opened.error(), "exhausted openpgp.message: " + where);
        EXPECT_EQ(open(seipd1(kKey, many + literal("t"))).kind(), ErrorKind::exhausted);
        EXPECT_EQ(open(seipd1(kKey, literal("t")) + many).kind(), ErrorKind::exhausted);
        EXPECT_EQ(open(compressed(kBzip2, many + literal("t"))).kind(), ErrorKind::exhausted);
        EXPECT_EQ(read_signatures(many).error().kind(), ErrorKind::exhausted);
    }
    // Those within are counted with those without.
    const std::string half = times(6'000, marker());
    EXPECT_TRUE(open(half + seipd1(kKey, literal("t"))).ok());
    EXPECT_EQ(open(half + seipd1(kKey, half + literal("t"))).kind(), ErrorKind::exhausted);
}

// F11: a million parts of one octet are read like one part.
TEST(MessageLimits, F11_PartsOfOneOctet) {
    const std::string text = noise(1'000'000);
    const std::string body = literal_body(text);
    const std::string parts = in_parts(Tag::literal_data, body, 9, 0);
    const std::size_t pieces = text.size() / 16'384 + 2;
    const Opened clear = open(parts);
    EXPECT_EQ(clear.text(), text);
    EXPECT_LE(clear.counts.appends, pieces);
    const Opened encrypted =
        open(in_parts(Tag::integrity_protected_data, seipd1_body(kKey, parts), 9, 0));
    EXPECT_EQ(encrypted.text(), text);
    EXPECT_LE(encrypted.counts.appends, pieces + parts.size() / 16'384 + 70);
    const Opened packed = open(in_parts(Tag::compressed_data, compressed_body(kZip, parts), 9, 0));
    EXPECT_EQ(packed.text(), text) << packed.error();
    EXPECT_LE(packed.counts.appends, pieces);
}

// Packets that hold no data are bounded each.
TEST(MessageLimits, F11_LargeSmallPackets) {
    const std::string large = noise(70'000);
    const KeyPtr key = TestKey::curve25519_v4("ecdh").parsed(true);
    for (const std::string& message :
         {packet(Tag::signature, octet(4) + large) + literal("t"),
          packet(Tag::one_pass_signature, octet(3) + large) + literal("t"),
          packet(Tag::public_key_session_key, octet(3) + large) + seipd1(kKey, literal("t")),
          packet(Tag::symmetric_key_session_key, octet(4) + large) + seipd1(kKey, literal("t")),
          packet(Tag::marker, large) + literal("t")}) {
        EXPECT_EQ(open(message).kind(), ErrorKind::exhausted);
    }
    // Padding may be of any size.
    EXPECT_TRUE(open(packet(Tag::padding, large) + literal("t")).ok());
}

TEST(MessageLimits, TextHasALimit) {
    Opener opener;
    opener.with(kKey);
    opener.limits.text_octets = 1000;
    for (const std::size_t size : {1000U, 1001U}) {
        const std::string inner = literal(noise(size));
        for (const std::string& message :
             {inner, seipd1(kKey, inner), seipd2(kKey, compressed(kZip, inner))}) {
            const Opened opened = opener.open(message);
            EXPECT_EQ(opened.ok(), size == 1000) << opened.error();
            if (!opened.ok()) {
                EXPECT_EQ(opened.kind(), ErrorKind::exhausted);
            }
        }
    }
}

// ---- F13, A37: bombs ----

// Raw deflate data that says `size` zero octets at least, never ends, and is made of one block of 1
// MiB many times over.
std::string deflate_bomb(std::uint64_t size) {
    z_stream stream{};
    SG_CHECK(deflateInit2(&stream, 9, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY) == Z_OK);
    std::string zeroes(1U << 20U, '\0');
    std::string block(8192, '\0');
    stream.next_in = reinterpret_cast<Bytef*>(zeroes.data());
    stream.avail_in = static_cast<uInt>(zeroes.size());
    stream.next_out = reinterpret_cast<Bytef*>(block.data());
    stream.avail_out = static_cast<uInt>(block.size());
    SG_CHECK(deflate(&stream, Z_FULL_FLUSH) == Z_OK && stream.avail_in == 0);
    block.resize(stream.total_out);
    deflateEnd(&stream);
    return times(static_cast<std::size_t>(size >> 20U), block);
}

// Counts what it gives.
class Counted final : public Source {
public:
    explicit Counted(std::string_view octets) : inner_(octets) {}
    Result<std::size_t> read(char* out, std::size_t size) override {
        auto count = inner_.read(out, size);
        if (count) given += *count;
        return count;
    }
    std::uint64_t given = 0;

private:
    MemorySource inner_;
};

TEST(MessageLimits, F13_TenMegabytesThatSayTenGigabytes) {
    const std::string zip = deflate_bomb(10ULL << 30U);
    EXPECT_GT(zip.size(), 9'000'000U);
    EXPECT_LT(zip.size(), 12'000'000U);
    const std::string zlib = "\x78\xDA" + zip;
    const std::string zeroes(100U << 20U, '\0');
    const std::string bzip2 = compressed_octets(kBzip2, zeroes);
    EXPECT_LT(bzip2.size(), 1000U);
    const std::pair<std::uint8_t, std::string_view> bombs[] = {
        {kZip, zip}, {kZlib, zlib}, {kBzip2, bzip2}};
    for (const auto& [algorithm, octets] : bombs) {
        Counted input(octets);
        const CompressionLimits limits;
        const auto source = decompress(algorithm, input, limits);
        ASSERT_TRUE(source);
        std::string piece(16'384, '\0');
        std::uint64_t made = 0;
        std::optional<Error> error;
        while (!error) {
            const auto count = (*source)->read(piece.data(), piece.size());
            if (!count) error = count.error();
            if (count && *count == 0) break;
            if (count) made += *count;
        }
        ASSERT_TRUE(error);
        EXPECT_EQ(error->kind(), ErrorKind::exhausted);
        EXPECT_GE(made, limits.free_output - piece.size());
        EXPECT_LE(made, std::max(limits.free_output, (input.given + 1) * limits.ratio));
        EXPECT_LE(input.given, 32'768U) << "stopped early";
        if (algorithm != kBzip2) continue;
        // As part of a message: nothing comes out.
        const Opened opened =
            open(seipd1(kKey, packet(Tag::compressed_data, octet(algorithm).append(octets))));
        ASSERT_FALSE(opened.ok());
        EXPECT_EQ(opened.kind(), ErrorKind::malformed) << opened.error();  // no packet: zeroes
    }
}

// The same, but what it says is a literal packet.
TEST(MessageLimits, F13_TextThatIsTooLong) {
    const std::string text(4U << 20U, 't');
    for (const std::uint8_t algorithm : {kZip, kZlib, kBzip2}) {
        const Opened opened = open(seipd1(kKey, compressed(algorithm, literal(text))));
        ASSERT_FALSE(opened.ok());
        EXPECT_EQ(opened.kind(), ErrorKind::exhausted) << opened.error();
        EXPECT_LE(opened.counts.octets, 2U << 20U);
    }
    // Up to a MiB anything may be said by anything.
    const std::string short_text(1'000'000, 't');
    for (const std::uint8_t algorithm : {kZip, kZlib, kBzip2})
        EXPECT_EQ(open(compressed(algorithm, literal(short_text))).text(), short_text);
    // Ordinary text of 6 MB passes.
    std::string lines;
    while (lines.size() < 6'000'000)
        lines += "line " + std::to_string(lines.size()) + " of a letter that is rather long\r\n";
    for (const std::uint8_t algorithm : {kZip, kBzip2})
        EXPECT_EQ(open(compressed(algorithm, literal(lines))).text().size(), lines.size());
}

// Data that would decompress to itself finds no second layer, and what stands behind the end of one
// is never text.
TEST(MessageLimits, F13_BehindTheEnd) {
    const std::string inner = literal("text");
    for (const std::uint8_t algorithm : {kZip, kZlib, kBzip2}) {
        const std::string body = compressed_body(algorithm, inner);
        for (const std::string& behind : {literal("evil"),
                                          compressed_octets(algorithm, inner),
                                          body,
                                          compressed(algorithm, inner)}) {
            const Opened opened = open(packet(Tag::compressed_data, body + behind));
            if (algorithm == kBzip2) {
                ASSERT_FALSE(opened.ok());
                EXPECT_EQ(opened.kind(), ErrorKind::malformed) << opened.error();
            } else {
                EXPECT_EQ(opened.text(), "text") << opened.error();
            }
        }
        for (std::size_t size = 0; size < body.size(); ++size) {
            const Opened cut = open(packet(Tag::compressed_data, body.substr(0, size)));
            ASSERT_FALSE(cut.ok()) << int{algorithm} << " " << size;
            EXPECT_EQ(cut.kind(), ErrorKind::malformed) << cut.error();
        }
    }
    EXPECT_EQ(open(packet(Tag::compressed_data, octet(4) + inner)).kind(), ErrorKind::not_found);
}

}  // namespace
}  // namespace sealgate::openpgp
