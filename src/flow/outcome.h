#pragma once
// SPDX-License-Identifier: Apache-2.0
// What each failure means, in one place: the answer to the client of a `through` listener, and the
// fate of each recipient. Text for a peer never comes from an Error's detail.

#include "delivery/shipment.h"
#include "policy/decision.h"
#include "smtp/reply.h"

#include <cstdint>
#include <optional>
#include <vector>

namespace sealgate::flow {

// What becomes of a recipient after the attempt that the client waited for.
enum class Fate : std::uint8_t {
    done,    // the next hop has it, or a report was decided before
    spool,   // into our spool, to be tried again (or finished by the attempt under way)
    report,  // refused for good after others were taken: the sender gets a report
    alarm,   // the same where nobody can be trusted to receive a report: logged and counted
    client,  // the client keeps the responsibility: the answer says so
};

struct ThroughPlan {
    smtp::Reply reply;  // to be sent after what must be spooled has been synced
    std::vector<Fate> fates;
    bool may_duplicate = false;     // 451 while an attempt may still succeed
    std::vector<smtp::Reply> each;  // LMTP: the answer for each recipient, in place of `reply`
};

// One recipient of a `through` message: an outcome, or nullopt when the attempt has not answered
// within the listener's patience. `settled` marks recipients that a decision ended before
// (bounced).
struct ThroughRecipient {
    std::optional<delivery::Outcome> outcome;
    bool settled = false;
};

// clang-format off
// The table:
//   next hop                        outbound                      inbound
//   took all                        its 250                       its 250
//   took nothing, all 5xx           that 5xx                      that 5xx
//   took nothing, some 4xx          spool, 250                    451
//   took some                       spool the 4xx, 250, report    the same; report only when `may_report`
//   no answer within patience       spool, 250                    451, a duplicate is possible
// clang-format on
// `id` stands in a 250 of our own.
[[nodiscard]] ThroughPlan plan_through(policy::MailDirection direction,
                                       bool may_report,
                                       const std::vector<ThroughRecipient>& recipients,
                                       std::string_view id);

// The same where each recipient has an answer of its own (LMTP): what is not taken stays with the
// client, who keeps the queue, and nothing is spooled. Both directions alike.
//   took it                         its 250
//   refused it for good             that 5xx
//   deferred it                     that 4xx
//   no answer within patience       451, a duplicate is possible
//   decided before (report due)     250 with `id`
[[nodiscard]] ThroughPlan plan_each(const std::vector<ThroughRecipient>& recipients,
                                    std::string_view id);

// A next hop's reply made fit to be passed on: any 2xx means taken and is 250; 421 and classes that
// do not belong become 451.
[[nodiscard]] smtp::Reply pass_on(const smtp::Reply& reply);

// Replies of ours, by what happened.
namespace replies {
[[nodiscard]] smtp::Reply accepted(std::string_view id);  // 250 2.0.0
[[nodiscard]] smtp::Reply not_stored();                   // 451 4.3.0: our spool could not take it
[[nodiscard]] smtp::Reply log_not_writable();             // 451 4.3.0
[[nodiscard]] smtp::Reply overloaded();                   // 452 4.3.1
[[nodiscard]] smtp::Reply too_busy();                     // 421 4.3.2
[[nodiscard]] smtp::Reply endless_content();              // 421 4.7.0: refused, and it does not end
[[nodiscard]] smtp::Reply not_allowed();                  // 554 5.7.1: source may not connect
[[nodiscard]] smtp::Reply not_signed_in();                // 530 5.7.0: AUTH comes first
[[nodiscard]] smtp::Reply next_hop_gone();                // 421 4.4.2: sign in again
[[nodiscard]] smtp::Reply unmanaged(std::string_view domain);  // 550 5.7.1
[[nodiscard]] smtp::Reply not_ours(std::string_view domain);   // 550 5.7.1
[[nodiscard]] smtp::Reply null_sender();                       // 550 5.7.1
[[nodiscard]] smtp::Reply no_route(std::string_view domain);   // 451 4.3.5
[[nodiscard]] smtp::Reply loop();                              // 554 5.4.6
[[nodiscard]] smtp::Reply header_over_limit();                 // 554 5.6.0
[[nodiscard]] smtp::Reply too_many_messages();                 // 421 4.7.0
[[nodiscard]] smtp::Reply shutting_down();                     // 421 4.3.2
[[nodiscard]] smtp::Reply timed_out();                         // 421 4.4.2
}  // namespace replies

}  // namespace sealgate::flow
