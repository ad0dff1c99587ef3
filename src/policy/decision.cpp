// SPDX-License-Identifier: Apache-2.0
#include "policy/decision.h"

namespace sealgate::policy {

std::string_view to_string(Action action) {
    switch (action) {
        case Action::relay:
            return "relay";
        case Action::pass_unmodified:
            return "pass unmodified";
        case Action::bounce_unmanaged:
            return "bounce: unmanaged sender";
        case Action::reject_unmanaged:
            return "reject: unmanaged sender";
        case Action::reject_not_ours:
            return "reject: not a managed domain";
        case Action::reject_null_sender:
            return "reject: null sender";
    }
    return "reject";
}

std::optional<ClearPermit> Decision::clear_permit() const {
    if (action == Action::relay || action == Action::pass_unmodified) return ClearPermit(action);
    return std::nullopt;
}

bool Decision::rejects() const {
    return action == Action::reject_unmanaged || action == Action::reject_not_ours ||
           action == Action::reject_null_sender;
}

Decision decide(const RecipientFacts& facts) {
    if (facts.direction == MailDirection::inbound) {
        return {facts.recipient_managed ? Action::relay : Action::reject_not_ours};
    }
    if (facts.null_sender) {
        // The null sender is no free pass: only a real report, from inside, to one recipient.
        const bool report = facts.delivery_report && facts.trusted_source;
        return {report ? Action::relay : Action::reject_null_sender};
    }
    if (facts.sender_managed) return {Action::relay};
    switch (facts.unmanaged) {
        case UnmanagedAction::pass:
            return {Action::pass_unmodified};
        case UnmanagedAction::bounce:
            return {Action::bounce_unmanaged};
        case UnmanagedAction::reject:
            return {Action::reject_unmanaged};
    }
    return {Action::reject_unmanaged};
}

}  // namespace sealgate::policy
