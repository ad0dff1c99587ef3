#pragma once
// SPDX-License-Identifier: Apache-2.0
// How many connections to next hops belong to users who have signed in, or are just being asked
// for: whoever may knock at an AUTH listener must not be able to open more at a next hop than its
// limit, nor to take them all from mail in the queue.

#include "config/settings.h"

#include <algorithm>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace sealgate::flow {

// One of them, from before it is opened until it is closed. It may outlive UserPlaces.
class UserPlace;
using UserPlacePointer = std::shared_ptr<const UserPlace>;

class UserPlaces {
public:
    // A place at the next hop of that identity, where mail from the queue uses `others`
    // connections now. Null: users have all they may have there, which is three quarters of the
    // limit, or the limit is reached.
    [[nodiscard]] UserPlacePointer take(const std::string& next_hop,
                                        std::size_t others,
                                        const config::Delivery& limits);
    [[nodiscard]] std::size_t at(std::string_view next_hop) const {
        const auto found = counts_->at.find(next_hop);
        return found == counts_->at.end() ? 0 : found->second;
    }
    [[nodiscard]] std::size_t all() const { return counts_->all; }

    // What mail from the queue leaves free at a next hop where users sign in: a backlog must not
    // shut them out.
    [[nodiscard]] static std::size_t kept_free(const config::Delivery& limits) {
        return std::max<std::size_t>(limit(limits) / 4, 1);
    }
    // Connections at a time to one next hop at most, whoever uses them.
    [[nodiscard]] static std::size_t limit(const config::Delivery& limits) {
        return std::min<std::size_t>(limits.connections_per_next_hop, limits.connections);
    }

private:
    friend class UserPlace;
    struct Counts {
        std::map<std::string, std::size_t, std::less<>> at;
        std::size_t all = 0;
    };
    std::shared_ptr<Counts> counts_ = std::make_shared<Counts>();
};

class UserPlace {
public:
    UserPlace(std::shared_ptr<UserPlaces::Counts> counts, std::string next_hop)
        : counts_(std::move(counts)),
          next_hop_(std::move(next_hop)) {
        ++counts_->at[next_hop_];
        ++counts_->all;
    }
    UserPlace(const UserPlace&) = delete;
    UserPlace& operator=(const UserPlace&) = delete;
    UserPlace(UserPlace&&) = delete;
    UserPlace& operator=(UserPlace&&) = delete;
    ~UserPlace() {
        --counts_->all;
        const auto found = counts_->at.find(next_hop_);
        if (--found->second == 0) counts_->at.erase(found);
    }

private:
    std::shared_ptr<UserPlaces::Counts> counts_;
    std::string next_hop_;
};

inline UserPlacePointer UserPlaces::take(const std::string& next_hop,
                                         std::size_t others,
                                         const config::Delivery& limits) {
    const auto share = [](std::size_t of) { return of - std::max<std::size_t>(of / 4, 1); };
    const std::size_t here = at(next_hop);
    const std::size_t most = limit(limits);
    if (here >= share(most) || here + others >= most) return nullptr;
    if (all() >= share(limits.connections)) return nullptr;
    return std::make_shared<const UserPlace>(counts_, next_hop);
}

}  // namespace sealgate::flow
