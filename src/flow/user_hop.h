#pragma once
// SPDX-License-Identifier: Apache-2.0
// The connection to a next hop that one user has signed in to. It is the user's session's alone:
// nobody else gets it, and it never goes to the pool.

#include "delivery/upstream.h"
#include "flow/user_places.h"

#include <memory>
#include <string>

namespace sealgate::flow {

struct UserHop {
    policy::Route route;
    std::string user;
    UserPlacePointer place;  // given back after the connection is closed
    // Null while a message of the user is on its way through it.
    std::unique_ptr<delivery::Upstream> upstream;
    bool away = false;             // it will come back
    net::Timer* waiter = nullptr;  // woken then

    std::unique_ptr<delivery::Upstream> take() {
        away = true;
        return std::move(upstream);
    }
    void give_back(std::unique_ptr<delivery::Upstream> back) {
        away = false;
        upstream = std::move(back);
        if (waiter != nullptr) waiter->cancel();
    }
    [[nodiscard]] bool ready() const {
        return upstream && upstream->usable() && !upstream->stale();
    }
};
using UserHopPointer = std::shared_ptr<UserHop>;

}  // namespace sealgate::flow
