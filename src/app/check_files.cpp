// SPDX-License-Identifier: Apache-2.0
#include "app/check_files.h"

#include "alert/webhook_sink.h"
#include "flow/key_file.h"
#include "net/tls.h"
#include "os/file_system.h"
#include "os/local_socket.h"

namespace sealgate::app {

namespace {

// At the place of the key in the file.
config::Problem at(const config::Settings& settings, std::string_view key, std::string message) {
    config::Problem problem{settings.file, 0, 0, std::move(message)};
    if (const auto found = settings.written.find(key); found != settings.written.end()) {
        problem.line = found->second.line;
        problem.column = 1;
    }
    return problem;
}

}  // namespace

std::vector<config::Problem> check_files(const config::Settings& settings) {
    std::vector<config::Problem> problems;
    const config::Tls& tls = settings.tls;
    if (!tls.certificate_file.empty() && !tls.key_file.empty()) {
        const auto server = net::TlsContext::server(settings.path(tls.certificate_file),
                                                    settings.path(tls.key_file));
        if (!server) {
            const std::string& why = server.error().detail();
            problems.push_back(at(
                settings, why.starts_with("key") ? "tls.key_file" : "tls.certificate_file", why));
        }
    }
    for (const auto& [key, file] :
         {std::pair("tls.ca_file", tls.ca_file),
          std::pair("mail_log.syslog.ca_file", settings.mail_log.syslog.ca_file),
          std::pair("alerts.webhook_ca_file", settings.alerts.webhook_ca_file)}) {
        if (file.empty()) continue;
        const auto client = net::TlsContext::client(true, settings.path(file));
        if (!client) problems.push_back(at(settings, key, client.error().detail()));
    }
    if (!settings.alerts.webhook_secret_file.empty()) {
        const auto secret =
            alert::WebhookSink::read_secret(settings.path(settings.alerts.webhook_secret_file));
        if (!secret) {
            problems.push_back(at(settings, "alerts.webhook_secret_file", secret.error().detail()));
        }
    }
    for (const config::DeclaredRoute& declared : settings.routes) {
        const policy::Route& route = declared.route;
        if (const std::string& socket = route.next_hop.socket; !socket.empty()) {
            if (const Status may = os::may_connect(socket, os::owner_of(settings.data_dir)); !may) {
                problems.push_back(
                    at(settings, "route." + route.domain.text(), may.error().detail()));
            }
        }
        if (route.tls_ca_file.empty()) continue;
        const auto client = net::TlsContext::client(true, settings.path(route.tls_ca_file));
        if (client) continue;
        problems.push_back(at(settings, "route." + route.domain.text(), client.error().detail()));
    }
    if (!settings.spool.key_file.empty()) {
        const auto files = os::posix_file_system();
        const std::string path = settings.path(settings.spool.key_file);
        // A file that is missing is made at first start, if its directory is there.
        const auto there = files->exists(path);
        const auto folder = files->exists(os::parent_directory(path));
        if (there && !*there && folder && *folder) return problems;
        const auto key = flow::key_from_file(*files, path, false);
        if (!key) problems.push_back(at(settings, "spool.key_file", key.error().detail()));
    }
    return problems;
}

}  // namespace sealgate::app
