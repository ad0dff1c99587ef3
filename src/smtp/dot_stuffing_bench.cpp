// SPDX-License-Identifier: Apache-2.0
#include "smtp/dot_stuffing.h"

#include <benchmark/benchmark.h>

namespace {

std::string content_of(std::string_view line, std::size_t size) {
    std::string out;
    while (out.size() < size) {
        out += line;
        out += "\r\n";
    }
    return out;
}

void run(benchmark::State& state, const std::string& content) {
    while (state.KeepRunning()) {
        auto stuffed = sealgate::smtp::stuff_dots({content});
        benchmark::DoNotOptimize(stuffed);
    }
    state.SetBytesProcessed(static_cast<std::int64_t>(content.size()) *
                            static_cast<std::int64_t>(state.iterations()));
}

void BM_StuffDotsBase64(benchmark::State& state) {
    run(state, content_of(std::string(76, 'A'), 1U << 20U));
}
BENCHMARK(BM_StuffDotsBase64);

// Every twentieth line begins with a dot.
void BM_StuffDotsText(benchmark::State& state) {
    const std::string line(70, 'x');
    std::string block;
    for (int i = 0; i < 19; ++i)
        block += line + "\r\n";
    run(state, content_of(block + "." + line, 100U << 10U));
}
BENCHMARK(BM_StuffDotsText);

void BM_StuffDotsNothingButDots(benchmark::State& state) {
    run(state, content_of(".", 1U << 20U));
}
BENCHMARK(BM_StuffDotsNothingButDots);

}  // namespace
