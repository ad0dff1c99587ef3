// SPDX-License-Identifier: Apache-2.0
// For ./dev bench log: fills a mail log with records as a gateway writes them, spread over a month,
// and measures questions while more are written. One JSON object a line on stdout.
//
//   maillog_load DIRECTORY RECORDS ROUNDS COLD_ROUNDS MESSAGES_A_SECOND

#include "base/text.h"
#include "maillog/mail_log.h"
#include "os/file_system.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <span>
#include <string>
#include <thread>
#include <tuple>
#include <utility>
#include <vector>

namespace sealgate::maillog {
namespace {

using std::chrono::steady_clock;

constexpr std::uint64_t kPeople = 50'000;
constexpr std::uint64_t kRecordsAMessage = 4;
constexpr auto kSpread = std::chrono::days(30);

double milliseconds(steady_clock::duration time) {
    return std::chrono::duration<double, std::milli>(time).count();
}

std::string sender_of(std::uint64_t n) {
    const std::uint64_t person = n * 7919 % kPeople;
    return fmt::format("user{}@dept{}.example.com", person, person % 97);
}

std::string recipient_of(std::uint64_t n) {
    const std::uint64_t person = n * 104'729 % kPeople;
    return fmt::format("contact{}@partner{}.example", person, person % 1'000);
}

// The four lines of one message: in 500 one is refused, in 100 000 one is held.
std::vector<Event> message_events(std::uint64_t n, WallTime time) {
    const bool inbound = n % 5 == 0;
    Event event;
    event.time = time;
    event.level = Level::notice;
    event.connection = ConnectionId{0, n};
    event.message = make_message_id(*event.connection, 1);
    event.message_id = fmt::format("<{}.abcdef@mail.example.com>", n);
    event.sender = sender_of(n);
    event.direction = inbound ? Direction::inbound : Direction::outbound;
    event.listener = inbound ? "inbound" : "outbound";
    event.source = fmt::format("10.{}.{}.7", n % 4, n % 250);
    event.tls = "TLSv1.3 TLS_AES_256_GCM_SHA384";
    event.size = 2'000 + n * 31 % 60'000;
    if (n % 10'000 == 0) event.size = 12'000'000;
    std::vector<Event> events(kRecordsAMessage, event);
    const std::string to = recipient_of(n);
    events[0].level = Level::info;
    events[0].message.reset();
    events[0].message_id.clear();
    events[0].sender.clear();
    events[0].size = 0;
    events[0].text = fmt::format("connection from {} (HELO mail.example.com, {}, listener {})",
                                 event.source,
                                 event.tls,
                                 event.listener);
    events[1].verdict = Verdict::received;
    events[1].text =
        fmt::format("message {} from {} (1 recipient):", event.message_id, event.sender);
    const std::string recipient = fmt::format("recipient 1/1 ({}): ", to);
    events[2].recipient = events[3].recipient = to;
    events[2].verdict = Verdict::accepted;
    events[2].level = Level::info;
    events[2].text = recipient + "accepted for delivery";
    events[3].verdict = Verdict::delivered;
    events[3].text = recipient + fmt::format(
                                     "delivered to 127.0.0.1:2600 TLSv1.3: 250 2.0.0 Ok: "
                                     "queued as {:X}",
                                     n);
    if (n % 500 == 0) {
        events[3].verdict = Verdict::rejected;
        events[3].text =
            recipient + "unmanaged domain blocked: rejecting message from " + event.sender;
    }
    if (n % 100'000 == 1) {
        events[3].verdict = Verdict::held;
        events[3].level = Level::warning;
        events[3].text = recipient + "held by an administrator";
    }
    return events;
}

struct Case {
    enum class Kind : std::uint8_t { search, count, messages };
    std::string name;
    Kind kind = Kind::search;
    std::string text;
    CountBy by = CountBy::verdict;
};

std::vector<Case> cases(std::uint64_t messages, WallTime end) {
    using Kind = Case::Kind;
    const std::uint64_t middle = messages / 2;
    const auto day = [end](int days) { return to_rfc3339(end - std::chrono::days(days)); };
    return {{"newest", Kind::search, ""},
            {"words", Kind::search, "unmanaged domain blocked"},
            {"phrase", Kind::search, "\"unmanaged domain blocked\""},
            {"a word that is nowhere", Kind::search, "xyzzy"},
            {"two common words, never together", Kind::search, "message delivered"},
            {"an address as a word", Kind::search, sender_of(middle)},
            {"part of a sender", Kind::search, "from:user4711@"},
            {"part of many recipients", Kind::search, "to:partner"},
            {"part of 500 senders, and a rare word", Kind::search, "from:dept17. blocked"},
            {"part of an address that is nowhere", Kind::search, "from:nobody@nowhere"},
            {"two letters of an address", Kind::search, "from:r9"},
            {"domain", Kind::search, "domain:dept17.example.com"},
            {"connection ID", Kind::search, "id:" + to_string(ConnectionId{0, middle})},
            {"Message-ID", Kind::search, fmt::format("msgid:{}.abcdef@mail.example.com", middle)},
            {"a day two weeks ago", Kind::search, "since:" + day(15) + " until:" + day(14)},
            {"words on that day", Kind::search, "blocked since:" + day(15) + " until:" + day(14)},
            {"level, rare", Kind::search, "level:warning"},
            {"level, common", Kind::search, "level:notice"},
            {"verdict", Kind::search, "status:rejected"},
            {"verdict, rare", Kind::search, "status:held"},
            {"what is not delivered", Kind::search, "status:accepted -dir:in -to:partner1"},
            {"source network", Kind::search, "source:10.3.0.0/16"},
            {"listener, and what is not", Kind::search, "listener:inbound -status:delivered"},
            {"larger", Kind::search, "larger:10MiB"},
            {"messages, newest", Kind::messages, ""},
            {"messages, refused", Kind::messages, "status:rejected"},
            {"messages, held", Kind::messages, "is:held"},
            {"messages to an address", Kind::messages, "to:" + recipient_of(middle)},
            {"count all by verdict", Kind::count, ""},
            {"count all by domain", Kind::count, "", CountBy::domain},
            {"count words by verdict", Kind::count, "unmanaged domain blocked"},
            {"count a day by level",
             Kind::count,
             "since:" + day(15) + " until:" + day(14),
             CountBy::level}};
}

class Load {
public:
    Load(std::string directory, std::uint64_t records)
        : directory_(std::move(directory)),
          wanted_(records) {}

    bool open() {
        Options options;
        options.directory = directory_;
        auto log = MailLog::open(options, *files_, clock_);
        if (!log) {
            std::fprintf(stderr, "cannot open %s\n", log.error().detail().c_str());
            return false;
        }
        log_ = *std::move(log);
        return true;
    }

    void fill() {
        const auto start = steady_clock::now();
        const std::uint64_t messages = wanted_ / kRecordsAMessage;
        end_ = clock_.now();
        std::uint64_t n = log_->last_sequence() / kRecordsAMessage;
        const bool made = n < messages;
        while (n < messages) {
            ++n;
            const auto ago = kSpread * (messages - n) / messages;
            if (!log_->append(message_events(
                    n, end_ - std::chrono::duration_cast<std::chrono::microseconds>(ago)))) {
                std::fprintf(stderr, "cannot write\n");
                return;
            }
        }
        next_ = n;
        const double recorded = milliseconds(steady_clock::now() - start);
        while (log_->stats().index_behind > 0)
            log_->drain();
        const double indexed = milliseconds(steady_clock::now() - start);
        const Stats stats = log_->stats();
        std::uint64_t index = 0;
        for (const auto& file : std::filesystem::directory_iterator(directory_ + "/index"))
            index += file.file_size();
        std::printf(
            "{\"records\": %llu, \"segments\": %llu, \"record_bytes\": %llu, "
            "\"index_bytes\": %llu, \"made\": %s, \"recorded_ms\": %.0f, "
            "\"indexed_ms\": %.0f}\n",
            static_cast<unsigned long long>(log_->last_sequence()),
            static_cast<unsigned long long>(stats.segments),
            static_cast<unsigned long long>(stats.record_bytes),
            static_cast<unsigned long long>(index),
            made ? "true" : "false",
            recorded,
            indexed);
    }

    void measure(int rounds, int cold_rounds, std::uint64_t rate) {
        std::atomic<bool> stop = false;
        std::thread writer([&] { write(rate, stop); });
        for (const Case& one : cases(next_.load(), end_))
            report(one, rounds, cold_rounds);
        stop = true;
        writer.join();
        std::printf("{\"written\": %llu, \"late\": %llu, \"most_behind\": %llu}\n",
                    static_cast<unsigned long long>(written_),
                    static_cast<unsigned long long>(late_),
                    static_cast<unsigned long long>(most_behind_));
    }

private:
    // Messages as they come, ten a turn.
    void write(std::uint64_t rate, const std::atomic<bool>& stop) {
        constexpr std::uint64_t kATurn = 10;
        if (rate == 0) return;
        const auto turn = std::chrono::microseconds(1'000'000 * kATurn / rate);
        auto next = steady_clock::now();
        while (!stop) {
            for (std::uint64_t i = 0; i < kATurn; ++i) {
                const std::uint64_t n = ++next_;
                if (!log_->append(message_events(n, clock_.now()))) return;
                ++written_;
            }
            most_behind_ = std::max<std::uint64_t>(most_behind_, log_->stats().index_behind);
            next += turn;
            if (steady_clock::now() > next + std::chrono::seconds(1)) ++late_;
            std::this_thread::sleep_until(next);
        }
    }

    void forget_pages() const {
        ::sync();
        for (const char* part : {"/records", "/index"}) {
            for (const auto& file : std::filesystem::directory_iterator(directory_ + part)) {
                const int handle = ::open(file.path().c_str(), O_RDONLY | O_CLOEXEC);
                if (handle < 0) continue;
                std::ignore = ::posix_fadvise(handle, 0, 0, POSIX_FADV_DONTNEED);
                ::close(handle);
            }
        }
    }

    // Milliseconds, and how much was found.
    std::pair<double, std::uint64_t> ask(const Case& one) {
        Query query;
        query.text = one.text;
        query.patience = std::chrono::milliseconds(150);  // as the API asks
        std::uint64_t found = 0;
        std::string error;
        const auto start = steady_clock::now();
        const auto take = [&](auto&& answer, auto count) {
            if (answer) {
                found = count(*answer);
            } else {
                error = answer.error().detail();
            }
        };
        switch (one.kind) {
            case Case::Kind::search:
                take(log_->search(query), [](const Page& page) { return page.records.size(); });
                break;
            case Case::Kind::count:
                take(log_->count(query, one.by), [](const Counts& counts) { return counts.total; });
                break;
            case Case::Kind::messages:
                take(log_->messages(query),
                     [](const MessagePage& page) { return page.rows.size(); });
                break;
        }
        const double time = milliseconds(steady_clock::now() - start);
        if (!error.empty()) std::fprintf(stderr, "%s: %s\n", one.name.c_str(), error.c_str());
        return {time, found};
    }

    void report(const Case& one, int rounds, int cold_rounds) {
        // What takes long is not asked as often.
        constexpr double kEnough = 5'000;
        std::vector<double> warm;
        std::vector<double> cold;
        std::uint64_t found = 0;
        // The pages of the question before were dropped, and a page ends when patience does.
        for (int i = 0; i < 3; ++i)
            found = ask(one).second;
        double spent = 0;
        for (int i = 0; i < rounds && (spent < kEnough || i < 3); ++i) {
            warm.push_back(ask(one).first);
            spent += warm.back();
        }
        for (int i = 0; i < cold_rounds; ++i) {
            forget_pages();
            cold.push_back(ask(one).first);
        }
        std::ranges::sort(warm);
        std::ranges::sort(cold);
        const auto part = [](const std::vector<double>& sorted, double share) {
            if (sorted.empty()) return 0.0;
            const auto at = static_cast<std::size_t>(share * static_cast<double>(sorted.size()));
            return sorted[std::min(at, sorted.size() - 1)];
        };
        std::printf(
            "{\"name\": \"%s\", \"rounds\": %zu, \"p50\": %.3f, \"p99\": %.3f, "
            "\"cold_rounds\": %zu, \"cold_p50\": %.3f, \"cold_max\": %.3f, "
            "\"found\": %llu}\n",
            one.name.c_str(),
            warm.size(),
            part(warm, 0.5),
            part(warm, 0.99),
            cold.size(),
            part(cold, 0.5),
            part(cold, 1.0),
            static_cast<unsigned long long>(found));
        std::fflush(stdout);
    }

    std::string directory_;
    std::uint64_t wanted_;
    std::unique_ptr<os::FileSystem> files_ = os::posix_file_system();
    SystemClock clock_;
    std::unique_ptr<MailLog> log_;
    WallTime end_{};
    std::atomic<std::uint64_t> next_ = 0;
    std::uint64_t written_ = 0;
    std::uint64_t late_ = 0;
    std::uint64_t most_behind_ = 0;
};

int run(std::span<char* const> words) {
    std::vector<std::uint64_t> numbers;
    for (std::size_t i = 2; i < words.size(); ++i)
        numbers.push_back(parse_number(words[i]).value_or(0));
    if (numbers.size() != 4 || numbers[0] == 0) {
        std::fprintf(
            stderr, "usage: maillog_load DIRECTORY RECORDS ROUNDS COLD_ROUNDS MESSAGES_A_SECOND\n");
        return 2;
    }
    Load load(words[1], numbers[0]);
    if (!load.open()) return 1;
    load.fill();
    load.measure(static_cast<int>(numbers[1]), static_cast<int>(numbers[2]), numbers[3]);
    return 0;
}

}  // namespace
}  // namespace sealgate::maillog

int main(int argc, char** argv) {
    return sealgate::maillog::run({argv, static_cast<std::size_t>(argc)});
}
