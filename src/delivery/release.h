#pragma once
// SPDX-License-Identifier: Apache-2.0
// The one door through which clear text leaves. A connection to a next hop takes nothing but a
// Released, and only release_clear makes one, for which it wants a permit that only a policy
// decision can make.

#include "delivery/shipment.h"
#include "policy/decision.h"

#include <utility>

namespace sealgate::delivery {

class Released {
public:
    [[nodiscard]] const Shipment& shipment() const { return shipment_; }

private:
    friend Released release_clear(Shipment shipment, const policy::ClearPermit& permit);
    explicit Released(Shipment shipment) : shipment_(std::move(shipment)) {}
    Shipment shipment_;
};

// `permit` must come from the decision of every recipient in the shipment: the caller groups
// recipients by permit.
[[nodiscard]] inline Released release_clear(Shipment shipment, const policy::ClearPermit& permit) {
    (void)permit;  // that it exists is the proof
    return Released(std::move(shipment));
}

}  // namespace sealgate::delivery
