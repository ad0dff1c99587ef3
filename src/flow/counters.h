#pragma once
// SPDX-License-Identifier: Apache-2.0
// What happened since the start of the process. Changed by the I/O thread only, read by any.

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace sealgate::flow {

class Counter {
public:
    void add(std::uint64_t n = 1) {
        // One writer: a plain store is enough, and cheaper than a locked add.
        value_.store(value_.load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
    }
    [[nodiscard]] std::uint64_t get() const { return value_.load(std::memory_order_relaxed); }

private:
    std::atomic<std::uint64_t> value_{0};
};

// How long something took, in buckets. Written and read on the I/O thread only.
class Durations {
public:
    // Upper bounds in milliseconds; what is longer than the last counts in `all` alone.
    static constexpr std::array<std::uint64_t, 14> kBounds{10,
                                                           50,
                                                           100,
                                                           500,
                                                           1'000,
                                                           5'000,
                                                           10'000,
                                                           30'000,
                                                           60'000,
                                                           300'000,
                                                           900'000,
                                                           3'600'000,
                                                           14'400'000,
                                                           86'400'000};

    void add(std::chrono::milliseconds took) {
        // A clock that was set back makes no time negative.
        const auto ms = static_cast<std::uint64_t>(std::max<std::int64_t>(took.count(), 0));
        for (std::size_t i = 0; i < kBounds.size(); ++i) {
            if (ms > kBounds[i]) continue;
            ++within_[i];
            break;
        }
        ++all_;
        sum_ms_ += ms;
    }
    // Those longer than the bound before and no longer than kBounds[i].
    [[nodiscard]] const std::array<std::uint64_t, kBounds.size()>& within() const {
        return within_;
    }
    [[nodiscard]] std::uint64_t all() const { return all_; }
    [[nodiscard]] std::uint64_t sum_ms() const { return sum_ms_; }

private:
    std::array<std::uint64_t, kBounds.size()> within_{};
    std::uint64_t all_ = 0;
    std::uint64_t sum_ms_ = 0;
};

// Recipients, but for `messages`, `connections` and the possible duplicates.
struct Counters {
    Counter connections;
    Counter messages;  // accepted
    Counter delivered;
    Counter deferred;  // attempts that ended in "later"
    Counter bounced;
    Counter rejected;
    Counter passed;
    Counter held;
    Counter discarded;
    Counter failed_silently;
    Counter possible_duplicates;
    Counter unreported;       // refused after others were taken, and nobody to trust with a report
    Durations delivery_time;  // from the end of data to the next hop's answer, per recipient
};

}  // namespace sealgate::flow
