#pragma once
// SPDX-License-Identifier: Apache-2.0
// A line in which whoever sends little does not stand behind whoever sends much: the senders take
// turns, each with its own jobs in order.

#include <deque>
#include <string>
#include <unordered_map>
#include <utility>

namespace sealgate::flow {

template <class Job>
class FairLine {
public:
    void push(const std::string& sender, Job job) {
        std::deque<Job>& jobs = jobs_[sender];
        if (jobs.empty()) turns_.push_back(sender);
        jobs.push_back(std::move(job));
        ++size_;
    }
    // One that was taken out and could not be done: it is the next again.
    void put_back(const std::string& sender, Job job) {
        std::deque<Job>& jobs = jobs_[sender];
        if (jobs.empty()) turns_.push_front(sender);
        jobs.push_front(std::move(job));
        ++size_;
    }
    // Only when it is not empty.
    [[nodiscard]] Job pop() {
        const std::string sender = std::move(turns_.front());
        turns_.pop_front();
        const auto found = jobs_.find(sender);
        Job job = std::move(found->second.front());
        found->second.pop_front();
        --size_;
        if (found->second.empty()) {
            jobs_.erase(found);
        } else {
            turns_.push_back(sender);
        }
        return job;
    }
    [[nodiscard]] bool empty() const { return size_ == 0; }
    [[nodiscard]] std::size_t size() const { return size_; }

private:
    std::unordered_map<std::string, std::deque<Job>> jobs_;  // none is empty
    std::deque<std::string> turns_;                          // each key of jobs_ once
    std::size_t size_ = 0;
};

}  // namespace sealgate::flow
