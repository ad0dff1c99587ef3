// SPDX-License-Identifier: Apache-2.0
#include "flow/settle.h"

#include "flow/test_message.h"

#include <gtest/gtest.h>

namespace sealgate::flow {
namespace {

using delivery::Outcome;
using spool::State;
using namespace std::chrono_literals;

class SettleTest : public testing::Test {
protected:
    Settled settle_one(const Outcome& outcome, bool final_hop = false) {
        result_ = settle(live_, {0}, {outcome}, final_hop, now_, settings_, dice_);
        return result_.settled.front();
    }
    static Outcome outcome(Outcome::Kind kind, int code, std::string enhanced) {
        Outcome one;
        one.kind = kind;
        one.reply = {code, std::move(enhanced), "text"};
        one.remote = true;
        return one;
    }
    const Outcome delivered_ = outcome(Outcome::Kind::delivered, 250, "2.0.0");
    const Outcome refused_ = outcome(Outcome::Kind::refused, 550, "5.1.1");
    const Outcome deferred_ = outcome(Outcome::Kind::deferred, 450, "4.2.0");

    WallTime now_{std::chrono::hours(1'000'000)};
    Live live_ = [this] {
        Live message = test::live({"bob@partner.example"});
        message.received = now_;
        return message;
    }();
    config::Delivery settings_;
    std::minstd_rand dice_{1};
    Settlement result_;
};

TEST_F(SettleTest, DeliveredIsTheEndAndNobodyIsTold) {
    EXPECT_EQ(settle_one(delivered_).status.state, State::delivered);
    EXPECT_TRUE(result_.reports.empty());
}

TEST_F(SettleTest, SuccessIsReportedWhereItWasAskedForAndTheNextHopWillNot) {
    live_.envelope.recipients[0].notify.success = true;
    (void)settle_one(delivered_);
    ASSERT_EQ(result_.reports.size(), 1U);
    EXPECT_EQ(result_.reports[0].kind, ReportItem::Kind::relayed);
    (void)settle_one(delivered_, true);
    EXPECT_EQ(result_.reports.at(0).kind, ReportItem::Kind::delivered);
    Outcome passed_on = delivered_;
    passed_on.dsn_passed_on = true;
    (void)settle_one(passed_on);
    EXPECT_TRUE(result_.reports.empty());
}

TEST_F(SettleTest, RefusedBounces) {
    const Settled one = settle_one(refused_);
    EXPECT_EQ(one.status.state, State::bounced);
    EXPECT_EQ(one.status.note, "550 5.1.1 text");
    ASSERT_EQ(result_.reports.size(), 1U);
    EXPECT_EQ(result_.reports[0].kind, ReportItem::Kind::failed);
}

TEST_F(SettleTest, NobodyIsToldWhereNoNoticeIsAllowed) {
    live_.envelope.recipients[0].notify.never = true;
    EXPECT_EQ(settle_one(refused_).status.state, State::failed_silently);
    EXPECT_TRUE(result_.reports.empty());
    live_.envelope.recipients[0].notify = {};
    live_.envelope.sender.reset();
    EXPECT_EQ(settle_one(refused_).status.state, State::failed_silently);
    EXPECT_TRUE(result_.reports.empty());
}

TEST_F(SettleTest, DeferredFollowsTheScheduleWithJitter) {
    for (std::uint32_t attempt = 0; attempt < 10; ++attempt) {
        live_.status[0].attempts = attempt;
        const Settled one = settle_one(deferred_);
        EXPECT_EQ(one.status.state, State::pending);
        EXPECT_EQ(one.status.attempts, attempt + 1);
        const auto base =
            settings_.retry[std::min<std::size_t>(attempt, settings_.retry.size() - 1)];
        const auto wait = one.status.next_attempt - now_;
        EXPECT_GE(wait, base * 8 / 10);
        EXPECT_LE(wait, base * 12 / 10);
    }
}

TEST_F(SettleTest, WarnsOnceAfterFourHours) {
    live_.received = now_ - 4h + 1s;
    (void)settle_one(deferred_);
    EXPECT_TRUE(result_.reports.empty());
    live_.received = now_ - 4h;
    const Settled one = settle_one(deferred_);
    ASSERT_EQ(result_.reports.size(), 1U);
    EXPECT_EQ(result_.reports[0].kind, ReportItem::Kind::delayed);
    live_.status[0] = one.status;
    (void)settle_one(deferred_);
    EXPECT_TRUE(result_.reports.empty());
}

TEST_F(SettleTest, DelayIsNotReportedWhereOnlyFailureWasAskedFor) {
    live_.received = now_ - 5h;
    live_.envelope.recipients[0].notify.failure = true;
    (void)settle_one(deferred_);
    EXPECT_TRUE(result_.reports.empty());
}

TEST_F(SettleTest, GivesUpAfterFiveDaysAndReportsAfterTwo) {
    live_.received = now_ - 120h;
    const Settled one = settle_one(deferred_);
    EXPECT_EQ(one.status.state, State::bounced);
    EXPECT_TRUE(one.expired);
    live_.received = now_ - 47h;
    live_.envelope.sender.reset();
    EXPECT_EQ(settle_one(deferred_).status.state, State::pending);
    live_.received = now_ - 48h;
    EXPECT_EQ(settle_one(deferred_).status.state, State::failed_silently);
}

}  // namespace
}  // namespace sealgate::flow
