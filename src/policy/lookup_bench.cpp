// SPDX-License-Identifier: Apache-2.0
// Shows that a look-up does not cost more when the lists grow.
#include "policy/managed_domains.h"
#include "policy/routes.h"

#include <benchmark/benchmark.h>

#include <string>

namespace sealgate::policy {
namespace {

void BM_managed_domain(benchmark::State& state) {
    std::vector<ManagedDomain> entries;
    entries.reserve(static_cast<std::size_t>(state.range(0)));
    for (int64_t i = 0; i < state.range(0); ++i) {
        entries.push_back(
            {mime::Domain::parse("d" + std::to_string(i) + ".example").value(), true});
    }
    const ManagedDomains managed(std::move(entries));
    const auto name = mime::Domain::parse("a.b.unknown.example").value();
    // NOLINTNEXTLINE(clang-analyzer-deadcode.DeadStores): the loop form of the library
    for (auto _ : state)
        benchmark::DoNotOptimize(managed.contains(name));
}
BENCHMARK(BM_managed_domain)->Arg(10)->Arg(10'000)->Arg(1'000'000);

void BM_route(benchmark::State& state) {
    std::vector<Route> routes(1);
    for (int64_t i = 0; i < state.range(0); ++i) {
        Route route;
        route.domain = DomainPattern::parse(".d" + std::to_string(i) + ".example").value();
        routes.push_back(route);
    }
    const Routes table(std::move(routes));
    const auto name = mime::Domain::parse("a.b.unknown.example").value();
    // NOLINTNEXTLINE(clang-analyzer-deadcode.DeadStores): the loop form of the library
    for (auto _ : state)
        benchmark::DoNotOptimize(table.find(name));
}
BENCHMARK(BM_route)->Arg(10)->Arg(10'000)->Arg(1'000'000);

}  // namespace
}  // namespace sealgate::policy
