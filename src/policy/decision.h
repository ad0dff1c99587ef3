#pragma once
// SPDX-License-Identifier: Apache-2.0
// What is to be done with one recipient of a message, and the permit without which no clear text
// leaves.

#include "policy/unmanaged_senders.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sealgate::policy {

enum class MailDirection : std::uint8_t { outbound, inbound };

// All that a decision may depend on. Values only: the same facts always give the same decision.
struct RecipientFacts {
    MailDirection direction = MailDirection::outbound;
    bool trusted_source = false;
    bool null_sender = false;
    bool sender_managed = false;
    UnmanagedAction unmanaged = UnmanagedAction::reject;  // for a sender that is not managed
    bool recipient_managed = false;
    bool delivery_report = false;  // multipart/report or an auto-reply, to one recipient
};

enum class Action : std::uint8_t {
    relay,               // goes on as it is
    pass_unmodified,     // unmanaged sender, setting `pass`: goes on, no rule is looked at
    bounce_unmanaged,    // unmanaged sender, setting `bounce`
    reject_unmanaged,    // unmanaged sender, setting `reject`
    reject_not_ours,     // inbound for a domain that is not managed: never an open relay
    reject_null_sender,  // outbound from <> and not a delivery report
};
[[nodiscard]] std::string_view to_string(Action action);

// The right to let one recipient's copy leave in clear. Only a decision makes one; there is no
// other constructor, and the function that lets clear text out asks for it.
class ClearPermit {
public:
    [[nodiscard]] Action reason() const { return reason_; }

private:
    friend struct Decision;
    explicit ClearPermit(Action reason) : reason_(reason) {}
    Action reason_;
};

struct Decision {
    Action action = Action::reject_unmanaged;  // a decision that was never made refuses

    // Present for `relay` and `pass_unmodified` only.
    [[nodiscard]] std::optional<ClearPermit> clear_permit() const;
    [[nodiscard]] bool rejects() const;
};

[[nodiscard]] Decision decide(const RecipientFacts& facts);

}  // namespace sealgate::policy
