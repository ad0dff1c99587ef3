#pragma once
// SPDX-License-Identifier: Apache-2.0
// Whether the next hops of routes could be reached lately, for those who watch them: a next hop as
// a whole, of which host_health.h knows the single hosts. Loop's thread only.

#include "base/clock.h"

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace sealgate::delivery {

// What asking a next hop for connections has shown.
struct HopReach {
    std::string next_hop;
    unsigned failures = 0;  // in a row; 0: it was reachable the last time
    SteadyTime failing_since{};
    SteadyTime last_tried{};
    std::string note;  // why not; foreign text
};

class HopWatch {
public:
    static constexpr std::size_t kMost = 10'000;  // remembered; later ones are not watched

    // `key` tells routes to one next hop apart that differ in how it proves itself.
    void worked(std::string_view key, const std::string& next_hop, SteadyTime now);
    void failed(std::string_view key,
                const std::string& next_hop,
                const std::string& note,
                SteadyTime now);
    // It took the last connection that was asked for.
    [[nodiscard]] bool works(std::string_view key) const;
    // All that were asked since the start.
    [[nodiscard]] std::vector<HopReach> all() const;

private:
    // nullptr: there is no room for it.
    HopReach* find(std::string_view key, const std::string& next_hop);

    std::map<std::string, HopReach, std::less<>> hops_;
};

}  // namespace sealgate::delivery
