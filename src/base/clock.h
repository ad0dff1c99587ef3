#pragma once
// SPDX-License-Identifier: Apache-2.0
// Time, handed in so that tests need no sleeps.

#include <chrono>
#include <string>

namespace sealgate {

using WallTime = std::chrono::sys_time<std::chrono::microseconds>;
using SteadyTime = std::chrono::steady_clock::time_point;
using Seconds = std::chrono::seconds;

class Clock {
public:
    Clock() = default;
    Clock(const Clock&) = delete;
    Clock& operator=(const Clock&) = delete;
    Clock(Clock&&) = delete;
    Clock& operator=(Clock&&) = delete;
    virtual ~Clock() = default;
    // Wall time, for records and for people. May jump.
    [[nodiscard]] virtual WallTime now() const = 0;
    // For time-outs and schedules. Never jumps.
    [[nodiscard]] virtual SteadyTime steady() const = 0;
};

class SystemClock final : public Clock {
public:
    [[nodiscard]] WallTime now() const override;
    [[nodiscard]] SteadyTime steady() const override;
};

// A clock that stands still until it is told to move.
class ManualClock final : public Clock {
public:
    explicit ManualClock(WallTime start) : now_(start) {}
    [[nodiscard]] WallTime now() const override { return now_; }
    [[nodiscard]] SteadyTime steady() const override { return steady_; }
    void advance(std::chrono::microseconds by) {
        now_ += by;
        steady_ += by;
    }

private:
    WallTime now_;
    SteadyTime steady_{};
};

// "2026-11-25T07:14:36.123456Z" (RFC 3339, UTC) and back; nullopt-like failure is the epoch's
// caller's concern, so parse returns false and leaves `out` alone.
[[nodiscard]] std::string to_rfc3339(WallTime time);
[[nodiscard]] bool from_rfc3339(std::string_view text, WallTime& out);

}  // namespace sealgate
