// SPDX-License-Identifier: Apache-2.0
#include "sink.h"

#include "message.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <utility>

namespace sealgate::load {
namespace {

constexpr std::size_t kReadSize = 65'536;
constexpr std::size_t kHeadSize = 8'192;  // the id must be within this
constexpr std::size_t kCommandSize = 8'192;
constexpr std::string_view kEndOfData = "\r\n.\r\n";
constexpr int kIdleWaitMs = 200;

// `verb` is in capitals.
bool is_command(std::string_view line, std::string_view verb) {
    const auto same = [](char wanted, char found) { return wanted == (found & ~0x20); };
    return line.size() >= verb.size() && std::equal(verb.begin(), verb.end(), line.begin(), same);
}

}  // namespace

// Every object behind an epoll pointer starts with this, so that the loop can tell them apart.
enum class Kind : std::uint8_t { listener, control, session, client };
struct Tagged {
    Kind kind;
};

struct Sink::Session : Tagged {
    Session() : Tagged{Kind::session} {}
    Fd fd;
    std::string in;
    std::string out;
    std::size_t written = 0;
    bool writing = false;
    bool in_content = false;
    bool in_chunk = false;  // of BDAT
    bool last_chunk = false;
    bool more_chunks = false;      // the next one belongs to the same message
    std::uint64_t chunk_left = 0;  // octets of it still to come
    bool waiting = false;          // for the delay to pass; input stays unread in the buffer
    bool closing = false;
    std::string head;
    std::uint64_t octets = 0;
};

struct Sink::Client : Tagged {
    Client() : Tagged{Kind::client} {}
    Fd fd;
    std::string in;
};

Sink::Sink(SinkOptions options, Ledger& ledger)
    : options_(std::move(options)),
      ledger_(ledger),
      random_(options_.seed) {}

Sink::~Sink() = default;

bool Sink::run(Fd listener, Fd control, const std::atomic<bool>& stop) {
    if (!poller_.valid()) return false;
    Tagged listener_tag{Kind::listener};
    Tagged control_tag{Kind::control};
    poller_.add(listener.get(), EPOLLIN, &listener_tag);
    if (control.valid()) poller_.add(control.get(), EPOLLIN, &control_tag);
    std::array<epoll_event, 256> events{};
    while (!stop && !quit_) {
        const int count = poller_.wait(events.data(), static_cast<int>(events.size()), wait_ms());
        for (int i = 0; i < count; ++i) {
            const auto& event = events.at(static_cast<std::size_t>(i));
            auto* owner = static_cast<Tagged*>(event.data.ptr);
            switch (owner->kind) {
                case Kind::listener:
                    accept_all(listener.get(), false);
                    break;
                case Kind::control:
                    accept_all(control.get(), true);
                    break;
                case Kind::session:
                    on_session(*static_cast<Session*>(owner), event.events);
                    break;
                case Kind::client:
                    on_client(*static_cast<Client*>(owner));
                    break;
            }
        }
        release_delayed();
        graveyard_.clear();
        std::erase_if(clients_, [](const auto& client) { return !client->fd.valid(); });
        if (print_asked != nullptr && *print_asked) {
            *print_asked = false;
            fmt::print("{}\n", json());
            std::fflush(stdout);
        }
    }
    ledger_.flush();
    return true;
}

int Sink::wait_ms() const {
    if (delayed_.empty()) return kIdleWaitMs;
    const std::int64_t left = delayed_.begin()->first - now_ns();
    return static_cast<int>(std::clamp<std::int64_t>(left / 1'000'000 + 1, 0, kIdleWaitMs));
}

std::string Sink::json() const {
    return fmt::format(
        R"({{"messages":{},"unique":{},"duplicates":{},"without_id":{},"refused":{},"octets":{},)"
        R"("connections":{},"open":{},"first_ns":{},"last_ns":{}}})",
        counts_.messages,
        seen_.size(),
        counts_.duplicates,
        counts_.without_id,
        counts_.refused,
        counts_.octets,
        counts_.connections,
        counts_.open,
        counts_.first_ns,
        counts_.last_ns);
}

void Sink::accept_all(int listener, bool control) {
    while (true) {
        Fd fd = accept_tcp(listener);
        if (!fd.valid()) return;
        if (control) {
            auto client = std::make_unique<Client>();
            client->fd = std::move(fd);
            poller_.add(client->fd.get(), EPOLLIN, static_cast<Tagged*>(client.get()));
            clients_.push_back(std::move(client));
            continue;
        }
        auto session = std::make_unique<Session>();
        session->fd = std::move(fd);
        ++counts_.connections;
        ++counts_.open;
        poller_.add(session->fd.get(), EPOLLIN, static_cast<Tagged*>(session.get()));
        session->out = fmt::format("220 {} ESMTP\r\n", options_.hostname);
        Session& reference = *session;
        sessions_.emplace(session.get(), std::move(session));
        flush(reference);
    }
}

// Commands: "count" answers with the JSON; "reset" forgets everything (for the next round of a
// bench) and answers "ok"; "quit" ends the program. One line each.
std::string Sink::control_answer(std::string_view line) {
    if (line == "count") {
        ledger_.flush();
        return json() + "\n";
    }
    if (line == "reset") {
        const std::uint64_t open = counts_.open;
        counts_ = {};
        counts_.open = open;
        seen_.clear();
        ledger_.clear();
        return "ok\n";
    }
    if (line == "quit") {
        quit_ = true;
        return "ok\n";
    }
    return "unknown command; there are count, reset and quit\n";
}

void Sink::on_client(Client& client) {
    if (!client.fd.valid()) return;
    const Io result = read_some(client.fd.get(), client.in, kCommandSize);
    if (result == Io::again) return;
    std::string out;
    std::size_t start = 0;
    for (auto end = client.in.find('\n'); end != std::string::npos;
         end = client.in.find('\n', start)) {
        out += control_answer(std::string_view(client.in).substr(start, end - start));
        start = end + 1;
    }
    client.in.erase(0, start);
    std::size_t written = 0;
    if (write_some(client.fd.get(), out, written) != Io::done || result == Io::closed) {
        client.fd.reset();
    }
}

void Sink::drop(Session& session) {
    if (!session.fd.valid()) return;
    session.fd.reset();
    --counts_.open;
    std::erase_if(delayed_, [&](const auto& entry) { return entry.second == &session; });
    auto node = sessions_.extract(&session);
    if (!node.empty()) graveyard_.push_back(std::move(node.mapped()));
}

void Sink::on_session(Session& session, std::uint32_t events) {
    if (!session.fd.valid()) return;
    if ((events & EPOLLOUT) != 0) flush(session);
    if ((events & (EPOLLIN | EPOLLHUP | EPOLLERR)) == 0 || !session.fd.valid()) return;
    const Io result = read_some(session.fd.get(), session.in, kReadSize);
    if (result == Io::closed) {
        drop(session);
        return;
    }
    consume(session);
    flush(session);
}

void Sink::consume(Session& session) {
    std::size_t start = 0;
    while (!session.waiting && !session.closing) {
        if (session.in_content) {
            session.in.erase(0, std::exchange(start, 0));
            if (!consume_content(session)) return;
            continue;
        }
        if (session.in_chunk) {
            session.in.erase(0, std::exchange(start, 0));
            if (!consume_chunk(session)) return;
            continue;
        }
        const auto end = session.in.find('\n', start);
        if (end == std::string::npos) break;
        std::string_view line(session.in.data() + start, end - start);
        if (line.ends_with('\r')) line.remove_suffix(1);
        start = end + 1;
        on_command(session, line);
    }
    session.in.erase(0, start);
    if (!session.in_content && !session.in_chunk && !session.waiting &&
        session.in.size() > kCommandSize)
        drop(session);
}

void Sink::on_command(Session& session, std::string_view line) {
    if (is_command(line, "EHLO")) {
        session.out.append("250-")
            .append(options_.hostname)
            .append(
                "\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250-DSN\r\n"
                "250-ENHANCEDSTATUSCODES\r\n250-CHUNKING\r\n250 SIZE 104857600\r\n");
    } else if (is_command(line, "DATA")) {
        session.out.append("354 go on\r\n");
        session.in_content = true;
        session.octets = 0;
        session.head.assign("\r\n");  // so that an empty message's ".CRLF" ends it as well
    } else if (is_command(line, "BDAT")) {
        const std::string_view argument = line.substr(std::min<std::size_t>(line.size(), 5));
        const char* end = argument.data() + argument.size();
        const auto [rest, error] = std::from_chars(argument.data(), end, session.chunk_left);
        const std::string_view mark(rest, end);
        if (error != std::errc() || !(mark.empty() || mark == " LAST")) {
            session.out.append("501 5.5.4 no such chunk\r\n");
            session.closing = true;
            return;
        }
        session.in_chunk = true;
        session.last_chunk = !mark.empty();
        if (!session.more_chunks) {
            session.octets = 0;
            session.head.assign("\r\n");  // the id is looked for at the start of a line
        }
        session.more_chunks = mark.empty();
    } else if (is_command(line, "QUIT")) {
        session.out.append("221 2.0.0 bye\r\n");
        session.closing = true;
    } else if (is_command(line, "MAIL")) {
        session.out.append("250 2.1.0 ok\r\n");
    } else if (is_command(line, "RCPT")) {
        session.out.append("250 2.1.5 ok\r\n");
    } else if (is_command(line, "HELO") || is_command(line, "RSET") || is_command(line, "NOOP")) {
        session.out.append("250 2.0.0 ok\r\n");
    } else {
        session.out.append("502 5.5.1 not known here\r\n");
    }
}

// `head` keeps the first octets of the message (for the id); `in` keeps what has not been looked
// at, less the last four octets, which may be the beginning of an end of data. True: the end.
bool Sink::consume_content(Session& session) {
    if (session.octets == 0 && session.head.size() == 2) {
        session.in.insert(0, session.head);
        session.head.clear();
    }
    const auto end = session.in.find(kEndOfData);
    const std::size_t keep = kEndOfData.size() - 1;
    std::size_t usable = end;
    if (end == std::string::npos) usable = session.in.size() > keep ? session.in.size() - keep : 0;
    if (session.head.size() < kHeadSize) {
        session.head.append(session.in, 0, std::min(usable, kHeadSize - session.head.size()));
    }
    session.octets += usable;
    if (end == std::string::npos) {
        session.in.erase(0, usable);
        return false;
    }
    session.in.erase(0, end + kEndOfData.size());
    session.in_content = false;
    end_of_message(session);
    return true;
}

bool Sink::consume_chunk(Session& session) {
    const std::size_t usable = std::min<std::uint64_t>(session.in.size(), session.chunk_left);
    if (session.head.size() < kHeadSize) {
        session.head.append(session.in, 0, std::min(usable, kHeadSize - session.head.size()));
    }
    session.in.erase(0, usable);
    session.octets += usable;
    session.chunk_left -= usable;
    if (session.chunk_left > 0) return false;
    session.in_chunk = false;
    if (session.last_chunk) {
        end_of_message(session);
    } else {
        session.out.append("250 2.0.0 go on\r\n");
    }
    return true;
}

void Sink::end_of_message(Session& session) {
    if (options_.delay_ms == 0) {
        answer_message(session, session.head);
        return;
    }
    session.waiting = true;
    delayed_.emplace(now_ns() + options_.delay_ms * 1'000'000, &session);
}

void Sink::answer_message(Session& session, std::string_view head) {
    const double dice = std::uniform_real_distribution<double>(0, 1)(random_);
    if (dice < options_.fail_transient + options_.fail_permanent) {
        ++counts_.refused;
        session.out.append(dice < options_.fail_transient ? "451 4.3.0 try later\r\n"
                                                          : "554 5.6.0 not wanted\r\n");
        return;
    }
    ++counts_.messages;
    counts_.octets += session.octets;
    counts_.last_ns = now_ns();
    if (counts_.first_ns == 0) counts_.first_ns = counts_.last_ns;
    const std::string_view id = find_id(head);
    if (id.empty()) {
        ++counts_.without_id;
    } else {
        if (++seen_[std::string(id)] > 1) ++counts_.duplicates;
        ledger_.add(id);
    }
    session.out.append("250 2.0.0 taken\r\n");
}

void Sink::release_delayed() {
    const std::int64_t now = now_ns();
    while (!delayed_.empty() && delayed_.begin()->first <= now) {
        Session& session = *delayed_.begin()->second;
        delayed_.erase(delayed_.begin());
        session.waiting = false;
        answer_message(session, session.head);
        consume(session);
        flush(session);
    }
}

void Sink::flush(Session& session) {
    if (!session.fd.valid()) return;
    const Io result = write_some(session.fd.get(), session.out, session.written);
    if (result == Io::closed) {
        drop(session);
        return;
    }
    const bool blocked = result == Io::again;
    if (!blocked) {
        session.out.clear();
        session.written = 0;
        if (session.closing) {
            drop(session);
            return;
        }
    }
    if (blocked != session.writing) {
        session.writing = blocked;
        poller_.change(session.fd.get(),
                       blocked ? EPOLLIN | EPOLLOUT : EPOLLIN,
                       static_cast<Tagged*>(&session));
    }
}

}  // namespace sealgate::load
