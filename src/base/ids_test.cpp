#include "base/ids.h"

#include "base/clock.h"

#include <gtest/gtest.h>

namespace sealgate {
namespace {

TEST(ConnectionId, IsPaddedToFiveAndGrows) {
    EXPECT_EQ(to_string(ConnectionId{0, 1}), "SMTP-00001");
    EXPECT_EQ(to_string(ConnectionId{0, 162150}), "SMTP-162150");
    EXPECT_EQ(to_string(ConnectionId{'B', 7}), "SMTP-B00007");
}

TEST(ConnectionId, ReadsWhatItWrites) {
    EXPECT_EQ(parse_connection_id("SMTP-00042"), (ConnectionId{0, 42}));
    EXPECT_EQ(parse_connection_id("smtp-b42"), (ConnectionId{'B', 42}));
    EXPECT_EQ(parse_connection_id("SMTP-"), std::nullopt);
    EXPECT_EQ(parse_connection_id("SMTP-4x"), std::nullopt);
    EXPECT_EQ(parse_connection_id("00042"), std::nullopt);
}

TEST(Rfc3339, GoesBothWays) {
    WallTime time{};
    ASSERT_TRUE(from_rfc3339("2014-04-23T17:56:57.25+01:00", time));
    EXPECT_EQ(to_rfc3339(time), "2014-04-23T16:56:57.250000Z");
    ASSERT_TRUE(from_rfc3339(to_rfc3339(time), time));
    EXPECT_EQ(to_rfc3339(time), "2014-04-23T16:56:57.250000Z");
    EXPECT_FALSE(from_rfc3339("2014-02-30T17:56:57Z", time));
    EXPECT_FALSE(from_rfc3339("2014-04-23T17:56:57", time));
    EXPECT_FALSE(from_rfc3339("yesterday", time));
}

TEST(MessageNumbers, TellTheirConnection) {
    for (const ConnectionId& id :
         {ConnectionId{0, 1}, ConnectionId{'B', 42}, ConnectionId{'Z', 7}}) {
        EXPECT_EQ(connection_of(make_message_id(id, 3)), id);
        EXPECT_EQ(trace_id(id, make_message_id(id, 3)), to_string(id) + ".3");
    }
}

}  // namespace
}  // namespace sealgate
