#pragma once
// SPDX-License-Identifier: Apache-2.0
// A background thread that does a step of work whenever there is some, at low priority, and sleeps
// long when there is none: an idle gateway does not wake up.

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>

namespace sealgate::maillog {

class Worker {
public:
    // A step returns when it wants to run again at the latest; nullopt: when told, or in 10
    // minutes.
    using Step = std::function<std::optional<std::chrono::milliseconds>()>;

    // `nice` is added to the thread's niceness; `step` must not throw.
    Worker(Step step, int nice);
    Worker(const Worker&) = delete;
    Worker& operator=(const Worker&) = delete;
    Worker(Worker&&) = delete;
    Worker& operator=(Worker&&) = delete;
    ~Worker() { stop(); }

    // There is work. Costs a system call only when the thread sleeps long; otherwise the work
    // waits for the step that is due. Any thread.
    void nudge();
    // There is work that cannot wait.
    void wake();
    // Ends after the step under way. May be called twice.
    void stop();

private:
    void run();

    Step step_;
    int nice_;
    std::mutex mutex_;
    std::condition_variable changed_;
    bool woken_ = false;
    bool stop_ = false;
    std::atomic<bool> pending_ = false;
    std::atomic<bool> asleep_ = false;
    std::thread thread_;
};

}  // namespace sealgate::maillog
