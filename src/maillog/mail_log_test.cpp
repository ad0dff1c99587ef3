// SPDX-License-Identifier: Apache-2.0
#include "maillog/mail_log.h"

#include "base/text.h"
#include "maillog/record.h"
#include "maillog/test_support.h"
#include "os/fault_file_system.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>
#include <set>
#include <thread>

namespace sealgate::maillog {
namespace {

std::string newest_segment(const TestFolder& folder) {
    return folder / ("log/records/" + names_in(folder / "log/records").back());
}

TEST(MailLog, NumbersRecordsOnAcrossRestarts) {
    const TestFolder folder;
    TestLog log(options_in(folder));
    ASSERT_TRUE(log.add(make_event("one")));
    ASSERT_TRUE(log.add(make_event("two")));
    log.reopen();
    EXPECT_EQ(log->last_sequence(), 2U);
    ASSERT_TRUE(log.add(make_event("three")));
    const auto records = log.all();
    ASSERT_EQ(records.size(), 3U);
    for (std::size_t i = 0; i < 3; ++i)
        EXPECT_EQ(records[i].sequence, i + 1);
    EXPECT_EQ(records[2].event.text, "three");
    EXPECT_EQ(records[0].event.time, kTestStart);
    EXPECT_EQ(records[0].pid, ::getpid());
}

TEST(MailLog, IsOpenedOnce) {
    const TestFolder folder;
    TestLog log(options_in(folder));
    auto second = MailLog::open(log.options, *log.files, log.clock);
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().kind(), ErrorKind::conflict);
}

TEST(MailLog, GoesOnInANewSegmentWhenOneIsFull) {
    const TestFolder folder;
    Options options = options_in(folder);
    options.segment_size = 1'000;
    TestLog log(options);
    for (int i = 0; i < 100; ++i)
        ASSERT_TRUE(log.add(make_event(std::to_string(i))));
    EXPECT_GT(names_in(folder / "log/records").size(), 5U);
    const auto records = log.all();
    ASSERT_EQ(records.size(), 100U);
    for (std::size_t i = 0; i < 100; ++i)
        EXPECT_EQ(records[i].event.text, std::to_string(i));
    log.reopen();
    EXPECT_EQ(log.all().size(), 100U);
    const auto some = log->after(42, 7);
    ASSERT_EQ(some->size(), 7U);
    EXPECT_EQ(some->front().sequence, 43U);
    EXPECT_TRUE(log->after(100, 7)->empty());
    EXPECT_TRUE(log->after(1'000'000, 7)->empty());
}

// Hostile text of every kind, in every field: one event stays one record and one line.
TEST(MailLog, NoTextForgesALine) {
    const std::string fake =
        "x\r\n2014/04/23 17:56:57 +01:00  NOTICE sealgate/messaging[6517]:       SMTP-00001: fine";
    const std::vector<std::string> hostile = {fake,
                                              "\x1b[2J\x1b[1;1H",
                                              "a\xE2\x80\xA8 b\xE2\x80\xA9\xC2\x85",
                                              "\xE2\x80\xAE drowssap",
                                              std::string(10'000, 'x'),
                                              std::string(10'000, '\n'),
                                              "\xFF\xFE\xC0\xAF\xED\xA0\x80",
                                              std::string("nul\0nul", 7)};
    const TestFolder folder;
    Options options = options_in(folder);
    options.text_file = folder / "mail.log";
    options.json_file = folder / "mail.json";
    TestLog log(options);
    for (const std::string& text : hostile) {
        Event event = make_event(1, text);
        event.sender = event.recipient = event.message_id = text;
        ASSERT_TRUE(log.add(event));
    }
    EXPECT_EQ(log->last_sequence(), hostile.size());
    const auto records = log.all();
    ASSERT_EQ(records.size(), hostile.size());
    for (std::size_t i = 0; i < hostile.size(); ++i) {
        const std::string& stored = records[i].event.text;
        EXPECT_EQ(stored, escape_for_log(hostile[i], stored.ends_with("...") ? 1'021 : 1'024));
        EXPECT_EQ(records[i].event.sender, stored);
        EXPECT_EQ(records[i].event.recipient, stored);
        EXPECT_EQ(records[i].event.message_id, stored);
    }
    log->drain();
    for (const std::string& file : {options.text_file, options.json_file}) {
        const auto lines = lines_of(file);
        ASSERT_EQ(lines.size(), hostile.size()) << file;
        for (const std::string& line : lines) {
            EXPECT_TRUE(is_valid_utf8(line));
            EXPECT_EQ(line.find('\x1b'), std::string::npos);
            EXPECT_EQ(line.find("\xE2\x80\xAE"), std::string::npos);
        }
    }
}

TEST(MailLog, CutsATornTailWhereverItIsTorn) {
    const TestFolder folder;
    Options options = options_in(folder);
    options.text_file = folder / "mail.log";
    TestLog log(options);
    ASSERT_TRUE(log.add(make_event(1, "first")));
    ASSERT_TRUE(log.add(make_event(2, "second")));
    log.log.reset();
    const std::string segment = newest_segment(folder);
    const std::string whole = read_all(segment);
    const std::size_t second = whole.rfind("SG");
    ASSERT_GT(second, kMinRecord);
    for (std::size_t length = second; length < whole.size(); ++length) {
        std::filesystem::remove_all(folder / "log/index");
        write_all(segment, whole.substr(0, length));
        log.reopen();
        const bool torn = length > second;
        EXPECT_EQ(log->stats().cut_bytes, length - second);
        ASSERT_TRUE(log.add(make_event(3, "third")));
        const auto records = log.all();
        ASSERT_EQ(records.size(), torn ? 3U : 2U) << length;
        EXPECT_EQ(records[0].event.text, "first");
        if (torn) {
            EXPECT_TRUE(records[1].event.text.starts_with("mail log: cut ")) << length;
            EXPECT_EQ(records[1].event.level, Level::warning);
        }
        EXPECT_EQ(records.back().event.text, "third");
        EXPECT_EQ(records.back().sequence, records.size());
        log.log.reset();
    }
}

TEST(MailLog, ReadsPastDamageInTheMiddleAndSaysSo) {
    const TestFolder folder;
    TestLog log(options_in(folder));
    for (int i = 1; i <= 9; ++i)
        ASSERT_TRUE(log.add(make_event("number " + std::to_string(i))));
    log.log.reset();
    std::filesystem::remove_all(folder / "log/index");
    const std::string segment = newest_segment(folder);
    std::string bytes = read_all(segment);
    bytes[bytes.find("number 5")] = 'X';
    write_all(segment, bytes);
    log.reopen();
    EXPECT_GT(log->stats().damaged_bytes, 0U);
    EXPECT_EQ(log->last_sequence(), 10U);
    const auto records = log.all();
    ASSERT_EQ(records.size(), 9U);
    EXPECT_EQ(records[3].event.text, "number 4");
    EXPECT_EQ(records[4].event.text, "number 6");
    EXPECT_NE(records[8].event.text.find("cannot be read"), std::string::npos);
    Query query;
    query.text = "number";
    EXPECT_EQ(log.texts(query).size(), 8U);
    log->drain();
    EXPECT_EQ(log.texts(query).size(), 8U);
}

TEST(MailLog, SetsASegmentOfGarbageAside) {
    const TestFolder folder;
    TestLog log(options_in(folder));
    ASSERT_TRUE(log.add(make_event("one")));
    log.log.reset();
    write_all(folder / "log/records/00000000000000000002.records", std::string(1'000, 'g'));
    log.reopen();
    ASSERT_TRUE(log.add(make_event("later")));
    const auto records = log.all();
    ASSERT_EQ(records.size(), 3U);
    EXPECT_EQ(records[0].event.text, "one");
    EXPECT_NE(records[1].event.text.find("nothing can be read"), std::string::npos);
    EXPECT_GT(records[1].sequence, 1U + 1'000 / kMinRecord);
    EXPECT_TRUE(
        std::filesystem::exists(folder / "log/records/00000000000000000002.records.damaged"));
    log.reopen();
    EXPECT_EQ(log.all().size(), 3U);
}

TEST(MailLog, ATornBeginningOfASegmentIsNoLoss) {
    const TestFolder folder;
    TestLog log(options_in(folder));
    ASSERT_TRUE(log.add(make_event("one")));
    for (const std::size_t size : {0U, 5U, 32U}) {
        log.log.reset();
        write_all(folder / "log/records/00000000000000000002.records", std::string(size, 'g'));
        log.reopen();
        EXPECT_EQ(log->last_sequence(), 1U);
    }
    ASSERT_TRUE(log.add(make_event("two")));
    EXPECT_EQ(log.all().size(), 2U);
}

TEST(MailLog, SaysSoWhenItCannotWriteAndRecoversByItself) {
    const TestFolder folder;
    const auto real = os::posix_file_system();
    os::FailingFileSystem files(*real);
    TestLog log(options_in(folder), &files);
    ASSERT_TRUE(log.add(make_event("before")));
    files.fail_nth({os::CallKind::write}, 0, true, "/records/");
    const std::vector<Event> two = {make_event("lost 1"), make_event("lost 2")};
    for (int i = 0; i < 3; ++i) {
        const auto refused = log->append(two);
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().kind(), ErrorKind::transient);
        EXPECT_FALSE(log->healthy());
    }
    EXPECT_EQ(log->last_sequence(), 1U);
    EXPECT_EQ(log->stats().refused_events, 6U);
    files.heal();
    ASSERT_TRUE(log.add(make_event("after")));
    EXPECT_TRUE(log->healthy());
    const auto records = log.all();
    ASSERT_EQ(records.size(), 3U);
    EXPECT_NE(records[1].event.text.find("6 events not recorded"), std::string::npos);
    EXPECT_EQ(records[2].event.text, "after");
    EXPECT_EQ(records[2].sequence, 3U);
}

// A short write: the kernel takes a part and then refuses. The part must not come back to life.
TEST(MailLog, APartlyWrittenAppendLeavesNothingBehind) {
    const TestFolder folder;
    TestLog log(options_in(folder));
    ASSERT_TRUE(log.add(make_event("before")));
    const std::string segment = newest_segment(folder);
    const std::size_t size = std::filesystem::file_size(segment);
    struct rlimit old{};
    ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &old), 0);
    ASSERT_NE(std::signal(SIGXFSZ, SIG_IGN), SIG_ERR);
    const std::vector<Event> batch(10, make_event("refused"));
    const struct rlimit tight{size + 500, old.rlim_max};
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &tight), 0);
    const auto refused = log->append(batch);
    const std::size_t left = std::filesystem::file_size(segment);
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &old), 0);
    ASSERT_FALSE(refused);
    EXPECT_FALSE(log->healthy());
    EXPECT_EQ(left, size + 500);
    EXPECT_EQ(log.all().size(), 1U);
    ASSERT_TRUE(log.add(make_event("x")));
    EXPECT_TRUE(log->healthy());
    const auto check = [&] {
        const auto records = log.all();
        ASSERT_EQ(records.size(), 3U);
        EXPECT_EQ(records[2].event.text, "x");
    };
    check();
    log.reopen();
    EXPECT_EQ(log->stats().cut_bytes, 0U);
    check();
}

TEST(MailLog, AFileThatCannotBeCutIsGivenUp) {
    const TestFolder folder;
    const auto real = os::posix_file_system();
    os::FailingFileSystem files(*real);
    TestLog log(options_in(folder), &files);
    ASSERT_TRUE(log.add(make_event("before")));
    files.fail_nth({os::CallKind::write, os::CallKind::truncate}, 0, true, "0001.records");
    ASSERT_FALSE(log.add(make_event("lost")));
    ASSERT_TRUE(log.add(make_event("after")));
    EXPECT_EQ(names_in(folder / "log/records").size(), 2U);
    EXPECT_EQ(log.all().size(), 3U);
    files.heal();
    log.reopen();
    EXPECT_EQ(log.all().size(), 3U);
}

TEST(MailLog, RetentionByAgeDropsWholeSegmentsButNeverTheNewest) {
    const TestFolder folder;
    Options options = options_in(folder);
    options.segment_size = 1'000;
    options.keep_for = std::chrono::days(2);
    TestLog log(options);
    for (int day = 0; day < 10; ++day) {
        for (int i = 0; i < 20; ++i)
            ASSERT_TRUE(log.add(make_event("day " + std::to_string(day))));
        log.clock.advance(std::chrono::days(1));
        log->drain();
    }
    auto records = log.all();
    ASSERT_FALSE(records.empty());
    EXPECT_EQ(records.back().sequence, 200U);
    for (const Record& record : records)
        EXPECT_GE(record.event.time, log.clock.now() - std::chrono::days(3));
    EXPECT_EQ(names_in(folder / "log/records").size(), log->stats().segments);
    EXPECT_EQ(names_in(folder / "log/index").size(), log->stats().segments + 2);  // WAL of one
    log.clock.advance(std::chrono::days(365));
    log->drain();
    EXPECT_EQ(log->stats().segments, 1U);
    log.reopen();
    EXPECT_EQ(log->last_sequence(), 200U);
    EXPECT_FALSE(log->after(0, 1)->empty());
    EXPECT_FALSE(log.texts({}).empty());
}

TEST(MailLog, RetentionBySizeCountsRecordsAndIndex) {
    const TestFolder folder;
    Options options = options_in(folder);
    options.segment_size = 20'000;
    options.keep_bytes = 200'000;
    TestLog log(options);
    for (int i = 0; i < 5'000; ++i)
        ASSERT_TRUE(log.add(make_event("a line of some length " + std::to_string(i))));
    log->drain();
    log->drain();  // what the last segment's index takes is known now
    std::uint64_t total = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder / "log")) {
        if (entry.is_regular_file() && entry.path().extension() != ".db-shm") {
            total += entry.file_size();
        }
    }
    EXPECT_LT(total, 250'000U);
    EXPECT_GE(log->stats().segments, 1U);
    EXPECT_EQ(log.all().back().sequence, 5'000U);
}

TEST(ConnectionIds, CountUpAndGoOnAfterAnOrderlyEnd) {
    const TestFolder folder;
    TestLog log(options_in(folder));
    for (std::uint64_t i = 1; i <= 5; ++i)
        EXPECT_EQ(*log->next_connection(), (ConnectionId{0, i}));
    log.reopen();
    EXPECT_EQ(*log->next_connection(), (ConnectionId{0, 6}));
}

TEST(ConnectionIds, CarryTheNode) {
    const TestFolder folder;
    Options options = options_in(folder);
    options.node = 'B';
    TestLog log(options);
    EXPECT_EQ(to_string(*log->next_connection()), "SMTP-B00001");
}

TEST(ConnectionIds, ALostOrDamagedCounterGoesOnFarBehindTheRecords) {
    const TestFolder folder;
    TestLog log(options_in(folder));
    ASSERT_TRUE(log.add(make_event(4'711, "x")));
    for (const std::string_view damage : {"", "sealgate connections 1\n1\n00000000\n"}) {
        log.log.reset();
        std::filesystem::remove(folder / "log/connections");
        if (!damage.empty()) write_all(folder / "log/connections", damage);
        log.reopen();
        EXPECT_GE(log->next_connection()->number, 4'711U + 10'000);
    }
}

TEST(ConnectionIds, ACounterOlderThanTheRecordsIsNotBelieved) {
    const TestFolder folder;
    TestLog log(options_in(folder));
    ASSERT_TRUE(log.add(make_event(4'711, "x")));
    log.reopen();
    EXPECT_EQ(log->next_connection()->number, 4'712U);
}

TEST(ConnectionIds, RunOutOnlyWhileTheDiskRefuses) {
    const TestFolder folder;
    const auto real = os::posix_file_system();
    os::FailingFileSystem files(*real);
    TestLog log(options_in(folder), &files);
    files.fail_nth({os::CallKind::rename}, 0, true, "connections");
    std::set<std::uint64_t> seen;
    for (;;) {
        const auto id = log->next_connection();
        if (!id) {
            EXPECT_EQ(id.error().kind(), ErrorKind::transient);
            break;
        }
        ASSERT_TRUE(seen.insert(id->number).second);
        ASSERT_LE(seen.size(), 10'000U);
    }
    EXPECT_GE(seen.size(), 2'000U);
    files.heal();
    for (int tries = 0; tries < 1'000; ++tries) {
        if (const auto id = log->next_connection()) {
            EXPECT_TRUE(seen.insert(id->number).second);
            return;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    FAIL() << "never recovered";
}

}  // namespace
}  // namespace sealgate::maillog
