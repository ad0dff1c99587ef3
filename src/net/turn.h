#pragma once
// SPDX-License-Identifier: Apache-2.0

#include "net/asio.h"

namespace sealgate::net {

// Lets everything else that is ready run first. Awaited before a send, it makes the sends of one
// turn of the loop leave together, so that a busy peer host is woken once for several of them; on
// loopback a wake-up costs about as much as the send.
inline auto next_turn(const Executor& executor) {
    return asio::post(executor, kUse);
}

}  // namespace sealgate::net
