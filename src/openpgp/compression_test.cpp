// SPDX-License-Identifier: Apache-2.0
#include "openpgp/compression.h"

#include "base/text.h"

#include <bzlib.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string>

namespace sealgate::openpgp {
namespace {

using namespace std::string_literals;

constexpr std::array<std::uint8_t, 4> kAll{0, 1, 2, 3};
constexpr std::array<std::uint8_t, 3> kCompressing{1, 2, 3};

std::string hex(std::string_view text) {
    return from_hex(text).value();
}

std::string deflated(const std::string& text, int window_bits) {
    z_stream stream{};
    deflateInit2(&stream, 9, Z_DEFLATED, window_bits, 8, Z_DEFAULT_STRATEGY);
    std::string out(deflateBound(&stream, text.size()), '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
    stream.avail_in = static_cast<uInt>(text.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
    out.resize(stream.total_out);
    deflateEnd(&stream);
    return out;
}

std::string compressed(std::uint8_t algorithm, std::string text) {
    if (algorithm == 0) return text;
    if (algorithm == 1) return deflated(text, -15);
    if (algorithm == 2) return deflated(text, 15);
    std::string out(text.size() + text.size() / 100 + 1000, '\0');
    auto size = static_cast<unsigned>(out.size());
    EXPECT_EQ(BZ2_bzBuffToBuffCompress(
                  out.data(), &size, text.data(), static_cast<unsigned>(text.size()), 9, 0, 0),
              BZ_OK);
    out.resize(size);
    return out;
}

// Text that does not compress to nothing, and differs everywhere.
std::string lines(std::size_t size) {
    std::string text;
    for (std::uint32_t i = 1; text.size() < size; ++i)
        text += "line " + std::to_string(i * 2'654'435'761U) + "\n";
    text.resize(size);
    return text;
}

// Gives at most `piece` octets at a time.
class Dripping final : public Source {
public:
    Dripping(std::string_view octets, std::size_t piece) : octets_(octets), piece_(piece) {}
    Result<std::size_t> read(char* out, std::size_t size) override {
        return octets_.read(out, std::min(size, piece_));
    }

private:
    MemorySource octets_;
    std::size_t piece_;
};

class Failing final : public Source {
public:
    explicit Failing(std::string_view octets) : octets_(octets) {}
    Result<std::size_t> read(char* out, std::size_t size) override {
        auto count = octets_.read(out, size);
        if (count && *count == 0) return fail(ErrorKind::transient, "test", "no more");
        return count;
    }

private:
    MemorySource octets_;
};

struct Outcome {
    std::string text;
    std::optional<ErrorKind> failure;
};

Outcome drain(Source& source, std::size_t piece) {
    Outcome outcome;
    std::string buffer(piece, '\0');
    while (true) {
        const auto count = source.read(buffer.data(), buffer.size());
        if (!count) {
            outcome.failure = count.error().kind();
            EXPECT_EQ(source.read(buffer.data(), buffer.size()).error().kind(), *outcome.failure)
                << "a failure stays";
            return outcome;
        }
        if (*count == 0) break;
        EXPECT_LE(*count, piece);
        outcome.text.append(buffer, 0, *count);
    }
    EXPECT_EQ(source.read(buffer.data(), buffer.size()).value(), 0U) << "the end stays";
    return outcome;
}

Outcome opened(std::uint8_t algorithm,
               std::string_view octets,
               std::size_t in_piece = 1U << 20U,
               std::size_t out_piece = 4096,
               const CompressionLimits& limits = {}) {
    Dripping input(octets, in_piece);
    const auto source = decompress(algorithm, input, limits).value();
    return drain(*source, out_piece);
}

// RFC 1951 and 1950 by hand: a stored block, and what zlib and bzip2 make of "hello".
TEST(Compression, OpensKnownOctets) {
    EXPECT_EQ(opened(0, "hello").text, "hello");
    EXPECT_EQ(opened(1, hex("010500faff68656c6c6f")).text, "hello");
    EXPECT_EQ(opened(1, hex("cb48cdc9c90700")).text, "hello");
    EXPECT_EQ(opened(2, hex("789ccb48cdc9c90700062c0215")).text, "hello");
    EXPECT_EQ(
        opened(3,
               hex("425a68393141592653591931653d00000081000244a000219a68334d07338bb9229c28480c98b2"
                   "9e80"))
            .text,
        "hello");
}

TEST(Compression, OpensInPiecesOfAnySize) {
    for (const std::uint8_t algorithm : kAll) {
        for (const std::size_t size : {0U, 1U, 1000U, 300'000U}) {
            const std::string text = lines(size);
            const std::string octets = compressed(algorithm, text);
            for (const std::size_t in_piece : {1U, 7U, 1'000'000U}) {
                for (const std::size_t out_piece : {1U, 13U, 65'536U}) {
                    const Outcome outcome = opened(algorithm, octets, in_piece, out_piece);
                    EXPECT_EQ(outcome.failure, std::nullopt) << int{algorithm} << " " << size;
                    EXPECT_TRUE(outcome.text == text) << int{algorithm} << " " << size;
                }
            }
        }
    }
}

TEST(Compression, RefusesWhatIsCutOff) {
    const std::string text = lines(5000);
    for (const std::uint8_t algorithm : kCompressing) {
        const std::string octets = compressed(algorithm, text);
        for (std::size_t size = 0; size < octets.size(); ++size) {
            const Outcome outcome = opened(algorithm, octets.substr(0, size));
            EXPECT_EQ(outcome.failure, ErrorKind::malformed) << int{algorithm} << " " << size;
            EXPECT_TRUE(text.starts_with(outcome.text));
        }
    }
}

TEST(Compression, TakesWhatFollowsTheEndForPaddingOrRefusesIt) {
    const std::string text = lines(5000);
    for (const std::uint8_t algorithm : kCompressing) {
        const std::optional<ErrorKind> wanted =
            algorithm == 3 ? std::optional(ErrorKind::malformed) : std::nullopt;
        const std::string octets = compressed(algorithm, text);
        for (const std::string& more : {"\0"s, "x"s, octets, std::string(100'000, 'x')}) {
            for (const std::size_t piece : {1U, 100'000U}) {
                const Outcome outcome = opened(algorithm, octets + more, piece);
                EXPECT_EQ(outcome.failure, wanted) << int{algorithm};
                EXPECT_EQ(outcome.text, text);
            }
        }
    }
}

TEST(Compression, FindsDamage) {
    const std::string text = lines(5000);
    for (const std::uint8_t algorithm : kCompressing) {
        const std::string octets = compressed(algorithm, text);
        std::size_t unseen = 0;
        for (std::size_t i = 0; i < octets.size(); ++i) {
            std::string bad = octets;
            bad[i] = static_cast<char>(bad[i] ^ 0x10);
            const Outcome outcome = opened(algorithm, bad);
            EXPECT_EQ(outcome.failure.value_or(ErrorKind::malformed), ErrorKind::malformed);
            if (!outcome.failure && outcome.text != text) ++unseen;
        }
        // ZIP has no checksum, and that of ZLIB has been seen to fit by chance.
        if (algorithm == 2) EXPECT_LT(unseen, octets.size() / 100);
        if (algorithm == 3) EXPECT_EQ(unseen, 0U);
    }
    EXPECT_EQ(opened(2, compressed(1, text)).failure, ErrorKind::malformed);
    EXPECT_EQ(opened(3, compressed(2, text)).failure, ErrorKind::malformed);
    EXPECT_EQ(opened(2, hex("78bb") + "dictionary").failure, ErrorKind::malformed);
}

TEST(Compression, NeedsAnAlgorithmItKnows) {
    MemorySource input("");
    for (const int algorithm : {4, 99, 110, 255}) {
        EXPECT_EQ(decompress(static_cast<std::uint8_t>(algorithm), input).error().kind(),
                  ErrorKind::not_found);
    }
}

TEST(Compression, StopsAtTheOutputLimit) {
    const std::string text = lines(100'000);
    for (const std::uint8_t algorithm : kAll) {
        const std::string octets = compressed(algorithm, text);
        for (const std::size_t piece : {1U, 4096U, 1'000'000U}) {
            EXPECT_EQ(opened(algorithm, octets, 1000, piece, {.output = 100'000}).text, text);
            const Outcome outcome = opened(algorithm, octets, 1000, piece, {.output = 99'999});
            EXPECT_EQ(outcome.failure, ErrorKind::exhausted);
            EXPECT_LE(outcome.text.size(), 99'999U);
            EXPECT_EQ(opened(algorithm, octets, 1000, piece, {.output = 0}).failure,
                      ErrorKind::exhausted);
        }
        EXPECT_EQ(opened(algorithm, compressed(algorithm, ""), 1, 1, {.output = 0}).failure,
                  std::nullopt);
    }
}

TEST(Compression, StopsAtTheRatio) {
    const std::string zeroes(3U << 20U, '\0');
    for (const std::uint8_t algorithm : kCompressing) {
        const std::string octets = compressed(algorithm, zeroes);
        for (const std::size_t piece : {4096U, 1U << 20U}) {
            const Outcome outcome = opened(algorithm, octets, 1000, piece);
            EXPECT_EQ(outcome.failure, ErrorKind::exhausted) << int{algorithm};
            EXPECT_LE(outcome.text.size(), (1U << 20U) + 200 * octets.size());
            EXPECT_GE(outcome.text.size() + piece, 1U << 20U) << "the first MiB is free";
        }
        const Outcome free = opened(algorithm, octets, 1000, 65'536, {.free_output = 3U << 20U});
        EXPECT_EQ(free.failure, std::nullopt);
        EXPECT_TRUE(free.text == zeroes);
        EXPECT_EQ(opened(algorithm, octets, 1000, 65'536, {.ratio = UINT64_MAX}).text.size(),
                  zeroes.size());
    }
    const std::string ordinary = lines(2U << 20U);
    for (const std::uint8_t algorithm : kAll)
        EXPECT_TRUE(opened(algorithm, compressed(algorithm, ordinary)).text == ordinary);
}

TEST(Compression, HandsOnTheFailureOfItsInput) {
    const std::string octets = compressed(2, lines(100'000));
    for (const std::uint8_t algorithm : std::array<std::uint8_t, 2>{0, 2}) {
        Failing input(std::string_view(octets).substr(0, 20'000));
        const auto source = decompress(algorithm, input).value();
        EXPECT_EQ(drain(*source, 4096).failure, ErrorKind::transient);
    }
    Failing whole(octets);
    const auto source = decompress(2, whole).value();
    const Outcome outcome = drain(*source, 4096);
    EXPECT_EQ(outcome.failure, ErrorKind::transient) << "whether it ends there is not known";
    EXPECT_EQ(outcome.text.size(), 100'000U);
}

TEST(MemorySource, GivesItsOctets) {
    MemorySource source("hello");
    std::array<char, 3> out{};
    EXPECT_EQ(source.read(out.data(), 3).value(), 3U);
    EXPECT_EQ(source.read(out.data(), 3).value(), 2U);
    EXPECT_EQ(std::string_view(out.data(), 2), "lo");
    EXPECT_EQ(source.read(out.data(), 3).value(), 0U);
}

}  // namespace
}  // namespace sealgate::openpgp
