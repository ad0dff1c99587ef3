#pragma once
// SPDX-License-Identifier: Apache-2.0
// An SMTP server that takes everything as fast as it can and remembers which messages came.
//
// It stands behind the gateway under test. `delay_ms` makes it a slow next hop, the failure rates a
// bad one; who waits for "all arrived" asks through the control socket.

#include "ledger.h"
#include "socket.h"

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace sealgate::load {

struct SinkOptions {
    std::int64_t delay_ms = 0;  // before the answer to the end of data
    // Share of messages refused after the dot, with 451 and 554.
    double fail_transient = 0;
    double fail_permanent = 0;
    std::uint64_t seed = 1;
    std::string hostname = "sink.example";
};

struct SinkCounts {
    std::uint64_t messages = 0;    // taken with 250
    std::uint64_t duplicates = 0;  // of those, with an id that came before
    std::uint64_t without_id = 0;
    std::uint64_t refused = 0;
    std::uint64_t octets = 0;  // of content, as received
    std::uint64_t connections = 0;
    std::uint64_t open = 0;  // connections now
    std::int64_t first_ns = 0;
    std::int64_t last_ns = 0;
};

class Sink {
public:
    Sink(SinkOptions options, Ledger& ledger);
    ~Sink();
    Sink(const Sink&) = delete;
    Sink& operator=(const Sink&) = delete;
    Sink(Sink&&) = delete;
    Sink& operator=(Sink&&) = delete;

    // `control` may be invalid. False: no epoll.
    [[nodiscard]] bool run(Fd listener, Fd control, const std::atomic<bool>& stop);
    [[nodiscard]] std::string json() const;
    // True once: SIGUSR1 asked for the counts.
    std::atomic<bool>* print_asked = nullptr;

private:
    struct Session;
    struct Client;  // a connection to the control socket

    void accept_all(int listener, bool control);
    void on_session(Session& session, std::uint32_t events);
    void on_client(Client& client);
    std::string control_answer(std::string_view line);
    void consume(Session& session);
    void on_command(Session& session, std::string_view line);
    bool consume_content(Session& session);
    bool consume_chunk(Session& session);
    void end_of_message(Session& session);
    void answer_message(Session& session, std::string_view head);
    void flush(Session& session);
    void release_delayed();
    [[nodiscard]] int wait_ms() const;
    void drop(Session& session);

    SinkOptions options_;
    Ledger& ledger_;
    SinkCounts counts_;
    Poller poller_;
    std::mt19937_64 random_;
    std::unordered_map<std::string, std::uint32_t> seen_;
    std::unordered_map<Session*, std::unique_ptr<Session>> sessions_;
    std::vector<std::unique_ptr<Client>> clients_;
    std::multimap<std::int64_t, Session*> delayed_;
    std::vector<std::unique_ptr<Session>> graveyard_;  // until the batch of events is over
    bool quit_ = false;
};

}  // namespace sealgate::load
