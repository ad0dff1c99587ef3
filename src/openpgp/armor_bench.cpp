// SPDX-License-Identifier: Apache-2.0
// Bytes are octets, not letters, on both sides. OpenSSL's functions know neither lines nor headers
// nor checksum: they are a floor to compare with.
#include "openpgp/armor.h"
#include "openpgp/crc24.h"

#include <benchmark/benchmark.h>
#include <openssl/evp.h>

namespace {

using namespace std::string_view_literals;
namespace pgp = sealgate::openpgp;

std::string octets_of(std::size_t size) {
    std::string out(size, '\0');
    std::uint32_t state = 1;
    for (char& c : out) {
        state = state * 1664525 + 1013904223;
        c = static_cast<char>(state >> 24U);
    }
    return out;
}

void count(benchmark::State& state) {
    state.SetBytesProcessed(state.range(0) * static_cast<std::int64_t>(state.iterations()));
}

void sizes(benchmark::internal::Benchmark* bench) {
    bench->Arg(4 << 10)->Arg(100 << 10)->Arg(10 << 20);
}

void dearmor(benchmark::State& state, pgp::ArmorChecksum checksum, pgp::ArmorLineEnd line_end) {
    const std::string octets = octets_of(static_cast<std::size_t>(state.range(0)));
    const std::string text = pgp::armor(pgp::ArmorKind::message, octets, checksum, line_end);
    while (state.KeepRunning()) {
        auto block = pgp::dearmor(text);
        if (!block || block->octets.size() != octets.size()) state.SkipWithError("not read");
        benchmark::DoNotOptimize(block);
    }
    count(state);
}
void BM_Dearmor(benchmark::State& state) {
    dearmor(state, pgp::ArmorChecksum::without, pgp::ArmorLineEnd::crlf);
}
BENCHMARK(BM_Dearmor)->Apply(sizes);
void BM_DearmorWithChecksum(benchmark::State& state) {
    dearmor(state, pgp::ArmorChecksum::with, pgp::ArmorLineEnd::crlf);
}
BENCHMARK(BM_DearmorWithChecksum)->Apply(sizes);

void BM_OpenSslDecodeBlock(benchmark::State& state) {
    const std::string octets = octets_of(static_cast<std::size_t>(state.range(0)));
    std::string text(octets.size() * 4 / 3 + 8, '\0');
    const int letters = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                                        reinterpret_cast<const unsigned char*>(octets.data()),
                                        static_cast<int>(octets.size()));
    std::string out(octets.size() + 8, '\0');
    while (state.KeepRunning()) {
        const int size = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                                         reinterpret_cast<const unsigned char*>(text.data()),
                                         letters);
        if (size < 0) state.SkipWithError("not read");
        benchmark::DoNotOptimize(out.data());
    }
    count(state);
}
BENCHMARK(BM_OpenSslDecodeBlock)->Apply(sizes);

void armor(benchmark::State& state, pgp::ArmorChecksum checksum) {
    const std::string octets = octets_of(static_cast<std::size_t>(state.range(0)));
    while (state.KeepRunning()) {
        auto text = pgp::armor(pgp::ArmorKind::message, octets, checksum, pgp::ArmorLineEnd::crlf);
        benchmark::DoNotOptimize(text);
    }
    count(state);
}
void BM_Armor(benchmark::State& state) {
    armor(state, pgp::ArmorChecksum::without);
}
BENCHMARK(BM_Armor)->Apply(sizes);
void BM_ArmorWithChecksum(benchmark::State& state) {
    armor(state, pgp::ArmorChecksum::with);
}
BENCHMARK(BM_ArmorWithChecksum)->Apply(sizes);

void BM_OpenSslEncodeBlock(benchmark::State& state) {
    const std::string octets = octets_of(static_cast<std::size_t>(state.range(0)));
    std::string text(octets.size() * 4 / 3 + 8, '\0');
    while (state.KeepRunning()) {
        EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                        reinterpret_cast<const unsigned char*>(octets.data()),
                        static_cast<int>(octets.size()));
        benchmark::DoNotOptimize(text.data());
    }
    count(state);
}
BENCHMARK(BM_OpenSslEncodeBlock)->Apply(sizes);

void BM_Crc24(benchmark::State& state) {
    const std::string octets = octets_of(static_cast<std::size_t>(state.range(0)));
    while (state.KeepRunning())
        benchmark::DoNotOptimize(pgp::crc24(octets));
    count(state);
}
BENCHMARK(BM_Crc24)->Apply(sizes);

// A header that does not end, and text with many half BEGIN lines: both must be linear.
void BM_HeaderWithoutEnd(benchmark::State& state) {
    const std::string text = "-----BEGIN PGP MESSAGE-----\nComment: " +
                             std::string(static_cast<std::size_t>(state.range(0)), 'x');
    while (state.KeepRunning())
        benchmark::DoNotOptimize(pgp::dearmor(text));
    count(state);
}
BENCHMARK(BM_HeaderWithoutEnd)->Arg(100 << 20);

}  // namespace
