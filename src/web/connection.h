#pragma once
// SPDX-License-Identifier: Apache-2.0
// One HTTP connection. Internal to http_server.cpp and connection.cpp: includes Asio.

#include "web/http_server.h"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/thread_pool.hpp>

#include <atomic>
#include <condition_variable>
#include <mutex>

namespace sealgate::web {

// Requests that run, so that stop() can wait for them.
class Activity {
public:
    class Running {
    public:
        explicit Running(Activity& activity) : activity_(activity) {
            const std::lock_guard lock(activity_.mutex_);
            ++activity_.running_;
        }
        Running(const Running&) = delete;
        Running& operator=(const Running&) = delete;
        Running(Running&&) = delete;
        Running& operator=(Running&&) = delete;
        ~Running() {
            const std::lock_guard lock(activity_.mutex_);
            --activity_.running_;
            activity_.idle_.notify_all();
        }

    private:
        Activity& activity_;
    };
    // False when requests still ran at the end of the time.
    bool wait_idle(std::chrono::milliseconds time) {
        std::unique_lock lock(mutex_);
        return idle_.wait_for(lock, time, [this] { return running_ == 0; });
    }

private:
    std::mutex mutex_;
    std::condition_variable idle_;
    std::size_t running_ = 0;
};

// What all connections of a server share; outlives them.
struct Shared {
    const HttpOptions& options;
    const Router& router;
    boost::asio::thread_pool& workers;
    std::atomic<bool> stopping{false};
    Activity activity;
};

// Serves requests until the peer or a deadline ends it. Throws nothing.
boost::asio::awaitable<void> serve_connection(Shared& shared,
                                              boost::asio::generic::stream_protocol::socket socket,
                                              Caller caller);

}  // namespace sealgate::web
