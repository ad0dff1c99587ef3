// SPDX-License-Identifier: Apache-2.0
#include "maillog/record.h"

#include "base/text.h"
#include "maillog/segment.h"
#include "maillog/test_support.h"

#include <gtest/gtest.h>

namespace sealgate::maillog {
namespace {

Event full_event() {
    Event event;
    event.time = kTestStart + std::chrono::microseconds(5);
    event.level = Level::warning;
    event.connection = ConnectionId{'B', 42};
    event.message = MessageId{0xFFFF'FFFF'FFFF'FFFF};
    event.verdict = Verdict::held;
    event.message_id = "<id@host.example>";
    event.sender = "a@x.example";
    event.recipient = "b@y.example";
    event.text = "recipient 1/1 (b@y.example): held";
    event.direction = Direction::inbound;
    event.source = "2001:db8::7";
    event.listener = "in";
    event.tls = "TLSv1.3 TLS_AES_256_GCM_SHA384";
    event.size = 123'456'789'012;
    return event;
}

std::string encode(const Event& event, std::uint64_t sequence = 1) {
    std::string out;
    append_record(out, sequence, kTestStart, 99, event);
    return out;
}

TEST(Record, ComesBackAsItWentIn) {
    const std::string bytes = encode(full_event(), 77);
    const std::string longer = bytes + "what follows";
    const auto view = parse_record(longer);
    ASSERT_TRUE(view);
    EXPECT_EQ(view->size, bytes.size());
    Record record;
    view->copy_to(record);
    EXPECT_EQ(record.sequence, 77U);
    EXPECT_EQ(record.pid, 99);
    const Event& event = record.event;
    EXPECT_EQ(event.time, full_event().time);
    EXPECT_EQ(event.level, Level::warning);
    EXPECT_EQ(event.connection, (ConnectionId{'B', 42}));
    EXPECT_EQ(event.message, MessageId{0xFFFF'FFFF'FFFF'FFFF});
    EXPECT_EQ(event.verdict, Verdict::held);
    EXPECT_EQ(event.message_id, "<id@host.example>");
    EXPECT_EQ(event.sender, "a@x.example");
    EXPECT_EQ(event.recipient, "b@y.example");
    EXPECT_EQ(event.text, full_event().text);
    EXPECT_EQ(event.direction, Direction::inbound);
    EXPECT_EQ(event.source, "2001:db8::7");
    EXPECT_EQ(event.listener, "in");
    EXPECT_EQ(event.tls, "TLSv1.3 TLS_AES_256_GCM_SHA384");
    EXPECT_EQ(event.size, 123'456'789'012U);
}

TEST(Record, WithoutATimeGetsNow) {
    const std::string bytes = encode(Event{});
    const auto view = parse_record(bytes);
    ASSERT_TRUE(view);
    EXPECT_EQ(view->time, kTestStart);
    EXPECT_FALSE(view->connection);
    EXPECT_FALSE(view->message);
}

TEST(Record, EscapesAndCapsEachText) {
    Event event = full_event();
    event.sender = std::string(5'000, 'x');
    event.recipient = std::string(5'000, '\n');
    event.message_id = std::string(1'024, 'y');
    event.listener = std::string(300, 'l');
    event.text = "fake\r\n2014/04/23 17:56:57 +01:00  NOTICE x[1]:       SMTP-00001: all is well";
    const std::string bytes = encode(event);
    const auto view = parse_record(bytes);
    ASSERT_TRUE(view);
    EXPECT_EQ(view->sender, std::string(1'021, 'x') + "...");
    EXPECT_LE(view->recipient.size(), kFieldLimit);
    EXPECT_TRUE(view->recipient.starts_with("\\x0a\\x0a"));
    EXPECT_EQ(view->message_id.size(), 1'024U);
    EXPECT_EQ(view->listener, std::string(252, 'l') + "...");
    EXPECT_EQ(view->text, escape_for_log(event.text));
    EXPECT_LE(bytes.size(), kMaxRecord);
}

TEST(Record, IsRefusedWhenCutOrChangedAnywhere) {
    const std::string bytes = encode(full_event());
    for (std::size_t length = 0; length < bytes.size(); ++length)
        EXPECT_FALSE(parse_record(std::string_view(bytes).substr(0, length))) << length;
    for (std::size_t at = 0; at < bytes.size(); ++at) {
        std::string changed = bytes;
        changed[at] = static_cast<char>(changed[at] ^ 0x20);
        EXPECT_FALSE(parse_record(changed)) << at;
    }
}

// Puts bytes into a file and reads all records that the scanner finds.
struct Scan {
    explicit Scan(const std::string& bytes, std::uint64_t limit = Segment::kOpen) {
        const TestFolder folder;
        write_all(folder / "file", bytes);
        const auto files = os::posix_file_system();
        const auto file = files->open(folder / "file", os::OpenMode::read);
        RecordScanner scanner(**file, {0, 0}, bytes.size(), limit);
        RecordView record;
        for (;;) {
            const auto more = scanner.next(record);
            if (!more || !*more) break;
            sequences.push_back(record.sequence);
        }
        skipped = scanner.skipped();
    }
    std::vector<std::uint64_t> sequences;
    std::uint64_t skipped = 0;
};

TEST(RecordScanner, FindsItsWayPastDamage) {
    const std::string one = encode(full_event(), 1);
    const std::string two = encode(full_event(), 2);
    const std::string three = encode(full_event(), 3);
    std::string damaged = two;
    damaged[20] = 'X';
    const Scan scan(one + damaged + three);
    EXPECT_EQ(scan.sequences, (std::vector<std::uint64_t>{1, 3}));
    EXPECT_EQ(scan.skipped, two.size());
}

TEST(RecordScanner, TakesNoNumberThatCannotStandThere) {
    const std::string one = encode(full_event(), 1);
    EXPECT_EQ(Scan(one + one).sequences, std::vector<std::uint64_t>{1});
    EXPECT_EQ(Scan(one + encode(full_event(), 3)).sequences, std::vector<std::uint64_t>{1});
    // What a refused write left behind the end, in a segment that another one followed.
    EXPECT_EQ(Scan(one + encode(full_event(), 2), 2).sequences, std::vector<std::uint64_t>{1});
}

TEST(RecordScanner, ReadsMoreThanOneChunk) {
    Event event = full_event();
    event.text = std::string(1'000, 'z');
    std::string bytes;
    for (std::uint64_t i = 1; i <= 5'000; ++i)
        append_record(bytes, i, kTestStart, 1, event);
    const Scan scan(bytes);
    ASSERT_EQ(scan.sequences.size(), 5'000U);
    EXPECT_EQ(scan.sequences.back(), 5'000U);
}

TEST(SegmentHead, IsReadBackAndBoundToItsName) {
    const std::string head = segment_head(42, kTestStart);
    ASSERT_EQ(head.size(), kSegmentHead);
    const auto parsed = parse_segment_head(head, 42);
    ASSERT_TRUE(parsed);
    EXPECT_EQ(parsed->created, kTestStart);
    EXPECT_TRUE(parsed->current);
    EXPECT_FALSE(parse_segment_head(head, 43));
    EXPECT_FALSE(parse_segment_head(head.substr(1), 42));
    EXPECT_EQ(parse_segment_name(segment_name(42)), 42U);
    EXPECT_EQ(parse_segment_name("00000000000000000000.records"), std::nullopt);
    EXPECT_EQ(parse_segment_name("00000000000000000001.recordx"), std::nullopt);
    EXPECT_EQ(parse_segment_name("1.records"), std::nullopt);
}

}  // namespace
}  // namespace sealgate::maillog
