// SPDX-License-Identifier: Apache-2.0
// What kill -9 and power loss must not take: lines that were acknowledged, IDs that were handed
// out.

#include "maillog/test_support.h"
#include "os/fault_file_system.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <functional>
#include <set>
#include <tuple>

namespace sealgate::maillog {
namespace {

// A child process that runs `work` and is killed with SIGKILL once it has written `reports` numbers
// into the pipe; returns the numbers that arrived before it died.
std::vector<std::uint64_t> killed_child(std::size_t reports,
                                        const std::function<void(int report)>& work) {
    int ends[2] = {};
    EXPECT_EQ(::pipe(ends), 0);
    const pid_t child = ::fork();
    if (child == 0) {
        ::close(ends[0]);
        work(ends[1]);
        ::_exit(1);
    }
    ::close(ends[1]);
    std::vector<std::uint64_t> numbers;
    std::uint64_t number = 0;
    while (::read(ends[0], &number, sizeof number) == static_cast<ssize_t>(sizeof number)) {
        numbers.push_back(number);
        if (numbers.size() == reports) ::kill(child, SIGKILL);
    }
    ::close(ends[0]);
    int status = 0;
    ::waitpid(child, &status, 0);
    EXPECT_TRUE(WIFSIGNALED(status)) << "the child ended by itself";
    return numbers;
}

void report_to(int pipe, std::uint64_t number) {
    if (::write(pipe, &number, sizeof number) != static_cast<ssize_t>(sizeof number)) ::_exit(2);
}

std::unique_ptr<MailLog> open_or_die(const Options& options,
                                     os::FileSystem& files,
                                     const Clock& clock) {
    auto log = MailLog::open(options, files, clock);
    if (!log) ::_exit(3);
    return *std::move(log);
}

TEST(KillNine, LosesNoLineAndDoublesNone) {
    const TestFolder folder;
    Options options = options_in(folder);
    options.segment_size = 200'000;
    options.text_file = folder / "mail.log";
    options.json_file = folder / "mail.json";
    const auto files = os::posix_file_system();
    const SystemClock clock;
    std::uint64_t acknowledged = 0;
    for (std::size_t round = 1; round <= 15; ++round) {
        const auto numbers = killed_child(7 * round * round, [&](int pipe) {
            const auto log = open_or_die(options, *files, clock);
            for (;;) {
                const std::vector<Event> events(
                    3, make_event("line of some length, made to be killed"));
                if (!log->append(events)) ::_exit(4);
                report_to(pipe, log->last_sequence());
            }
        });
        ASSERT_FALSE(numbers.empty());
        acknowledged = numbers.back();
        const auto log = open_or_die(options, *files, clock);
        ASSERT_GE(log->last_sequence(), acknowledged);
        log->drain();
        EXPECT_EQ(log->stats().problem, "");
        // One line for each record, no more and no less, in both files.
        const std::uint64_t last = log->last_sequence();
        EXPECT_EQ(lines_of(options.text_file).size(), last);
        const auto json = lines_of(options.json_file);
        ASSERT_EQ(json.size(), last);
        for (std::size_t i = 0; i < json.size(); ++i) {
            ASSERT_NE(json[i].find("\"sequence\":" + std::to_string(i + 1) + ","),
                      std::string::npos)
                << json[i];
        }
    }
}

TEST(KillNine, NeverGivesAConnectionIdTwice) {
    const TestFolder folder;
    const Options options = options_in(folder);
    const auto files = os::posix_file_system();
    const SystemClock clock;
    std::set<std::uint64_t> seen;
    for (std::size_t round = 0; round < 50; ++round) {
        const auto numbers = killed_child(1 + round * 60, [&](int pipe) {
            const auto log = open_or_die(options, *files, clock);
            for (;;) {
                const auto id = log->next_connection();
                if (id) report_to(pipe, id->number);
            }
        });
        for (const std::uint64_t number : numbers)
            ASSERT_TRUE(seen.insert(number).second) << number << " in round " << round;
    }
}

// The power goes at each call in turn. What the counter handed out is never handed out again, and
// the log opens.
TEST(PowerLoss, NeverGivesAConnectionIdTwice) {
    const SystemClock clock;
    Options options;
    options.directory = "/log";
    for (std::uint64_t seed = 1; seed <= 3; ++seed) {
        os::ForgetfulFileSystem files(seed);
        std::set<std::uint64_t> seen;
        for (std::uint64_t calls = 1; calls < 120; ++calls) {
            files.power_off_after(calls);
            if (auto opened = MailLog::open(options, files, clock)) {
                const Event event = make_event("x");
                for (int i = 0; i < 700; ++i) {
                    const auto id = (*opened)->next_connection();
                    if (!id) break;
                    ASSERT_TRUE(seen.insert(id->number).second) << id->number;
                    if (i % 100 == 0) std::ignore = (*opened)->append({&event, 1});
                }
            }
            files.crash();
        }
        const auto last = MailLog::open(options, files, clock);
        ASSERT_TRUE(last) << last.error().detail();
        EXPECT_TRUE(seen.insert((*last)->next_connection()->number).second);
        EXPECT_GT(seen.size(), 1'000U);
    }
}

}  // namespace
}  // namespace sealgate::maillog
