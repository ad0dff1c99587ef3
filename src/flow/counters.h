#pragma once
// SPDX-License-Identifier: Apache-2.0
// What happened since the start of the process. Changed by the I/O thread only, read by any.

#include <atomic>
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
    Counter unreported;  // refused after others were taken, and nobody to trust with a report
};

}  // namespace sealgate::flow
