// SPDX-License-Identifier: Apache-2.0
#include "generator.h"

#include <algorithm>
#include <array>
#include <utility>

namespace sealgate::load {
namespace {

constexpr std::int64_t kPauseNs = 20'000'000;      // before a lost connection is made again
constexpr std::int64_t kGraceNs = 10'000'000'000;  // for what is under way at the end
constexpr std::size_t kReadSize = 16'384;
constexpr int kPausingWaitMs = 10;
constexpr int kPacedWaitMs = 1;
constexpr std::int64_t kSecondNs = 1'000'000'000;
constexpr int kIdleWaitMs = 200;

std::vector<std::string> make_rcpt_commands(const Plan& plan) {
    std::vector<std::string> commands;
    const auto at = plan.rcpt.find('@');
    for (std::size_t i = 0; i < plan.rcpts; ++i) {
        std::string address = plan.rcpt;
        if (i > 0 && at != std::string::npos) address.insert(at, "+" + std::to_string(i));
        commands.push_back("RCPT TO:<" + address + ">\r\n");
    }
    return commands;
}

}  // namespace

struct Generator::Session {
    Fd fd;
    ReplyReader reader;
    std::string out;
    std::size_t written = 0;
    bool writing = false;  // EPOLLOUT is asked for
    bool done = false;
    std::int64_t resume_ns = 0;  // > 0: waits to connect again
    std::deque<Await> awaited;
    std::uint64_t sent_here = 0;  // messages begun on this connection
    std::string id;               // of the message under way
    std::int64_t mail_ns = 0;
    std::size_t rcpts_answered = 0;
    std::size_t rcpts_accepted = 0;
    bool content_sent = false;
};

Generator::Generator(Plan plan, Ledger& ledger)
    : plan_(std::move(plan)),
      template_(plan_.from, plan_.rcpt, plan_.size),
      ledger_(ledger),
      rcpt_commands_(make_rcpt_commands(plan_)) {}

Generator::~Generator() = default;

bool Generator::more_wanted() const {
    return !over_ && (plan_.messages == 0 || next_number_ < plan_.messages);
}

bool Generator::run(const std::atomic<bool>& stop) {
    if (!poller_.valid()) return false;
    statistics_.begin_ns = now_ns();
    const std::int64_t limit = statistics_.begin_ns + plan_.seconds * kSecondNs;
    active_ = plan_.sessions;
    for (std::size_t i = 0; i < plan_.sessions; ++i) {
        sessions_.push_back(std::make_unique<Session>());
        connect(*sessions_.back());
    }
    std::array<epoll_event, 256> events{};
    while (active_ > 0) {
        const int count = poller_.wait(events.data(), static_cast<int>(events.size()), wait_ms());
        for (int i = 0; i < count; ++i) {
            const auto& event = events.at(static_cast<std::size_t>(i));
            on_event(*static_cast<Session*>(event.data.ptr), event.events);
        }
        const std::int64_t now = now_ns();
        over_ = over_ || stop || now >= limit;
        if (now >= limit + kGraceNs) break;
        if (pausing_ > 0) reconnect_due();
        if (!paced_.empty()) begin_paced();
    }
    for (const auto& session : sessions_) {
        if (session->content_sent) ++statistics_.unanswered;
    }
    statistics_.end_ns = now_ns();
    ledger_.flush();
    return true;
}

int Generator::wait_ms() const {
    if (!paced_.empty()) return kPacedWaitMs;
    return pausing_ > 0 ? kPausingWaitMs : kIdleWaitMs;
}

void Generator::reconnect_due() {
    const std::int64_t now = now_ns();
    for (const auto& session : sessions_) {
        if (session->resume_ns == 0 || (session->resume_ns > now && more_wanted())) continue;
        session->resume_ns = 0;
        --pausing_;
        connect(*session);
    }
}

void Generator::connect(Session& session) {
    if (!more_wanted()) {
        finish(session);
        return;
    }
    session.reader.clear();
    session.out.clear();
    session.written = 0;
    session.awaited.assign(1, Await::greeting);
    session.sent_here = 0;
    session.writing = false;
    session.fd = connect_tcp(plan_.to);
    if (!session.fd.valid()) {
        lose(session);
        return;
    }
    poller_.add(session.fd.get(), EPOLLIN, &session);
}

// Whether a message may begin now. What an outage held up is not sent in a burst behind it.
bool Generator::take_turn(std::int64_t now) {
    if (plan_.rate == 0) return true;
    if (now < turn_ns_) return false;
    turn_ns_ = std::max(turn_ns_, now - kSecondNs / 10) +
               kSecondNs / static_cast<std::int64_t>(plan_.rate);
    return true;
}

void Generator::begin_paced() {
    const std::int64_t now = now_ns();
    while (!paced_.empty() && (!more_wanted() || now >= turn_ns_)) {
        Session& session = *paced_.front();
        paced_.pop_front();
        next_or_quit(session);
        flush(session);
    }
}

// The connection is gone: a try again after a pause.
void Generator::lose(Session& session) {
    std::erase(paced_, &session);
    if (!session.awaited.empty() && session.awaited.front() == Await::greeting) {
        ++statistics_.connect_failures;
    } else {
        ++statistics_.dropped;
    }
    if (std::exchange(session.content_sent, false)) ++statistics_.unanswered;
    session.fd.reset();
    session.resume_ns = now_ns() + kPauseNs;
    ++pausing_;
}

void Generator::finish(Session& session) {
    if (std::exchange(session.done, true)) return;
    session.fd.reset();
    --active_;
}

void Generator::on_event(Session& session, std::uint32_t events) {
    if (!session.fd.valid()) return;
    if ((events & EPOLLOUT) != 0) flush(session);
    if ((events & (EPOLLIN | EPOLLHUP | EPOLLERR)) == 0 || !session.fd.valid()) return;
    const Io result = read_some(session.fd.get(), session.reader.buffer(), kReadSize);
    if (result == Io::again) return;
    while (session.fd.valid()) {
        const auto answer = session.reader.next();
        if (!answer) break;
        on_answer(session, *answer);
    }
    if (!session.fd.valid()) return;
    if (result == Io::closed) {
        lose(session);
        return;
    }
    flush(session);
}

void Generator::flush(Session& session) {
    if (session.written == session.out.size()) return;
    const Io result = write_some(session.fd.get(), session.out, session.written);
    if (result == Io::closed) {
        lose(session);
        return;
    }
    if (result == Io::done) {
        session.out.clear();
        session.written = 0;
    }
    const bool blocked = result == Io::again;
    if (blocked != session.writing) {
        session.writing = blocked;
        poller_.change(session.fd.get(), blocked ? EPOLLIN | EPOLLOUT : EPOLLIN, &session);
    }
}

void Generator::command(Session& session, Await what, std::string_view line) {
    session.out.append(line);
    session.awaited.push_back(what);
}

void Generator::on_answer(Session& session, const Answer& answer) {
    const auto digit = static_cast<std::size_t>(answer.code / 100);
    ++statistics_.replies.at(digit < statistics_.replies.size() ? digit : 0);
    if (answer.code >= 400 && statistics_.first_refusal.empty()) {
        statistics_.first_refusal = answer.text;
    }
    if (session.awaited.empty() || answer.code == 421) {
        lose(session);
        return;
    }
    const Await what = session.awaited.front();
    session.awaited.pop_front();
    after_answer(session, what, answer);
}

void Generator::after_answer(Session& session, Await what, const Answer& answer) {
    const bool good = answer.code >= 200 && answer.code < 300;
    switch (what) {
        case Await::greeting:
            ++statistics_.connections;
            command(session, Await::ehlo, "EHLO " + plan_.helo + "\r\n");
            break;
        case Await::ehlo:
        case Await::rset:
            next_or_quit(session);
            break;
        case Await::mail:
            if (plan_.pipeline) break;
            if (good) {
                command(session, Await::rcpt, rcpt_commands_.front());
            } else {
                command(session, Await::rset, "RSET\r\n");
            }
            break;
        case Await::rcpt:
            if (good) ++session.rcpts_accepted;
            recipient_answered(session);
            break;
        case Await::data:
            if (answer.code == 354) {
                template_.append(session.id, session.out);
                session.awaited.push_back(Await::dot);
                session.content_sent = true;
            } else {
                command(session, Await::rset, "RSET\r\n");
            }
            break;
        case Await::dot:
            session.content_sent = false;
            if (good && session.rcpts_accepted > 0) record_acceptance(session);
            next_or_quit(session);
            break;
        case Await::quit:
            session.fd.reset();
            connect(session);
            break;
    }
}

void Generator::recipient_answered(Session& session) {
    ++session.rcpts_answered;
    if (plan_.pipeline) return;
    if (session.rcpts_answered < plan_.rcpts) {
        command(session, Await::rcpt, rcpt_commands_[session.rcpts_answered]);
    } else if (session.rcpts_accepted > 0) {
        command(session, Await::data, "DATA\r\n");
    } else {
        command(session, Await::rset, "RSET\r\n");
    }
}

void Generator::record_acceptance(Session& session) {
    const std::int64_t now = now_ns();
    ++statistics_.accepted;
    statistics_.last_accepted_ns = now;
    statistics_.latencies_us.push_back(static_cast<std::uint32_t>(
        std::min<std::int64_t>((now - session.mail_ns) / 1000, UINT32_MAX)));
    ledger_.add(session.id);
}

void Generator::begin_message(Session& session) {
    ++session.sent_here;
    ++statistics_.attempted;
    session.id = plan_.prefix + "-" + std::to_string(++next_number_);
    session.rcpts_answered = 0;
    session.rcpts_accepted = 0;
    session.mail_ns = now_ns();
    command(session, Await::mail, "MAIL FROM:<" + plan_.from + ">\r\n");
    if (!plan_.pipeline) return;
    for (const auto& rcpt : rcpt_commands_)
        command(session, Await::rcpt, rcpt);
    command(session, Await::data, "DATA\r\n");
}

void Generator::next_or_quit(Session& session) {
    if (more_wanted() && session.sent_here < plan_.per_connection) {
        if (take_turn(now_ns())) {
            begin_message(session);
        } else {
            paced_.push_back(&session);
        }
    } else {
        command(session, Await::quit, "QUIT\r\n");
    }
}

}  // namespace sealgate::load
