#pragma once
// SPDX-License-Identifier: Apache-2.0
// HTTP/1.1 on the control socket and, where asked for, on a TCP address. It has one I/O thread and
// a few workers of its own, so that neither a slow client nor a slow search touches the mail path.
//
// Per connection: head gate (head_gate.h), then the library's parser for the body, then the router
// on a worker. A request that the gate refuses is answered once and its connection closed, so
// whatever was pipelined behind it never runs.

#include "base/network.h"
#include "base/result.h"
#include "config/settings.h"
#include "web/router.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace sealgate::web {

struct HttpOptions {
    std::string socket;           // path of the control socket; its directory exists
    unsigned socket_mode = 0600;  // who may connect at all
    std::optional<config::SocketAddress> address =
        {};                                     // TCP; nullopt = none, port 0 = any free one
    std::vector<Network> public_networks = {};  // who may ask over TCP
    std::size_t socket_connections = 128;
    std::size_t tcp_connections = 64;
    std::chrono::milliseconds head_deadline{10'000};  // from the first octet of a head
    std::chrono::milliseconds body_deadline{60'000};
    std::chrono::milliseconds idle_deadline{60'000};  // between requests
    std::chrono::milliseconds write_deadline{30'000};
    std::chrono::milliseconds stop_deadline{5'000};  // for requests under way when it stops
    std::size_t workers = 2;
};

class HttpServer {
public:
    // Binds and serves. The control socket replaces one that nobody serves any more. transient: it
    // cannot be bound; conflict: another process serves it. `router` must outlive the server and
    // not change any more.
    [[nodiscard]] static Result<std::unique_ptr<HttpServer>> start(HttpOptions options,
                                                                   const Router& router);
    HttpServer() = default;
    HttpServer(const HttpServer&) = delete;
    HttpServer& operator=(const HttpServer&) = delete;
    HttpServer(HttpServer&&) = delete;
    HttpServer& operator=(HttpServer&&) = delete;
    // Stops as stop() does.
    virtual ~HttpServer() = default;

    // Takes no new connections, finishes the requests under way within stop_deadline, removes the
    // socket. Any thread but the server's own; the second call does nothing.
    virtual void stop() = 0;
    // The TCP port; 0 = no TCP listener.
    [[nodiscard]] virtual std::uint16_t port() const = 0;
};

}  // namespace sealgate::web
