#pragma once
// SPDX-License-Identifier: Apache-2.0
// From outcomes to dispositions: what an attempt's answers mean for each recipient. Pure.

#include "config/settings.h"
#include "delivery/shipment.h"
#include "flow/message.h"

#include <cstdint>
#include <random>
#include <vector>

namespace sealgate::flow {

// Something the sender has to be told.
struct ReportItem {
    enum class Kind : std::uint8_t {
        failed,     // will not be delivered
        delayed,    // still trying
        relayed,    // given to a next hop that does not report itself (RFC 3461 section 5.2.2)
        delivered,  // stored in a mailbox of ours
        unmanaged,  // refused: the sender's domain is not managed
    };
    Kind kind = Kind::failed;
    std::uint32_t recipient = 0;
    delivery::Outcome outcome;
};

struct Settled {
    std::uint32_t recipient = 0;
    spool::RecipientStatus status;  // the new one
    delivery::Outcome outcome;
    bool expired = false;  // given up for age
};

struct Settlement {
    std::vector<Settled> settled;
    std::vector<ReportItem> reports;
};

// What one recipient's outcome leads to. `final_hop`: the next hop is a mailbox of ours.
[[nodiscard]] Settlement settle(const Live& live,
                                const std::vector<std::uint32_t>& recipients,
                                const std::vector<delivery::Outcome>& outcomes,
                                bool final_hop,
                                WallTime now,
                                const config::Delivery& settings,
                                std::minstd_rand& dice);

// Whether the sender wants to hear of it: NOTIFY (RFC 3461 section 4.1), and nobody answers "<>".
[[nodiscard]] bool wants(const Live& live, std::uint32_t recipient, ReportItem::Kind kind);

// When attempt number `attempts` + 1 is due after now, with jitter; the schedule's last entry
// repeats.
[[nodiscard]] std::chrono::microseconds retry_delay(const config::Delivery& settings,
                                                    std::uint32_t attempts,
                                                    std::minstd_rand& dice);

}  // namespace sealgate::flow
