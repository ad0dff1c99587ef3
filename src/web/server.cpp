// SPDX-License-Identifier: Apache-2.0
#include "web/server.h"

#include <fmt/format.h>

namespace sealgate::web {

ServerOptions server_options(const config::Settings& settings) {
    ServerOptions options;
    options.http.socket = settings.path("run/sealgate.sock");
    options.http.address = settings.api.address;
    options.http.public_networks = settings.api.public_networks;
    return options;
}

Result<std::unique_ptr<Server>> Server::start(ServerOptions options,
                                              admin::Context& admin,
                                              admin::Gateway& gateway,
                                              maillog::MailLog& log) {
    std::unique_ptr<Server> server(new Server(admin, gateway, log, std::move(options.version)));
    add_resources(server->router_, server->services_);
    server->router_.on_fault([report = std::move(options.report)](const Error& error) {
        if (report) report(fmt::format("{}: {}", error.where(), error.detail()));
    });
    SG_TRY(server->http_, HttpServer::start(std::move(options.http), server->router_));
    return server;
}

Server::~Server() = default;

void Server::stop() {
    http_->stop();
}

std::uint16_t Server::port() const {
    return http_->port();
}

}  // namespace sealgate::web
