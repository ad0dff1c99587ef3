// SPDX-License-Identifier: Apache-2.0
#include "maillog/event.h"

#include "maillog/mail_log.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <ctime>

namespace sealgate::maillog {
namespace {

class ZoneGuard {
public:
    explicit ZoneGuard(const char* zone) { set(zone); }
    ZoneGuard(const ZoneGuard&) = delete;
    ZoneGuard& operator=(const ZoneGuard&) = delete;
    ZoneGuard(ZoneGuard&&) = delete;
    ZoneGuard& operator=(ZoneGuard&&) = delete;
    ~ZoneGuard() { set("UTC"); }

private:
    static void set(const char* zone) {
        ::setenv("TZ", zone, 1);  // NOLINT(concurrency-mt-unsafe): no other thread runs yet
        ::tzset();
    }
};

WallTime at(std::string_view text) {
    WallTime time{};
    EXPECT_TRUE(from_rfc3339(text, time));
    return time;
}

TEST(RenderLine, IsExactlyTheFoundingLine) {
    const ZoneGuard zone("Europe/London");
    Event event;
    event.time = at("2014-04-23T16:56:57.999999Z");
    event.level = Level::notice;
    event.connection = ConnectionId{0, 1};
    event.text = "recipient 1/1 (ADDR): passing through unmodified [0x21b2578]";
    EXPECT_EQ(render_line(event, "sealgate/messaging", 6517),
              "2014/04/23 17:56:57 +01:00  NOTICE sealgate/messaging[6517]:       SMTP-00001: "
              "recipient 1/1 (ADDR): passing through unmodified [0x21b2578]");
}

TEST(RenderLine, ShowsOffsetsWestAndOfHalfHours) {
    Event event;
    event.text = "x";
    {
        const ZoneGuard zone("America/St_Johns");
        event.time = at("2026-01-02T03:04:05Z");
        EXPECT_EQ(render_line(event, "t", 1), "2026/01/01 23:34:05 -03:30  INFO   t[1]:       x");
    }
    const ZoneGuard zone("Asia/Kathmandu");
    event.time = at("2026-01-02T03:04:06Z");
    EXPECT_EQ(render_line(event, "t", 1), "2026/01/02 08:49:06 +05:45  INFO   t[1]:       x");
}

TEST(RenderLine, PadsLevelsToSixAndOmitsWhatIsNotThere) {
    const ZoneGuard zone("UTC");
    Event event;
    event.time = at("2026-01-02T03:04:05Z");
    event.text = "x";
    const auto level_part = [&](Level level) {
        event.level = level;
        return render_line(event, "t", 1).substr(26);
    };
    EXPECT_EQ(level_part(Level::debug), "  DEBUG  t[1]:       x");
    EXPECT_EQ(level_part(Level::notice), "  NOTICE t[1]:       x");
    EXPECT_EQ(level_part(Level::warning), "  WARNING t[1]:       x");
    EXPECT_EQ(level_part(Level::fatal), "  FATAL  t[1]:       x");
    event.connection = ConnectionId{'B', 123456};
    EXPECT_EQ(level_part(Level::error), "  ERROR  t[1]:       SMTP-B123456: x");
}

TEST(RenderLine, IsOneLineEvenForTextThatWasNeverEscaped) {
    Event event;
    event.text = "a\r\nb\x1b\x7f";
    EXPECT_TRUE(render_line(event, "t", 1).ends_with("       a??b??"));
}

TEST(Names, GoBothWays) {
    for (const auto level :
         {Level::debug, Level::info, Level::notice, Level::warning, Level::error, Level::fatal}) {
        EXPECT_EQ(parse_level(to_string(level)), level);
    }
    EXPECT_EQ(parse_level("notice"), Level::notice);
    EXPECT_EQ(parse_level("loud"), std::nullopt);
    for (int i = 0; i <= static_cast<int>(Verdict::failed); ++i) {
        const auto verdict = static_cast<Verdict>(i);
        EXPECT_EQ(parse_verdict(to_string(verdict)), verdict);
    }
    EXPECT_EQ(parse_verdict(""), std::nullopt);
}

TEST(RenderJson, HoldsEveryFieldAndQuotesWhatNeedsIt) {
    Record record;
    record.sequence = 7;
    record.event.time = at("2026-01-02T03:04:05.000006Z");
    record.event.connection = ConnectionId{0, 42};
    record.event.message = MessageId{255};
    record.event.verdict = Verdict::passed;
    record.event.message_id = "<a@b>";
    record.event.sender = "\"q\"@x";
    record.event.recipient = "r@y";
    record.event.text = "back\\\\slash gr\xC3\xBC\xC3\x9F \x01";
    record.event.direction = Direction::inbound;
    record.event.source = "192.0.2.7";
    record.event.listener = "in";
    record.event.tls = "TLSv1.3 X";
    record.event.size = 9;
    EXPECT_EQ(render_json(record),
              R"({"time":"2026-01-02T03:04:05.000006Z","sequence":7,"level":"INFO",)"
              R"("id":"SMTP-00042","message":"00000000000000ff","message_id":"<a@b>",)"
              R"("sender":"\"q\"@x","recipient":"r@y","verdict":"passed",)"
              "\"text\":\"back\\\\\\\\slash gr\xC3\xBC\xC3\x9F \\u0001\","
              R"("direction":"inbound","source":"192.0.2.7","listener":"in",)"
              R"("tls":"TLSv1.3 X","size":9})");
    record.event.size = 0;
    record.event.connection.reset();
    record.event.message.reset();
    EXPECT_NE(render_json(record).find(R"("id":null,"message":null,)"), std::string::npos);
}

}  // namespace
}  // namespace sealgate::maillog
