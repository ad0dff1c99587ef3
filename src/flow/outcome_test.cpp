// SPDX-License-Identifier: Apache-2.0
// Every row of the outcome table.
#include "flow/outcome.h"

#include <gtest/gtest.h>

namespace sealgate::flow {
namespace {

using delivery::Outcome;
using policy::MailDirection;
constexpr auto kOut = MailDirection::outbound;
constexpr auto kIn = MailDirection::inbound;
constexpr std::string_view kId = "SMTP-00042.1";

ThroughRecipient with(Outcome::Kind kind, int code, std::string enhanced = "") {
    Outcome outcome;
    outcome.kind = kind;
    outcome.reply = {code, std::move(enhanced), "said the next hop"};
    outcome.remote = true;
    return {outcome, false};
}
ThroughRecipient took() {
    return with(Outcome::Kind::delivered, 250, "2.6.0");
}
ThroughRecipient refused() {
    return with(Outcome::Kind::refused, 552, "5.2.2");
}
ThroughRecipient deferred() {
    return with(Outcome::Kind::deferred, 450, "4.2.0");
}
ThroughRecipient waiting() {
    return {std::nullopt, false};
}

TEST(PlanThrough, TookAllPassesItsReplyOn) {
    for (const auto direction : {kOut, kIn}) {
        const ThroughPlan plan = plan_through(direction, false, {took(), took()}, kId);
        EXPECT_EQ(plan.reply.code, 250);
        EXPECT_EQ(plan.reply.enhanced, "2.6.0");
        EXPECT_EQ(plan.fates, (std::vector{Fate::done, Fate::done}));
    }
}

TEST(PlanThrough, TookNothingForGoodPassesThatReplyOn) {
    for (const auto direction : {kOut, kIn}) {
        const ThroughPlan plan = plan_through(direction, true, {refused(), refused()}, kId);
        EXPECT_EQ(plan.reply.code, 552);
        EXPECT_EQ(plan.reply.enhanced, "5.2.2");
        EXPECT_EQ(plan.fates, (std::vector{Fate::client, Fate::client}));
    }
}

TEST(PlanThrough, TookNothingForNowIsSpooledOutboundAndDeferredInbound) {
    const ThroughPlan out = plan_through(kOut, true, {deferred(), refused()}, kId);
    EXPECT_EQ(out.reply.code, 250);
    EXPECT_EQ(out.fates, (std::vector{Fate::spool, Fate::report}));
    const ThroughPlan in = plan_through(kIn, true, {deferred(), refused()}, kId);
    EXPECT_EQ(in.reply.code, 450);
    EXPECT_EQ(in.fates, (std::vector{Fate::client, Fate::client}));
    EXPECT_FALSE(in.may_duplicate);
}

TEST(PlanThrough, TookSomeSpoolsTheRestAndReportsTheRefused) {
    const ThroughPlan out = plan_through(kOut, false, {took(), deferred(), refused()}, kId);
    EXPECT_EQ(out.reply.code, 250);
    EXPECT_EQ(out.reply.text, "accepted as SMTP-00042.1") << "our own 250 carries the trace ID";
    EXPECT_EQ(out.fates, (std::vector{Fate::done, Fate::spool, Fate::report}));
    const ThroughPlan trusted = plan_through(kIn, true, {took(), deferred(), refused()}, kId);
    EXPECT_EQ(trusted.fates, (std::vector{Fate::done, Fate::spool, Fate::report}));
    const ThroughPlan stranger = plan_through(kIn, false, {took(), deferred(), refused()}, kId);
    EXPECT_EQ(stranger.reply.code, 250);
    EXPECT_EQ(stranger.fates, (std::vector{Fate::done, Fate::spool, Fate::alarm}));
}

TEST(PlanThrough, NoAnswerIsSpooledOutboundAndDeferredInbound) {
    const ThroughPlan out = plan_through(kOut, true, {waiting()}, kId);
    EXPECT_EQ(out.reply.code, 250);
    EXPECT_EQ(out.fates, (std::vector{Fate::spool}));
    const ThroughPlan in = plan_through(kIn, true, {waiting()}, kId);
    EXPECT_EQ(in.reply.code, 451);
    EXPECT_EQ(in.fates, (std::vector{Fate::client}));
    EXPECT_TRUE(in.may_duplicate);
}

TEST(PlanThrough, CountsASettledBounceAsTaken) {
    const ThroughPlan plan = plan_through(kOut, true, {{std::nullopt, true}, deferred()}, kId);
    EXPECT_EQ(plan.reply.code, 250);
    EXPECT_EQ(plan.fates, (std::vector{Fate::done, Fate::spool}));
}

TEST(PlanEach, AnswersForEachRecipientAndSpoolsNothing) {
    ThroughRecipient odd = with(Outcome::Kind::deferred, 354);
    ThroughRecipient closing = with(Outcome::Kind::deferred, 421, "4.3.2");
    ThroughRecipient local = with(Outcome::Kind::refused, 552, "5.3.4");
    local.outcome->remote = false;
    const ThroughRecipient bounced{std::nullopt, true};
    const ThroughPlan plan =
        plan_each({took(), refused(), deferred(), closing, odd, local, bounced}, kId);
    std::vector<int> codes;
    for (const smtp::Reply& one : plan.each)
        codes.push_back(one.code);
    EXPECT_EQ(codes, (std::vector{250, 552, 450, 451, 451, 552, 250}));
    EXPECT_EQ(plan.each[0].enhanced, "2.6.0") << "the next hop's own answer";
    EXPECT_EQ(plan.each[6].text, "accepted as SMTP-00042.1");
    EXPECT_EQ(plan.fates,
              (std::vector{Fate::done,
                           Fate::client,
                           Fate::client,
                           Fate::client,
                           Fate::client,
                           Fate::client,
                           Fate::done}));
    EXPECT_FALSE(plan.may_duplicate);
}

TEST(PlanEach, NoAnswerMayMakeADuplicate) {
    const ThroughPlan plan = plan_each({took(), waiting()}, kId);
    EXPECT_EQ(plan.each[1].code, 451);
    EXPECT_EQ(plan.fates, (std::vector{Fate::done, Fate::client}));
    EXPECT_TRUE(plan.may_duplicate);
    ThroughRecipient lost = deferred();
    lost.outcome->uncertain = true;
    EXPECT_TRUE(plan_each({lost}, kId).may_duplicate);
}

TEST(PassOn, TurnsWhatDoesNotBelongInto451) {
    EXPECT_EQ(pass_on({421, "4.3.2", "closing"}).code, 451);
    EXPECT_EQ(pass_on({354, "", "go ahead"}).code, 451);
    EXPECT_EQ(pass_on({251, "2.0.0", "will forward"}).code, 250);
    EXPECT_EQ(pass_on({550, "", "no"}).enhanced, "5.0.0");
    EXPECT_EQ(pass_on({250, "2.0.0", "ok"}).code, 250);
}

}  // namespace
}  // namespace sealgate::flow
