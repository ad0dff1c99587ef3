#pragma once
// SPDX-License-Identifier: Apache-2.0
// One thread that does what it is given, in order.

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

namespace sealgate::spool {

class Worker {
public:
    using Task = std::move_only_function<void()>;

    Worker() : thread_([this] { run(); }) {}
    Worker(const Worker&) = delete;
    Worker& operator=(const Worker&) = delete;
    Worker(Worker&&) = delete;
    Worker& operator=(Worker&&) = delete;
    ~Worker() { finish(); }

    void post(Task task);
    // Does what is queued, then ends the thread. Later tasks are dropped.
    void finish();

private:
    void run();

    std::mutex mutex_;
    std::condition_variable wake_;
    std::deque<Task> tasks_;
    bool finishing_ = false;
    std::thread thread_;
};

}  // namespace sealgate::spool
