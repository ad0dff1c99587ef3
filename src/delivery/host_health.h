#pragma once
// SPDX-License-Identifier: Apache-2.0
// Which mail hosts could not be used a short time ago, so that the next one is tried first.

#include "base/clock.h"

#include <cstddef>
#include <string>
#include <unordered_map>

namespace sealgate::delivery {

class HostHealth {
public:
    static constexpr std::chrono::seconds kFirstRest{30};
    static constexpr std::chrono::seconds kLongestRest{600};
    static constexpr std::size_t kMost = 10'000;  // hosts remembered

    // Each failure after a rest doubles the next one.
    void failed(const std::string& host, SteadyTime now);
    void worked(const std::string& host) { hosts_.erase(host); }
    [[nodiscard]] bool resting(const std::string& host, SteadyTime now) const;
    // Forgets what has been well for long.
    void sweep(SteadyTime now);
    [[nodiscard]] std::size_t size() const { return hosts_.size(); }

private:
    struct Trouble {
        unsigned times = 0;
        SteadyTime until;
    };
    std::unordered_map<std::string, Trouble> hosts_;
};

}  // namespace sealgate::delivery
