// SPDX-License-Identifier: Apache-2.0
#include "policy/decision.h"

#include <gtest/gtest.h>

namespace sealgate::policy {
namespace {

RecipientFacts outbound_unmanaged(UnmanagedAction action) {
    RecipientFacts facts;
    facts.trusted_source = true;
    facts.unmanaged = action;
    return facts;
}

TEST(Decide, FollowsTheSettingForUnmanagedSenders) {
    EXPECT_EQ(decide(outbound_unmanaged(UnmanagedAction::pass)).action, Action::pass_unmodified);
    EXPECT_EQ(decide(outbound_unmanaged(UnmanagedAction::bounce)).action, Action::bounce_unmanaged);
    EXPECT_EQ(decide(outbound_unmanaged(UnmanagedAction::reject)).action, Action::reject_unmanaged);
}

TEST(Decide, RelaysManagedSenders) {
    RecipientFacts facts = outbound_unmanaged(UnmanagedAction::reject);
    facts.sender_managed = true;
    EXPECT_EQ(decide(facts).action, Action::relay);
}

TEST(Decide, LetsOnlyRealReportsFromInsideUseTheNullSender) {
    RecipientFacts facts;
    facts.null_sender = true;
    facts.unmanaged = UnmanagedAction::pass;
    EXPECT_EQ(decide(facts).action, Action::reject_null_sender);
    facts.delivery_report = true;
    EXPECT_EQ(decide(facts).action, Action::reject_null_sender);
    facts.trusted_source = true;
    EXPECT_EQ(decide(facts).action, Action::relay);
}

TEST(Decide, IsNeverAnOpenRelay) {
    RecipientFacts facts;
    facts.direction = MailDirection::inbound;
    facts.sender_managed = true;
    facts.trusted_source = true;
    EXPECT_EQ(decide(facts).action, Action::reject_not_ours);
    facts.recipient_managed = true;
    EXPECT_EQ(decide(facts).action, Action::relay);
}

TEST(Decision, StartsFromNo) {
    EXPECT_TRUE(Decision().rejects());
    EXPECT_FALSE(Decision().clear_permit().has_value());
}

TEST(Decision, GivesAPermitOnlyForWhatMayLeaveInClear) {
    EXPECT_TRUE(Decision{Action::relay}.clear_permit().has_value());
    EXPECT_TRUE(Decision{Action::pass_unmodified}.clear_permit().has_value());
    for (const Action action : {Action::bounce_unmanaged,
                                Action::reject_unmanaged,
                                Action::reject_not_ours,
                                Action::reject_null_sender}) {
        EXPECT_FALSE(Decision{action}.clear_permit().has_value()) << to_string(action);
    }
}

}  // namespace
}  // namespace sealgate::policy
