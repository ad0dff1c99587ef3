// SPDX-License-Identifier: Apache-2.0
// What recording costs on the path of mail, and how fast searches are over a large log.
// MAILLOG_BENCH_LINES sets the size of the searched log (default 1 000 000), MAILLOG_BENCH_FOLDER
// where it lies; a log that is there already is used again.

#include "maillog/mail_log.h"
#include "maillog/query.h"
#include "os/file_system.h"

#include <benchmark/benchmark.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <thread>
#include <tuple>
#include <vector>

namespace sealgate::maillog {
namespace {

std::string folder() {
    // NOLINTNEXTLINE(concurrency-mt-unsafe): nothing changes the environment
    const char* given = std::getenv("MAILLOG_BENCH_FOLDER");
    return given != nullptr ? given : "/tmp/sealgate-maillog-bench";
}

std::uint64_t wanted_lines() {
    // NOLINTNEXTLINE(concurrency-mt-unsafe): nothing changes the environment
    const char* given = std::getenv("MAILLOG_BENCH_LINES");
    return given != nullptr ? std::stoull(given) : 1'000'000;
}

std::string user(std::uint64_t n) {
    const std::uint64_t person = n % 50'000;
    return "user" + std::to_string(person) + "@dept" + std::to_string(person % 97) + ".example.com";
}

// The three lines of one message.
std::vector<Event> message_events(std::uint64_t n) {
    const std::string from = user(n * 7919);
    const std::string to = "contact" + std::to_string(n * 104'729 % 50'000) + "@partner.example";
    const std::string id = "<" + std::to_string(n) + ".abcdef@mail.example.com>";
    Event event;
    event.level = Level::notice;
    event.connection = ConnectionId{0, n};
    event.message = MessageId{n};
    event.message_id = id;
    event.sender = from;
    event.direction = Direction::outbound;
    event.source = "192.0.2.7";
    event.listener = "outbound";
    event.tls = "TLSv1.3 TLS_AES_256_GCM_SHA384";
    event.size = 4'096;
    std::vector<Event> events(3, event);
    events[0].text = "message " + id + " from " + from + " (1 recipient):";
    const std::string recipient = "recipient 1/1 (" + to + "): ";
    events[1].recipient = events[2].recipient = to;
    events[1].text = n % 500 == 0
                         ? recipient + "unmanaged domain blocked: rejecting message from " + from
                         : recipient + "passing through unmodified [0x21b2578]";
    events[2].level = Level::info;
    events[2].text = recipient + "delivered to 127.0.0.1:2600: 250 2.0.0 Ok: queued as 4F2";
    return events;
}

struct Logs {
    std::unique_ptr<os::FileSystem> files = os::posix_file_system();
    SystemClock clock;

    std::unique_ptr<MailLog> open(const std::string& directory) {
        Options options;
        options.directory = directory;
        options.text_file = directory + "/mail.log";
        auto log = MailLog::open(options, *files, clock);
        if (!log) {
            std::fprintf(stderr, "cannot open: %s\n", log.error().detail().c_str());
            std::exit(1);  // NOLINT(concurrency-mt-unsafe): a bench
        }
        return *std::move(log);
    }
};

void BM_AppendThreeEvents(benchmark::State& state) {
    const std::string directory = folder() + "/append";
    std::filesystem::remove_all(directory);
    Logs logs;
    const auto log = logs.open(directory);
    std::vector<std::vector<Event>> messages;
    messages.reserve(1'000);
    for (std::uint64_t n = 0; n < 1'000; ++n)
        messages.push_back(message_events(n));
    const auto pause = std::chrono::microseconds(state.range(0));
    std::uint64_t n = 0;
    while (state.KeepRunning()) {
        const auto start = std::chrono::steady_clock::now();
        if (!log->append(messages[n++ % messages.size()])) state.SkipWithError("append failed");
        const auto end = std::chrono::steady_clock::now();
        state.SetIterationTime(std::chrono::duration<double>(end - start).count());
        if (pause.count() > 0) {
            while (std::chrono::steady_clock::now() < end + pause) {
            }
        }
    }
    state.counters["index_behind"] = static_cast<double>(log->stats().index_behind);
    state.counters["text_behind"] = static_cast<double>(log->stats().text_behind);
}
// Back to back, and as a busy gateway would (one message in 200 us).
BENCHMARK(BM_AppendThreeEvents)->Arg(0)->Arg(200)->UseManualTime()->Unit(benchmark::kMicrosecond);

void BM_NextConnection(benchmark::State& state) {
    const std::string directory = folder() + "/connections";
    std::filesystem::remove_all(directory);
    Logs logs;
    const auto log = logs.open(directory);
    while (state.KeepRunning())
        benchmark::DoNotOptimize(log->next_connection());
}
BENCHMARK(BM_NextConnection)->Iterations(1'500);

void BM_RenderLine(benchmark::State& state) {
    const auto events = message_events(1);
    std::string out;
    while (state.KeepRunning()) {
        out.clear();
        append_line(out, events[1], "sealgate/messaging", 6517);
        benchmark::DoNotOptimize(out.data());
    }
}
BENCHMARK(BM_RenderLine);

MailLog& big_log() {
    static Logs logs;
    static const std::unique_ptr<MailLog> log = [] {
        const std::string directory = folder() + "/big";
        const auto start = std::chrono::steady_clock::now();
        const auto seconds = [&start] {
            return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
        };
        auto made = logs.open(directory);
        std::printf("opened in %.3f s with %llu lines\n",
                    seconds(),
                    static_cast<unsigned long long>(made->last_sequence()));
        while (made->last_sequence() < wanted_lines())
            std::ignore = made->append(message_events(made->last_sequence() / 3 + 1));
        std::printf("recorded after %.1f s\n", seconds());
        while (made->stats().index_behind > 0)
            made->drain();
        std::printf("indexed after %.1f s\n", seconds());
        std::uint64_t index = 0;
        for (const auto& file : std::filesystem::directory_iterator(directory + "/index"))
            index += file.file_size();
        std::printf("%llu segments, records %.0f MB, index %.0f MB\n",
                    static_cast<unsigned long long>(made->stats().segments),
                    static_cast<double>(made->stats().record_bytes) / 1e6,
                    static_cast<double>(index) / 1e6);
        return made;
    }();
    return *log;
}

void run_search(benchmark::State& state, const Query& query) {
    MailLog& log = big_log();
    std::size_t found = 0;
    while (state.KeepRunning()) {
        const auto page = log.search(query);
        if (!page) state.SkipWithError(page.error().detail().c_str());
        if (page) found = page->records.size();
    }
    state.counters["found"] = static_cast<double>(found);
}

Query text_query(std::string text) {
    Query query;
    query.text = std::move(text);
    return query;
}

void BM_SearchWords(benchmark::State& state) {
    run_search(state, text_query("unmanaged domain blocked"));
}
void BM_SearchPhrase(benchmark::State& state) {
    run_search(state, text_query("\"unmanaged domain blocked\""));
}
void BM_SearchNothing(benchmark::State& state) {
    run_search(state, text_query("xyzzy"));
}
void BM_SearchCommonWordsNeverTogether(benchmark::State& state) {
    run_search(state, text_query("message delivered"));
}
void BM_SearchConnection(benchmark::State& state) {
    Query query;
    query.connection = ConnectionId{0, wanted_lines() / 6};
    run_search(state, query);
}
void BM_SearchIdAsText(benchmark::State& state) {
    run_search(state, text_query(to_string(ConnectionId{0, wanted_lines() / 6})));
}
void BM_SearchAddressAsText(benchmark::State& state) {
    run_search(state, text_query(user(4711)));
}
void BM_SearchRareSender(benchmark::State& state) {
    Query query;
    query.sender = "user4711@";
    run_search(state, query);
}
void BM_SearchBroadRecipient(benchmark::State& state) {
    Query query;
    query.recipient = "partner";
    run_search(state, query);
}
void BM_SearchSomeSenders(benchmark::State& state) {
    Query query = text_query("blocked");
    query.sender = "dept17.";
    run_search(state, query);
}
void BM_SearchNewest(benchmark::State& state) {
    run_search(state, {});
}
BENCHMARK(BM_SearchWords)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_SearchPhrase)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_SearchNothing)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_SearchCommonWordsNeverTogether)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_SearchConnection)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_SearchIdAsText)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_SearchAddressAsText)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_SearchRareSender)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_SearchBroadRecipient)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_SearchSomeSenders)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_SearchNewest)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace sealgate::maillog
