// SPDX-License-Identifier: Apache-2.0
#include "smtp/server_session.h"

#include <benchmark/benchmark.h>

#include <algorithm>

namespace sealgate::smtp {
namespace {

constexpr std::size_t kFeed = 64UL * 1024UL;

// Answers every question with yes until input is needed; the number of messages that came.
std::size_t drive(ServerSession& session) {
    for (std::size_t messages = 0;;) {
        const Step step = session.next();
        if (std::holds_alternative<NeedInput>(step) || std::holds_alternative<Close>(step))
            return messages;
        if (std::holds_alternative<EndOfMessage>(step)) ++messages;
        if (std::holds_alternative<AskData>(step)) {
            session.answer({354, "", "go on"});
        } else if (!std::holds_alternative<TransactionReset>(step)) {
            session.answer({250, "2.0.0", "Ok"});
        }
    }
}

// One transaction with a message of `size` octets in lines of 78, as a pipelining client sends it.
void transaction(benchmark::State& state, bool chunked, bool announce_size) {
    const auto size = static_cast<std::size_t>(state.range(0));
    std::string content = "From: alice@example.com\r\nSubject: bench\r\n\r\n";
    while (content.size() < size)
        content.append(76, 'x').append("\r\n");
    std::string mail = "MAIL FROM:<alice.sender@example.com>";
    if (announce_size) mail += " SIZE=" + std::to_string(content.size());
    mail += "\r\nRCPT TO:<bob.recipient@example.org>\r\n";
    mail += chunked ? "BDAT " + std::to_string(content.size()) + " LAST\r\n" : "DATA\r\n";
    const std::string body = chunked ? content : content + ".\r\n";

    ServerOptions options;
    options.hostname = "gw.example.com";
    options.limits.commands = ~std::size_t{0} / 2;
    ServerSession session(options);
    session.greet(false);
    session.feed("EHLO client.example\r\n");
    drive(session);
    std::size_t messages = 0;
    while (state.KeepRunning()) {
        session.output().clear();
        session.feed(mail);
        messages += drive(session);
        for (std::size_t at = 0; at < body.size(); at += kFeed) {
            session.feed(std::string_view(body).substr(at, kFeed));
            messages += drive(session);
        }
    }
    if (messages != static_cast<std::size_t>(state.iterations()))
        state.SkipWithError("a message was lost");
    state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(content.size()));
}

void BM_Data(benchmark::State& state) {
    transaction(state, false, true);
}
void BM_DataWithoutSize(benchmark::State& state) {
    transaction(state, false, false);
}
void BM_Bdat(benchmark::State& state) {
    transaction(state, true, true);
}
// What the octets cost when they are only copied.
void BM_Memcpy(benchmark::State& state) {
    const std::string from(static_cast<std::size_t>(state.range(0)), 'x');
    while (state.KeepRunning()) {
        std::string to;
        to.reserve(from.size());
        for (std::size_t at = 0; at < from.size(); at += kFeed)
            to.append(from, at, std::min(kFeed, from.size() - at));
        benchmark::DoNotOptimize(to);
    }
    state.SetBytesProcessed(state.iterations() * state.range(0));
}

BENCHMARK(BM_Data)->Arg(4096)->Arg(1 << 20);
BENCHMARK(BM_DataWithoutSize)->Arg(4096)->Arg(1 << 20);
BENCHMARK(BM_Bdat)->Arg(4096)->Arg(1 << 20);
BENCHMARK(BM_Memcpy)->Arg(4096)->Arg(1 << 20);

}  // namespace
}  // namespace sealgate::smtp
