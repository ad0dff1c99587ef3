// SPDX-License-Identifier: Apache-2.0
#include "admin/alerts.h"

#include "admin/admin_fixture.h"
#include "admin/audit.h"

#include <gmock/gmock.h>

namespace sealgate::admin {
namespace {

using std::chrono::hours;
using testing::HasSubstr;

class AlertsTest : public AdminTest {
protected:
    // "disk raised, disk ended": what is due for a sink, in its order.
    std::string due(std::string_view sink = "mail") {
        std::string out;
        for (const AlertNotice& notice : due_notices(*context_, sink, 100).value()) {
            out += (out.empty() ? "" : ", ") + notice.alert.name + " " +
                   std::string(to_string(notice.kind));
        }
        return out;
    }
    void raise(const std::string& name, const std::string& subject = "") {
        ASSERT_TRUE(record_alerts(*context_, {{name, subject, "title", "detail"}}, {}, sinks_));
    }
    void end(std::uint64_t id) {
        ASSERT_TRUE(record_alerts(*context_, {}, {{id, "over"}}, sinks_));
    }
    void send_all() {
        for (const std::string& sink : sinks_) {
            for (const AlertNotice& notice : due_notices(*context_, sink, 100).value())
                ASSERT_TRUE(drop_notice(*context_, notice));
        }
    }
    std::vector<std::string> sinks_{"mail", "webhook"};
};
INSTANTIATE_TEST_SUITE_P(Engines, AlertsTest, testing::Values("sqlite", "postgresql"), engine_name);

TEST_P(AlertsTest, IsRaisedOnceAndEndedOnceOverRestarts) {
    raise("disk");
    raise("disk");
    raise("next-hop", "a:25");
    raise("next-hop", "b:25");
    EXPECT_EQ(due(), "disk raised, next-hop raised, next-hop raised");
    send_all();
    start("");
    raise("disk");
    EXPECT_EQ(due(), "");
    const auto active = active_alerts(*context_).value();
    ASSERT_EQ(active.size(), 3U);
    EXPECT_EQ(active[2].subject, "b:25");
    clock_.advance(hours(1));
    end(active[0].id);
    end(active[0].id);
    EXPECT_EQ(due(), "disk ended");
    const auto list = list_alerts(*context_, 10).value();
    ASSERT_EQ(list.recent.size(), 1U);
    EXPECT_EQ(list.recent[0].end_detail, "over");
    EXPECT_EQ(*list.recent[0].ended - list.recent[0].raised, hours(1));
    EXPECT_EQ(list.active.size(), 2U);
    raise("disk");
    EXPECT_EQ(active_alerts(*context_)->size(), 3U) << "it may come again";
}

TEST_P(AlertsTest, AnEventHasNoEndAndMayComeAgain) {
    for (int i = 0; i < 2; ++i) {
        ASSERT_TRUE(record_alerts(
            *context_, {{"unmanaged-domain", "x.example", "t", "d", true}}, {}, sinks_));
    }
    EXPECT_EQ(due(), "unmanaged-domain raised, unmanaged-domain raised");
    EXPECT_TRUE(active_alerts(*context_)->empty());
    EXPECT_EQ(list_alerts(*context_, 10)->recent.size(), 2U);
}

TEST_P(AlertsTest, EachSinkHasItsNoticesInOrder) {
    raise("disk");
    end(active_alerts(*context_)->front().id);
    EXPECT_EQ(due(), "disk raised");
    const auto notice = due_notices(*context_, "mail", 1)->front();
    ASSERT_TRUE(postpone_notice(*context_, notice, clock_.now() + hours(1)));
    EXPECT_EQ(due(), "") << "the end waits for the beginning";
    EXPECT_EQ(due("webhook"), "disk raised");
    clock_.advance(hours(1));
    EXPECT_EQ(due_notices(*context_, "mail", 1)->front().attempts, 1U);
    ASSERT_TRUE(drop_notice(*context_, notice));
    EXPECT_EQ(due(), "disk ended");
    ASSERT_TRUE(drop_notices_except(*context_, {"mail"}));
    EXPECT_EQ(due("webhook"), "");
    EXPECT_EQ(list_alerts(*context_, 0)->waiting_notices, 1U);
}

TEST_P(AlertsTest, SilenceHoldsBackAndThenTells) {
    raise("disk");
    ASSERT_TRUE(silence_alert(*context_, alice_, "disk", clock_.now() + hours(2)));
    EXPECT_EQ(due(), "") << "what was not tried yet waits";
    raise("spool");
    EXPECT_EQ(due(), "spool raised") << "other kinds do not";
    EXPECT_EQ(list_alerts(*context_, 0)->silences.size(), 1U);
    EXPECT_EQ(active_alerts(*context_)->size(), 2U) << "it is seen all the same";
    clock_.advance(hours(2));
    EXPECT_EQ(due(), "spool raised, disk raised");
    EXPECT_TRUE(list_alerts(*context_, 0)->silences.empty());
}

TEST_P(AlertsTest, WhatCameAndWentInSilenceIsNotTold) {
    raise("disk");
    send_all();
    ASSERT_TRUE(silence_alert(*context_, alice_, "disk", clock_.now() + hours(2)));
    end(active_alerts(*context_)->front().id);
    raise("disk");
    end(active_alerts(*context_)->front().id);
    EXPECT_EQ(due(), "");
    clock_.advance(hours(2));
    EXPECT_EQ(due(), "disk ended") << "of the first, whose beginning was told";
}

TEST_P(AlertsTest, SilenceCanBeEndedAndIsInTheAuditLog) {
    raise("disk");
    ASSERT_TRUE(silence_alert(*context_, alice_, "disk", clock_.now() + hours(2)));
    ASSERT_TRUE(silence_alert(*context_, alice_, "disk", std::nullopt));
    ASSERT_TRUE(silence_alert(*context_, alice_, "disk", std::nullopt));
    EXPECT_EQ(due(), "disk raised");
    const auto audit = search_audit(*context_, {}).value();
    ASSERT_EQ(audit.size(), 2U);
    EXPECT_EQ(audit[0].action, "alert.silence");
    EXPECT_EQ(audit[0].object, "disk");
    EXPECT_EQ(audit[0].after, "null");
    EXPECT_EQ(audit[0].before, audit[1].after);
    const auto wrong = silence_alert(*context_, alice_, "dsk", clock_.now() + hours(1));
    ASSERT_FALSE(wrong);
    EXPECT_EQ(wrong.error().kind(), ErrorKind::not_found);
    EXPECT_THAT(wrong.error().detail(), HasSubstr("did you mean 'disk'?"));
    for (const auto span : {hours(0), hours(24 * 400)}) {
        EXPECT_EQ(silence_alert(*context_, alice_, "disk", clock_.now() + span).error().kind(),
                  ErrorKind::malformed);
    }
}

TEST_P(AlertsTest, TestAsksEverySinkAndIsInTheAuditLog) {
    EXPECT_EQ(test_alert(*context_, alice_, "disk").error().kind(), ErrorKind::conflict);
    context_->on_alert_test([](std::string_view) -> Result<std::vector<SinkAnswer>> {
        return std::vector<SinkAnswer>{{"mail", ""}, {"webhook", "it answered 500"}};
    });
    EXPECT_EQ(test_alert(*context_, alice_, "disk")->size(), 2U);
    const auto audit = search_audit(*context_, {}).value();
    ASSERT_EQ(audit.size(), 1U);
    EXPECT_EQ(audit[0].action, "alert.test");
    EXPECT_EQ(audit[0].after, R"({"mail":"taken","webhook":"it answered 500"})");
}

TEST_P(AlertsTest, TheOldestThatEndedAreForgotten) {
    std::vector<NewAlert> many(600, NewAlert{"unmanaged-domain", "x", "t", "d", true});
    ASSERT_TRUE(record_alerts(*context_, many, {}, {}));
    ASSERT_TRUE(record_alerts(*context_, many, {}, {}));
    EXPECT_EQ(list_alerts(*context_, 2000)->recent.size(), 1000U);
}

}  // namespace
}  // namespace sealgate::admin
