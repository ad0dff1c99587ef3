#pragma once
// SPDX-License-Identifier: Apache-2.0
// The API of a running gateway: the resources behind an HTTP server.

#include "web/http_server.h"
#include "web/resources.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace sealgate::web {

struct ServerOptions {
    HttpOptions http;
    std::string version;
    // Faults of ours, one sentence each, for the daemon's own log; from any worker thread.
    std::function<void(std::string_view)> report;
};

// The control socket at data_dir/run/sealgate.sock, the TCP address and networks of [api].
[[nodiscard]] ServerOptions server_options(const config::Settings& settings);

class Server {
public:
    // The three services must outlive the server. Errors as HttpServer::start.
    [[nodiscard]] static Result<std::unique_ptr<Server>> start(ServerOptions options,
                                                               admin::Context& admin,
                                                               admin::Gateway& gateway,
                                                               maillog::MailLog& log);
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;
    Server(Server&&) = delete;
    Server& operator=(Server&&) = delete;
    ~Server();

    // As HttpServer::stop. Call it before anything that the services wait for stops: a request that
    // waits for a gateway whose loop has ended would wait for ever, and this with it.
    void stop();
    // The TCP port; 0 = no TCP listener.
    [[nodiscard]] std::uint16_t port() const;

private:
    Server(admin::Context& admin,
           admin::Gateway& gateway,
           maillog::MailLog& log,
           std::string version)
        : services_{admin, gateway, log, std::move(version)} {}

    Services services_;
    Router router_;
    std::unique_ptr<HttpServer> http_;
};

}  // namespace sealgate::web
