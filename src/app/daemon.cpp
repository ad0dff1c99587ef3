// SPDX-License-Identifier: Apache-2.0
#include "app/daemon.h"

#include "admin/context.h"
#include "admin/template_library.h"
#include "admin/warnings.h"
#include "app/alerts.h"
#include "app/data_lock.h"
#include "app/gateway_admin.h"
#include "app/sightings.h"
#include "flow/gateway.h"
#include "maillog/mail_log.h"
#include "net/dns_settings.h"
#include "os/file_system.h"
#include "os/service_manager.h"
#include "store/database.h"
#include "syslog/sender.h"
#include "web/server.h"

#include <nlohmann/json.hpp>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <atomic>
#include <csignal>
#include <cstdio>
#include <thread>

namespace sealgate::app {

namespace {

constexpr int kExitFailure = 70;   // EX_SOFTWARE
constexpr int kExitTryLater = 75;  // EX_TEMPFAIL
constexpr int kExitConfig = 78;    // EX_CONFIG

int exit_status(const Error& error) {
    switch (error.kind()) {
        case ErrorKind::malformed:
        case ErrorKind::refused:
            return kExitConfig;
        case ErrorKind::transient:
        case ErrorKind::exhausted:
        case ErrorKind::conflict:
            return kExitTryLater;
        case ErrorKind::not_found:
        case ErrorKind::internal:
            break;
    }
    return kExitFailure;
}

int complain(const Error& error) {
    std::fprintf(stderr, "sealgated: %s\n", error.detail().c_str());
    return exit_status(error);
}

// No clear text in core files, no other user's eyes on our memory, nothing readable by others on
// disk.
void protect_process() {
    (void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    const rlimit none{0, 0};
    (void)setrlimit(RLIMIT_CORE, &none);
    (void)umask(077);
    (void)std::signal(SIGPIPE, SIG_IGN);
    // Ten thousand sessions need as many descriptors.
    rlimit files{};
    if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
        files.rlim_cur = files.rlim_max;
        (void)setrlimit(RLIMIT_NOFILE, &files);
    }
}

sigset_t handled_signals() {
    sigset_t set;
    sigemptyset(&set);
    for (const int signal : {SIGTERM, SIGINT, SIGHUP, SIGUSR1})
        sigaddset(&set, signal);
    return set;
}

maillog::Options log_options(const config::Settings& settings) {
    maillog::Options options;
    options.directory = settings.path("maillog");
    options.tag = settings.mail_log.tag;
    if (!settings.mail_log.file.empty()) options.text_file = settings.path(settings.mail_log.file);
    if (!settings.mail_log.json_file.empty()) {
        options.json_file = settings.path(settings.mail_log.json_file);
    }
    options.node = settings.node;
    options.keep_for = settings.mail_log.keep_for;
    options.keep_bytes = settings.mail_log.keep_size;
    return options;
}

flow::SitePointer to_site(const admin::Effective& effective) {
    auto site = std::make_shared<flow::Site>();
    site->domains = effective.domains;
    site->routes = effective.routes;
    site->unmanaged = effective.unmanaged;
    for (const auto& [name, languages] : effective.templates) {
        for (const auto& [language, source] : languages) {
            // Checked when it was set; a text that a newer program refuses leaves the built-in one
            // in force.
            auto replaced = site->templates.replace(name, language, {source.text, source.html});
            if (replaced) continue;
            std::fprintf(stderr,
                         "sealgated: template %s%s%s: %s\n",
                         name.c_str(),
                         language.empty() ? "" : ", language ",
                         language.c_str(),
                         replaced.error().detail().c_str());
        }
    }
    return site;
}

// Everything the daemon is made of, in the order in which it is opened; closed in reverse.
class Daemon {
public:
    Daemon(std::shared_ptr<const config::Settings> settings,
           os::ServiceManager manager,
           std::vector<os::InheritedSocket> inherited)
        : settings_(std::move(settings)),
          manager_(std::move(manager)),
          serving_("serving " + settings_->hostname),
          inherited_(std::move(inherited)),
          files_(os::posix_file_system()) {}

    Status open() {
        SG_TRYV(files_->make_directories(settings_->path("run")));
        SG_TRY(lock_, DataLock::take(settings_->data_dir, settings_->path("run/sealgated.lock")));
        SG_TRY(database_, store::Database::open({settings_->database, settings_->data_dir}));
        SG_TRY(log_, maillog::MailLog::open(log_options(*settings_), *files_, clock_));
        context_ = std::make_unique<admin::Context>(*database_,
                                                    clock_,
                                                    settings_,
                                                    admin::delivery_templates(),
                                                    [this](const auto& effective) {
                                                        if (gateway_)
                                                            gateway_->set_site(to_site(*effective));
                                                    });
        SG_TRYV(context_->adopt_settings(settings_, {"sealgated", "start"}));
        SG_TRY(auto effective, admin::effective(*context_));
        sightings_ = std::make_unique<Sightings>(
            *context_, [this](const std::string& domain, const auto& first) {
                std::fprintf(
                    stderr, "sealgated: first mail of unmanaged domain %s\n", domain.c_str());
                if (gateway_) gateway_->note_new_domain(domain, first);
                if (alerts_) {
                    alerts_->note_domain({domain,
                                          first.source.to_string(),
                                          std::string(policy::to_string(first.action)),
                                          to_string(first.connection)});
                }
            });
        context_->before_unmanaged([this] {
            if (sightings_) sightings_->flush();
        });
        gateway_ =
            std::make_unique<flow::Gateway>(flow::GatewayOptions{settings_,
                                                                 to_site(*effective),
                                                                 [this](const auto& sighting) {
                                                                     if (sightings_)
                                                                         sightings_->add(sighting);
                                                                 },
                                                                 std::exchange(inherited_, {}),
                                                                 [this] { heartbeat(); }},
                                            *files_,
                                            clock_,
                                            *log_);
        SG_TRYV(gateway_->open());
        SG_TRYV(start_syslog());
        alerts_ = std::make_unique<alert::Engine>(
            *context_, alert_options(*gateway_, *log_, *files_, clock_, *context_));
        context_->on_alert_test([this](std::string_view name) { return alerts_->test(name); });
        gateway_admin_ = std::make_unique<GatewayAdmin>(
            *gateway_, *log_, clock_, settings_->hostname, ready_, syslog_.get());
        web::ServerOptions web_options = web::server_options(*settings_);
        web_options.version = SEALGATE_VERSION;
        web_options.report = [](std::string_view text) {
            std::fprintf(stderr, "sealgated: %.*s\n", static_cast<int>(text.size()), text.data());
        };
        SG_TRY(web_, web::Server::start(std::move(web_options), *context_, *gateway_admin_, *log_));
        warn();
        return publish_ports();
    }

    void serve() {
        std::thread signals([this] { wait_for_signals(); });
        ready_ = true;
        alerts_->start();
        gateway_->run();
        signals.join();
    }

    void close() {
        ready_ = false;
        (void)files_->remove(settings_->path("run/ports.json"));
        sightings_.reset();
        alerts_->stop();
        gateway_->run_posted();
        syslog_.reset();  // the last lines as well
    }

private:
    Status start_syslog() {
        const config::Syslog& wanted = settings_->mail_log.syslog;
        if (wanted.target.empty()) return {};
        SG_TRY(auto target, config::SyslogTarget::parse(wanted.target));
        SG_TRY(syslog_,
               syslog::Sender::start(
                   {.target = std::move(target),
                    .origin = {.facility = wanted.facility,
                               .hostname = settings_->hostname,
                               .app_name = settings_->mail_log.tag},
                    .verify = wanted.verify,
                    .ca_file = wanted.ca_file.empty() ? "" : settings_->path(wanted.ca_file),
                    .dns = net::dns_options(settings_->dns),
                    .backlog = wanted.backlog,
                    .position_file = settings_->path("maillog/syslog.position"),
                    .report =
                        [](const std::string& text) {
                            std::fprintf(stderr, "sealgated: %s\n", text.c_str());
                        }},
                   *log_,
                   *files_));
        return {};
    }

    // On the I/O thread: that it turns is what the watchdog wants to know.
    void heartbeat() {
        if (!std::exchange(said_ready_, true)) {
            manager_.ready(serving_);
        }
        manager_.alive();
    }

    // Written last, by rename: whoever finds it can talk to every port in it.
    Status publish_ports() {
        nlohmann::json ports = nlohmann::json::object();
        for (const flow::ListenerView& view : gateway_->listeners()) {
            ports[view.name] = view.port;
            std::fprintf(
                stderr, "sealgated: listener %s on %s\n", view.name.c_str(), view.address.c_str());
        }
        if (web_->port() != 0) {
            ports["api"] = web_->port();
            std::fprintf(stderr, "sealgated: api on port %u\n", unsigned{web_->port()});
        }
        return os::write_file_durably(
            *files_, settings_->path("run/ports.json"), ports.dump() + "\n");
    }

    void wait_for_signals() {
        const sigset_t set = handled_signals();
        for (;;) {
            int signal = 0;
            if (sigwait(&set, &signal) != 0) continue;
            if (signal == SIGHUP) {
                manager_.reloading();
                reload();
                manager_.ready(serving_);
            } else if (signal == SIGUSR1) {
                log_->reopen_files();
            } else {
                break;
            }
        }
        manager_.stopping();
        std::fprintf(stderr, "sealgated: ending\n");
        // First nobody may ask the gateway any more, then it may go.
        alerts_->begin_stop();
        web_->stop();
        sightings_->flush();
        alerts_->stop();
        gateway_->stop();
    }

    // A bad file changes nothing: the last good settings stay in force.
    void reload() {
        config::Loaded loaded = config::load(settings_->file);
        for (const config::Problem& problem : loaded.problems) {
            std::fprintf(stderr, "sealgated: reload: %s\n", config::to_string(problem).c_str());
        }
        if (!loaded.problems.empty()) {
            std::fprintf(stderr, "sealgated: reload: nothing was changed\n");
            return;
        }
        auto fresh = std::make_shared<const config::Settings>(
            config::after_reload(*settings_, std::move(loaded.settings)));
        for (const auto& [key, value] : fresh->waiting) {
            std::fprintf(stderr,
                         "sealgated: reload: a change of %s takes effect at the next start\n",
                         key.c_str());
        }
        if (auto taken = gateway_->set_settings(fresh).get(); !taken) {
            std::fprintf(stderr, "sealgated: reload: %s\n", taken.error().detail().c_str());
            return;
        }
        if (auto adopted = context_->adopt_settings(fresh, {"sealgated", "reload"}); !adopted) {
            std::fprintf(stderr, "sealgated: reload: %s\n", adopted.error().detail().c_str());
            return;
        }
        settings_ = fresh;
        log_->reopen_files();
        std::fprintf(stderr, "sealgated: reloaded %s\n", settings_->file.c_str());
        warn();
    }

    void warn() {
        const auto now = context_->published();
        if (!now) return;
        for (const std::string& warning : admin::warnings(*settings_, now->domains, now->routes)) {
            std::fprintf(stderr, "sealgated: warning: %s\n", warning.c_str());
        }
    }

    std::shared_ptr<const config::Settings> settings_;
    const os::ServiceManager manager_;
    const std::string serving_;
    std::vector<os::InheritedSocket> inherited_;
    bool said_ready_ = false;
    SystemClock clock_;
    std::unique_ptr<os::FileSystem> files_;
    std::unique_ptr<DataLock> lock_;
    std::unique_ptr<store::Database> database_;
    std::unique_ptr<maillog::MailLog> log_;
    std::unique_ptr<syslog::Sender> syslog_;  // reads the log
    std::unique_ptr<admin::Context> context_;
    std::unique_ptr<Sightings> sightings_;
    std::unique_ptr<flow::Gateway> gateway_;
    std::unique_ptr<alert::Engine> alerts_;
    std::atomic<bool> ready_{false};
    std::unique_ptr<GatewayAdmin> gateway_admin_;
    std::unique_ptr<web::Server> web_;
};

}  // namespace

int run_daemon(std::shared_ptr<const config::Settings> settings) {
    protect_process();
    // Blocked before any thread is made, so that only the thread that waits for them gets them.
    const sigset_t set = handled_signals();
    (void)pthread_sigmask(SIG_BLOCK, &set, nullptr);
    auto manager = os::ServiceManager::from_environment();
    auto inherited = os::take_inherited_sockets();
    if (!inherited) return complain(inherited.error());
    Daemon daemon(std::move(settings), std::move(manager), *std::move(inherited));
    if (auto opened = daemon.open(); !opened) return complain(opened.error());
    daemon.serve();
    daemon.close();
    return 0;
}

}  // namespace sealgate::app
