// SPDX-License-Identifier: Apache-2.0
// How many messages a second the spool takes, and what one costs: `spool_bench` on the disk of the
// current folder's temporary directory (TMPDIR). Committers are chains: each commits its next
// message when the one before is told to be safe, as a session does.

#include "spool/test_support.h"

#include <benchmark/benchmark.h>
#include <sys/resource.h>

#include <atomic>
#include <semaphore>

namespace sealgate::spool {
namespace {

double cpu_seconds() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    const auto seconds = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
    };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

Options bench_options(const std::string& directory) {
    Options options;
    options.directory = directory;
    options.key = testing::test_key();
    return options;
}

void deliver(std::vector<Spool::Finished> finished) {
    for (auto& one : finished)
        one.done(std::move(one.status));
}

// One run of `committers` chains that commit `total` messages, each of which is delivered later.
class Run {
public:
    Run(Spool& spool, Content content, std::uint64_t first, std::uint64_t total)
        : spool_(spool),
          content_(std::move(content)),
          next_(first),
          end_(first + total) {}

    void go(std::uint64_t committers) {
        running_ = committers;
        for (std::uint64_t i = 0; i < committers; ++i)
            step();
        finished_.acquire();
    }

private:
    void step() {
        const std::uint64_t id = next_.fetch_add(1);
        if (id >= end_) {
            if (running_.fetch_sub(1) == 1) finished_.release();
            return;
        }
        NewMessage message;
        message.id = {id};
        message.envelope.assign(200, 'e');
        message.recipients.resize(1);
        message.content = content_;
        spool_.commit(testing::batch(std::move(message)), [this, id](const Status& status) {
            SG_CHECK(status.has_value());
            spool_.note({testing::update(id, 0, State::delivered)});
            step();
        });
    }

    Spool& spool_;
    Content content_;
    std::atomic<std::uint64_t> next_;
    std::uint64_t end_;
    std::atomic<std::uint64_t> running_ = 0;
    std::binary_semaphore finished_{0};
};

void BM_Commit(benchmark::State& state) {
    const auto committers = static_cast<std::uint64_t>(state.range(0));
    const auto size = static_cast<std::size_t>(state.range(1));
    const testing::TemporaryFolder folder;
    const auto files = os::posix_file_system();
    const SystemClock clock;
    RecoveryReport report;
    auto spool =
        Spool::open(bench_options(folder.path + "/spool"), *files, clock, deliver, report).value();
    const auto content = std::make_shared<const std::string>(size, 'c');
    const std::uint64_t total = committers == 1 ? 3000 : 20'000'000 / (size + 2000) + 4000;
    std::uint64_t first = 1;
    Run(*spool, content, first, total).go(committers);  // until segments are recycled
    first += total;
    const double before = cpu_seconds();
    std::uint64_t messages = 0;
    for (auto _ : state) {
        Run(*spool, content, first, total).go(committers);
        first += total;
        messages += total;
    }
    const auto count = static_cast<double>(messages);
    state.counters["msgs/s"] = benchmark::Counter(count, benchmark::Counter::kIsRate);
    state.counters["cpu_us/msg"] = (cpu_seconds() - before) * 1e6 / count;
}
BENCHMARK(BM_Commit)
    ->ArgNames({"committers", "octets"})
    ->Args({1, 4096})
    ->Args({10, 4096})
    ->Args({50, 4096})
    ->Args({200, 4096})
    ->Args({50, 100L * 1024})
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime()
    ->MeasureProcessCPUTime();

// A start on a spool of many small messages, half of them finished.
void BM_Recover(benchmark::State& state) {
    const testing::TemporaryFolder folder;
    const auto files = os::posix_file_system();
    const SystemClock clock;
    const std::uint64_t total = 100'000;
    {
        RecoveryReport report;
        auto spool =
            Spool::open(bench_options(folder.path), *files, clock, deliver, report).value();
        std::counting_semaphore<> told{0};
        const auto content = std::make_shared<const std::string>(4096, 'c');
        for (std::uint64_t id = 1; id <= total; ++id) {
            NewMessage message = testing::message(id, "");
            message.content = content;
            spool->commit(testing::batch(std::move(message)),
                          [&](const Status&) { told.release(); });
            if (id % 2 == 0) spool->note({testing::update(id, 0, State::delivered)});
        }
        for (std::uint64_t id = 1; id <= total; ++id)
            told.acquire();
    }
    for (auto _ : state) {
        RecoveryReport report;
        auto spool =
            Spool::open(bench_options(folder.path), *files, clock, deliver, report).value();
        SG_CHECK(report.messages.size() == total / 2);
    }
    state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(total) * 4500);
}
BENCHMARK(BM_Recover)->Unit(benchmark::kMillisecond)->UseRealTime();

// Opening an empty folder: part of the time a first start takes.
void BM_FirstStart(benchmark::State& state) {
    const testing::TemporaryFolder folder;
    const auto files = os::posix_file_system();
    const SystemClock clock;
    int n = 0;
    for (auto _ : state) {
        RecoveryReport report;
        auto spool = Spool::open(bench_options(folder.path + "/" + std::to_string(n++)),
                                 *files,
                                 clock,
                                 deliver,
                                 report)
                         .value();
        state.PauseTiming();
        spool.reset();
        state.ResumeTiming();
    }
}
BENCHMARK(BM_FirstStart)->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace
}  // namespace sealgate::spool
