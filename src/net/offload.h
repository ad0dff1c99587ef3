#pragma once
// SPDX-License-Identifier: Apache-2.0
// Runs something slow on a pool and comes back to the loop with its result.

#include "net/asio.h"

#include <boost/asio/thread_pool.hpp>

#include <type_traits>
#include <utility>

namespace sealgate::net {

// `work` is moved to a thread of the pool; what it refers to must outlive the call. It must not
// throw.
template <class F>
Task<std::invoke_result_t<F>> offload(asio::thread_pool& pool, F work) {
    using R = std::invoke_result_t<F>;
    auto start = [&pool](auto handler, F job) {
        asio::post(pool, [handler = std::move(handler), job = std::move(job)]() mutable {
            R result = job();
            auto executor = asio::get_associated_executor(handler);
            asio::post(executor,
                       [handler = std::move(handler), result = std::move(result)]() mutable {
                           std::move(handler)(std::move(result));
                       });
        });
    };
    auto operation =
        asio::async_initiate<decltype(kUse), void(R)>(std::move(start), kUse, std::move(work));
    auto [result] = co_await std::move(operation);
    co_return std::move(result);
}

}  // namespace sealgate::net
