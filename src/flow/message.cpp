// SPDX-License-Identifier: Apache-2.0
#include "flow/message.h"

#include <algorithm>

namespace sealgate::flow {

bool Live::finished() const {
    return std::all_of(status.begin(), status.end(), [](const spool::RecipientStatus& one) {
        return spool::is_final(one.state);
    });
}

bool Live::any_in_flight() const {
    return std::any_of(in_flight.begin(), in_flight.end(), [](bool one) { return one; });
}

std::string Live::sender_text() const {
    return envelope.sender ? envelope.sender->text() : "";
}

}  // namespace sealgate::flow
