#pragma once
// SPDX-License-Identifier: Apache-2.0
// A connection to one of several addresses of a host.

#include "net/stream.h"

#include <chrono>
#include <memory>
#include <vector>

namespace sealgate::net {

// How long one address has before the next is tried beside it (RFC 8305 section 5).
inline constexpr std::chrono::milliseconds kConnectHeadStart{250};

// Tries the addresses in their order, each some time after the one before or as soon as all before
// have failed; the first connection wins and the other attempts end. Each has `timeout`. transient:
// none could be connected to; the detail names the last address and why.
Task<Result<std::unique_ptr<Stream>>> connect_any(std::vector<asio::ip::tcp::endpoint> endpoints,
                                                  Deadlines& deadlines,
                                                  std::chrono::milliseconds timeout);

}  // namespace sealgate::net
