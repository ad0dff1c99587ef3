// SPDX-License-Identifier: Apache-2.0
#include "maillog/worker.h"

#include <sys/resource.h>
#include <unistd.h>

#include <utility>

namespace sealgate::maillog {
namespace {

constexpr std::chrono::minutes kLongestSleep{10};  // for what is due by the calendar

}  // namespace

Worker::Worker(Step step, int nice) : step_(std::move(step)), nice_(nice) {
    thread_ = std::thread([this] { run(); });
}

void Worker::nudge() {
    // The mirror image of what run() does before it sleeps: whichever comes second sees the other.
    pending_.store(true, std::memory_order_seq_cst);
    if (asleep_.load(std::memory_order_seq_cst)) wake();
}

void Worker::wake() {
    {
        const std::scoped_lock lock(mutex_);
        woken_ = true;
    }
    changed_.notify_one();
}

void Worker::stop() {
    {
        const std::scoped_lock lock(mutex_);
        stop_ = true;
    }
    changed_.notify_one();
    if (thread_.joinable()) thread_.join();
}

void Worker::run() {
    // On Linux this is the niceness of the calling thread alone. Failing is no harm.
    (void)::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), nice_);
    for (;;) {
        pending_.store(false, std::memory_order_seq_cst);
        const auto wait = step_();
        std::unique_lock lock(mutex_);
        const auto told = [this] { return stop_ || woken_; };
        if (wait) {
            changed_.wait_for(lock, *wait, told);
        } else {
            asleep_.store(true, std::memory_order_seq_cst);
            if (!pending_.load(std::memory_order_seq_cst)) {
                changed_.wait_for(lock, kLongestSleep, told);
            }
            asleep_.store(false, std::memory_order_seq_cst);
        }
        woken_ = false;
        if (stop_) return;
    }
}

}  // namespace sealgate::maillog
