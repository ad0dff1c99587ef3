// SPDX-License-Identifier: Apache-2.0
#include "spool/worker.h"

namespace sealgate::spool {

void Worker::post(Task task) {
    const std::scoped_lock lock(mutex_);
    if (finishing_) return;
    tasks_.push_back(std::move(task));
    wake_.notify_one();
}

void Worker::finish() {
    {
        const std::scoped_lock lock(mutex_);
        finishing_ = true;
        wake_.notify_one();
    }
    if (thread_.joinable()) thread_.join();
}

void Worker::run() {
    std::unique_lock lock(mutex_);
    for (;;) {
        wake_.wait(lock, [this] { return finishing_ || !tasks_.empty(); });
        if (tasks_.empty()) return;
        Task task = std::move(tasks_.front());
        tasks_.pop_front();
        lock.unlock();
        task();
        task = nullptr;  // what it holds goes outside the lock
        lock.lock();
    }
}

}  // namespace sealgate::spool
