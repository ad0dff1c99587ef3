#pragma once
// SPDX-License-Identifier: Apache-2.0
// The spool as a coroutine sees it: commit() comes back on the loop's thread when the batch is
// synced.

#include "net/asio.h"
#include "spool/spool.h"

#include <memory>
#include <utility>
#include <vector>

namespace sealgate::flow {

class SpoolPort {
public:
    explicit SpoolPort(net::asio::io_context& loop) : loop_(loop) {}

    // What Spool::open wants: hands everything one group commit finished to the loop in one post.
    [[nodiscard]] spool::Spool::Notify notifier() {
        return [this](std::vector<spool::Spool::Finished> finished) {
            net::asio::post(loop_, [finished = std::move(finished)]() mutable {
                for (spool::Spool::Finished& one : finished)
                    one.done(std::move(one.status));
            });
        };
    }
    void attach(std::unique_ptr<spool::Spool> spool) { spool_ = std::move(spool); }
    // Writes out what is queued and ends the spool's thread.
    void close() { spool_.reset(); }

    net::Task<Status> commit(spool::Batch batch) {
        auto start = [this](auto handler, spool::Batch what) {
            spool_->commit(std::move(what), [handler = std::move(handler)](Status status) mutable {
                std::move(handler)(std::move(status));
            });
        };
        auto operation = net::asio::async_initiate<decltype(net::kUse), void(Status)>(
            std::move(start), net::kUse, std::move(batch));
        auto [status] = co_await std::move(operation);
        co_return std::move(status);
    }
    [[nodiscard]] spool::Spool& operator*() { return *spool_; }
    [[nodiscard]] spool::Spool* operator->() { return spool_.get(); }

private:
    net::asio::io_context& loop_;
    std::unique_ptr<spool::Spool> spool_;
};

}  // namespace sealgate::flow
