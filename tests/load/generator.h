#pragma once
// SPDX-License-Identifier: Apache-2.0
// The load generator: N sessions at once that send M messages between them.
//
// A session connects, greets, sends `per_connection` messages and connects again. A lost connection
// is made again after a short pause, as a mail server in front would do; a message whose content
// had gone out is then counted as unanswered and never sent again, so that an id is accepted once
// at most and whatever arrives twice was doubled by the peer.

#include "ledger.h"
#include "message.h"
#include "reply_reader.h"
#include "socket.h"
#include "statistics.h"

#include <atomic>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

namespace sealgate::load {

struct Plan {
    sockaddr_in to{};
    std::size_t sessions = 10;
    std::uint64_t messages = 1000;  // 0 = until `seconds` are over
    std::uint64_t per_connection = 1;
    std::size_t size = 4096;
    std::string from = "alice@managed.example";
    std::string rcpt = "bob@partner.example";
    std::size_t rcpts = 1;  // more: bob+1@, bob+2@ ...
    std::int64_t seconds = 300;
    std::uint64_t rate = 0;  // messages a second over all sessions at most; 0 = as fast as it goes
    bool pipeline = false;   // MAIL, RCPT and DATA in one segment (RFC 2920)
    std::string helo = "load.example";
    std::string prefix = "m";  // of the ids: must differ between runs that share a sink
};

class Generator {
public:
    Generator(Plan plan, Ledger& ledger);
    ~Generator();
    Generator(const Generator&) = delete;
    Generator& operator=(const Generator&) = delete;
    Generator(Generator&&) = delete;
    Generator& operator=(Generator&&) = delete;

    // Until all messages are attempted, the time is over or stop is set. False: no epoll.
    [[nodiscard]] bool run(const std::atomic<bool>& stop);
    [[nodiscard]] Statistics& statistics() { return statistics_; }

private:
    enum class Await : std::uint8_t { greeting, ehlo, mail, rcpt, data, dot, rset, quit };
    struct Session;

    void connect(Session& session);
    void lose(Session& session);
    void finish(Session& session);
    void on_event(Session& session, std::uint32_t events);
    void flush(Session& session);
    void on_answer(Session& session, const Answer& answer);
    void after_answer(Session& session, Await what, const Answer& answer);
    void begin_message(Session& session);
    void recipient_answered(Session& session);
    void next_or_quit(Session& session);
    void command(Session& session, Await what, std::string_view line);
    void record_acceptance(Session& session);
    [[nodiscard]] bool more_wanted() const;
    void reconnect_due();
    [[nodiscard]] bool take_turn(std::int64_t now);
    void begin_paced();
    [[nodiscard]] int wait_ms() const;

    Plan plan_;
    MessageTemplate template_;
    Ledger& ledger_;
    Statistics statistics_;
    Poller poller_;
    std::vector<std::unique_ptr<Session>> sessions_;
    std::vector<std::string> rcpt_commands_;
    std::uint64_t next_number_ = 0;
    std::size_t active_ = 0;
    std::size_t pausing_ = 0;
    std::int64_t turn_ns_ = 0;    // when the next message may begin, with a rate
    std::deque<Session*> paced_;  // connected and waiting for that
    bool over_ = false;           // the time is up: nothing new begins
};

}  // namespace sealgate::load
