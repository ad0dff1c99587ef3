#pragma once
// SPDX-License-Identifier: Apache-2.0
// The spool as a coroutine sees it: commit() comes back on the loop's thread when the batch is
// synced. After close() nothing is taken and nothing found: what then still runs gets an error.

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
        if (!spool_) co_return fail(ErrorKind::transient, "flow.spool", "shutting down");
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
    // As of spool::Spool.
    void note(std::vector<spool::Update> updates) {
        if (spool_) spool_->note(std::move(updates));
    }
    [[nodiscard]] Result<Content> load(MessageId id) {
        if (!spool_) return fail(ErrorKind::transient, "flow.spool", "shutting down");
        return spool_->load(id);
    }
    [[nodiscard]] bool healthy() const { return spool_ && spool_->healthy(); }
    [[nodiscard]] std::uint64_t room() const { return spool_ ? spool_->room() : 0; }

private:
    net::asio::io_context& loop_;
    std::unique_ptr<spool::Spool> spool_;
};

}  // namespace sealgate::flow
