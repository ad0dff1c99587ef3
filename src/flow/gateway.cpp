// SPDX-License-Identifier: Apache-2.0
#include "flow/gateway.h"

#include "flow/key_file.h"
#include "flow/stored_envelope.h"
#include "net/dns_settings.h"
#include "net/local_addresses.h"

#include <boost/asio/executor_work_guard.hpp>
#include <fmt/format.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstdlib>
#include <set>

namespace sealgate::flow {

using maillog::Level;
using net::Task;

namespace {

constexpr int kBacklog = 1024;
constexpr std::chrono::milliseconds kAcceptPause{100};  // after EMFILE and the like
constexpr std::chrono::seconds kHousekeeping{1};
constexpr std::chrono::milliseconds kStopPoll{20};
// From the connection to the end of its PROXY header: a balancer has it ready.
constexpr std::chrono::milliseconds kProxyHeaderTimeout{std::chrono::seconds(5)};

delivery::PoolOptions pool_options(const config::Settings& settings) {
    delivery::PoolOptions options;
    options.upstream.hostname = settings.hostname;
    options.upstream.connect_timeout = settings.delivery.connect_timeout;
    options.upstream.reply_timeout = settings.delivery.reply_timeout;
    options.upstream.final_timeout = settings.delivery.final_timeout;
    options.upstream.chunking = settings.delivery.chunking;
    options.messages_per_connection = settings.delivery.messages_per_connection;
    options.connection_age = settings.delivery.connection_age;
    options.idle_for = settings.delivery.connection_idle;
    options.data_dir = settings.data_dir;
    options.hosts.own_name = settings.hostname;
    options.hosts.mx_port = settings.delivery.mx_port;
    for (const config::Listener& listener : settings.listeners) {
        if (listener.address.port != settings.delivery.mx_port) continue;
        const auto address = IpAddress::parse(listener.address.host);
        const bool any = listener.address.host == "0.0.0.0" || listener.address.host == "::";
        if (any) {
            const std::vector<IpAddress> all = net::local_addresses();
            options.hosts.own_addresses.insert(
                options.hosts.own_addresses.end(), all.begin(), all.end());
        } else if (address) {
            options.hosts.own_addresses.push_back(*address);
        }
    }
    options.hosts.refused_networks = settings.dns.refused_networks;
    return options;
}

}  // namespace

// A listener's socket with its sessions.
struct Gateway::Port {
    explicit Port(net::asio::io_context& loop) : acceptor(loop) {}
    net::Acceptor acceptor;
    std::shared_ptr<const ListenerSetup> setup;
    std::string address;
    std::uint16_t number = 0;
    std::set<Session*> sessions;
};

Gateway::Gateway(GatewayOptions options,
                 os::FileSystem& files,
                 const Clock& clock,
                 maillog::MailLog& log)
    : settings_(std::move(options.settings)),
      files_(files),
      clock_(clock),
      log_(log),
      work_(net::asio::make_work_guard(loop_)),
      deadlines_(loop_),
      journal_(log, clock),
      spool_(loop_),
      budget_(settings_->limits.memory),
      dns_(loop_),
      site_(std::move(options.site)),
      on_unmanaged_(std::move(options.on_unmanaged)),
      inherited_(std::move(options.inherited)),
      heartbeat_(std::move(options.heartbeat)) {}

Gateway::~Gateway() {
    pool_.join();
    spool_.close();
}

Status Gateway::open() {
    SG_TRYV(open_keys());
    SG_TRYV(dns_.configure(net::dns_options(settings_->dns)));
    upstreams_ =
        std::make_unique<delivery::UpstreamPool>(loop_, deadlines_, dns_, pool_options(*settings_));
    SG_TRYV(load_tls(*settings_));
    carrier_ = std::make_unique<delivery::Carrier>(
        *upstreams_, pool_, files_, settings_->data_dir, settings_->hostname);
    SG_TRYV(open_spool());
    services_ = std::make_unique<Services>(Services{loop_,
                                                    pool_,
                                                    clock_,
                                                    log_,
                                                    journal_,
                                                    spool_,
                                                    *upstreams_,
                                                    *carrier_,
                                                    *trace_,
                                                    budget_,
                                                    counters_,
                                                    on_unmanaged_,
                                                    settings_,
                                                    site_});
    queue_ = std::make_unique<Queue>(*services_);
    pipeline_ = std::make_unique<Pipeline>(*services_, *queue_);
    return open_listeners();
}

Status Gateway::open_keys() {
    SG_TRY(SecretBytes key, key_from_file(files_, settings_->path("trace.key"), true));
    trace_ = std::make_unique<TraceGuard>(settings_->hostname, std::move(key));
    return {};
}

Status Gateway::open_spool() {
    spool::Options options;
    options.directory = settings_->path("spool");
    const char* credentials =
        std::getenv("CREDENTIALS_DIRECTORY");  // NOLINT(concurrency-mt-unsafe)
    std::string path = settings_->spool.key_file.empty()
                           ? settings_->path("spool.key")
                           : settings_->path(settings_->spool.key_file);
    bool create = true;
    if (credentials != nullptr) {
        const std::string credential = std::string(credentials) + "/sealgate-spool-key";
        SG_TRY(const bool given, files_.exists(credential));
        if (given) {
            path = credential;
            create = false;
        }
    }
    SG_TRY(options.key, key_from_file(files_, path, create));
    SG_TRY(std::unique_ptr<spool::Spool> opened,
           spool::Spool::open(std::move(options), files_, clock_, spool_.notifier(), recovery_));
    spool_.attach(std::move(opened));
    return {};
}

Status Gateway::load_tls(const config::Settings& settings) {
    std::string certificate = settings.tls.certificate_file;
    std::string key = settings.tls.key_file;
    if (certificate.empty()) {
        certificate = settings.path("tls/selfsigned.crt");
        key = settings.path("tls/selfsigned.key");
        SG_TRY(const bool there, files_.exists(certificate));
        if (!there) {
            SG_TRYV(files_.make_directories(settings.path("tls")));
            SG_TRYV(net::make_self_signed(files_, certificate, key, settings.hostname));
        }
    } else {
        certificate = settings.path(certificate);
        key = settings.path(key);
    }
    SG_TRY(auto server, net::TlsContext::server(certificate, key));
    SG_TRY(auto any, net::TlsContext::client(false, ""));
    const std::string ca = settings.tls.ca_file.empty() ? "" : settings.path(settings.tls.ca_file);
    SG_TRY(auto verified, net::TlsContext::client(true, ca));
    // The pool reads them when they are needed; a file that cannot be read is said now.
    for (const config::DeclaredRoute& declared : settings.routes) {
        const std::string& file = declared.route.tls_ca_file;
        if (file.empty()) continue;
        SG_TRYV(net::TlsContext::client(true, settings.path(file)));
    }
    server_tls_ = std::move(server);
    upstreams_->set_tls(std::move(any), std::move(verified));
    return {};
}

std::shared_ptr<const ListenerSetup> Gateway::setup_for(const config::Listener& listener,
                                                        const config::Settings& settings) const {
    auto setup = std::make_shared<ListenerSetup>();
    setup->listener = listener;
    setup->options.hostname = settings.hostname;
    setup->options.postmaster = settings.report_address();
    setup->options.limits = settings.smtp.limits;
    setup->options.refuse_bare_newlines = settings.smtp.refuse_bare_newlines;
    setup->options.offer_starttls = listener.tls == config::ListenerTls::starttls ||
                                    listener.tls == config::ListenerTls::starttls_required;
    setup->options.require_tls = listener.tls == config::ListenerTls::starttls_required;
    setup->options.offer_auth = listener.auth != config::Auth::none;
    setup->options.lmtp = listener.protocol == config::Protocol::lmtp;
    setup->tls = server_tls_;
    return setup;
}

Status Gateway::open_listeners() {
    for (const os::InheritedSocket& given : inherited_) {
        const auto named = std::ranges::find(
            settings_->listeners, given.name, [](const auto& one) { return one.name; });
        if (named != settings_->listeners.end()) continue;
        return fail(ErrorKind::malformed,
                    "flow.listener",
                    fmt::format("the service manager hands over a socket '{}', and there is no "
                                "listener of that name; set FileDescriptorName= in its unit",
                                given.name));
    }
    for (const config::Listener& listener : settings_->listeners) {
        bool handed_over = false;
        for (os::InheritedSocket& given : inherited_) {
            if (given.name != listener.name) continue;
            handed_over = true;
            SG_TRYV(open_listener(listener, &given));
        }
        if (!handed_over) SG_TRYV(open_listener(listener, nullptr));
    }
    return {};
}

Status Gateway::open_listener(const config::Listener& listener, const os::InheritedSocket* given) {
    auto port = std::make_unique<Port>(loop_);
    boost::system::error_code error;
    if (given != nullptr) {
        sockaddr_storage name{};
        socklen_t size = sizeof name;
        // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): the sockets API
        (void)getsockname(given->descriptor, reinterpret_cast<sockaddr*>(&name), &size);
        const auto protocol =
            name.ss_family == AF_INET6 ? net::asio::ip::tcp::v6() : net::asio::ip::tcp::v4();
        if (name.ss_family != AF_INET && name.ss_family != AF_INET6) {
            error = net::asio::error::address_family_not_supported;
        } else {
            (void)port->acceptor.assign(protocol, given->descriptor, error);
        }
    } else {
        const auto address = net::asio::ip::make_address(listener.address.host, error);
        const net::asio::ip::tcp::endpoint endpoint(address, listener.address.port);
        if (!error) (void)port->acceptor.open(endpoint.protocol(), error);
        if (!error)
            (void)port->acceptor.set_option(net::asio::socket_base::reuse_address(true), error);
        if (!error) (void)port->acceptor.bind(endpoint, error);
        if (!error) (void)port->acceptor.listen(kBacklog, error);
    }
    if (error) {
        return fail(ErrorKind::transient,
                    "flow.listener",
                    fmt::format("listener {} cannot use {}: {}",
                                listener.name,
                                given != nullptr ? "the socket of the service manager"
                                                 : listener.address.to_string(),
                                error.message()));
    }
    const auto real = port->acceptor.local_endpoint(error);
    port->number = real.port();
    port->address = config::SocketAddress{real.address().to_string(), port->number}.to_string();
    port->setup = setup_for(listener, *settings_);
    ports_.push_back(std::move(port));
    return {};
}

void Gateway::recover() {
    for (const std::string& line : recovery_.set_aside) {
        journal_.house(Level::error, "spool: set aside: " + line);
    }
    if (recovery_.torn_bytes > 0) {
        journal_.house(Level::notice,
                       fmt::format("spool: {} octets of an unfinished write were cut off",
                                   recovery_.torn_bytes));
    }
    std::size_t recovered = 0;
    for (spool::StoredMessage& stored : recovery_.messages) {
        auto decoded = decode_envelope(stored.envelope);
        if (!decoded || decoded->envelope.recipients.size() != stored.recipients.size()) {
            // It stays in the spool, untouched, for a person or a later version to read.
            journal_.house(Level::error,
                           "spool: the envelope of message " + to_string(stored.id) +
                               " cannot be read; it is kept and not attempted");
            continue;
        }
        auto live = std::make_shared<Live>(*std::move(decoded));
        live->id = stored.id;
        live->received = stored.received;
        live->status = std::move(stored.recipients);
        live->in_flight.assign(live->status.size(), false);
        live->content_size = stored.content_size;
        live->spooled = true;
        // The log may have lost its last second to a power failure: what is still ours is said
        // again.
        journal_.message(*live);
        queue_->admit(live);
        ++recovered;
    }
    if (recovered > 0) {
        journal_.house(Level::notice,
                       fmt::format("spool: {} unfinished messages taken up again", recovered));
    }
    recovery_.messages.clear();
    (void)journal_.flush();
}

void Gateway::run() {
    const auto executor = loop_.get_executor();
    deadlines_.start();
    recover();
    queue_->start();
    for (const std::unique_ptr<Port>& port : ports_) {
        net::asio::co_spawn(executor, accept(*port), net::asio::detached);
    }
    net::asio::co_spawn(executor, housekeeping(), net::asio::detached);
    loop_.run();
    pool_.join();  // it reads from the spool
    spool_.close();
    // What the spool still had to say comes in as posted handlers.
    loop_.restart();
    loop_.poll();
    (void)journal_.flush();
}

Task<void> Gateway::accept(Port& port) {
    while (!stopping_) {
        auto [error, socket] = co_await port.acceptor.async_accept(net::kUse);
        if (stopping_) co_return;
        if (error) {
            net::Timer pause(loop_);
            pause.expires_after(kAcceptPause);
            auto [ignored] = co_await pause.async_wait(net::kUse);
            (void)ignored;
            continue;
        }
        net::asio::co_spawn(
            loop_.get_executor(), serve(port, std::move(socket)), net::asio::detached);
    }
}

Task<std::optional<Origin>> Gateway::find_origin(const Port& port,
                                                 net::Stream& stream,
                                                 ConnectionId connection) {
    Origin origin{stream.remote_address(), true, ""};
    // A stranger's header is never believed: it is plain SMTP that begins with an odd command.
    if (!contains(port.setup->listener.proxy_protocol_from, origin.address)) co_return origin;
    stream.set_timeout(kProxyHeaderTimeout);
    auto header = co_await stream.read_proxy_header();
    const std::string proxy = origin.address.to_string();
    if (!header) {
        const std::string_view when = stream.timed_out() ? " (there was none in time)" : "";
        journal_.connection(connection,
                            Level::notice,
                            fmt::format("connection from {} closed: PROXY header: {}{}",
                                        proxy,
                                        header.error().detail(),
                                        when));
        (void)journal_.flush();
        co_return std::nullopt;
    }
    using Client = net::ProxyHeader::Client;
    if (header->client == Client::given) origin.address = header->address;
    origin.known = header->client != Client::unknown;
    if (header->client != Client::own) {
        origin.by =
            (origin.known ? "PROXY header of " : "PROXY header without an address of ") + proxy;
    }
    co_return origin;
}

bool Gateway::refuse_connection(const Port& port, const Origin& origin) const {
    const IpAddress& source = origin.address;
    const bool exempt = origin.known && contains(port.setup->listener.trusted_networks, source);
    // The last tenth of the connections is for those who are trusted.
    const std::size_t all = settings_->smtp.connections;
    if (sessions_ >= (exempt ? all : all - all / 10)) return true;
    if (budget_.pressure(exempt) == Budget::Pressure::refuse_connection) return true;
    if (exempt) return false;
    const auto found = per_source_.find(source.to_string());
    return found != per_source_.end() && found->second >= settings_->smtp.connections_per_source;
}

Task<void> Gateway::serve(Port& port, net::Socket socket) {
    auto stream = std::make_unique<net::Stream>(std::move(socket), deadlines_);
    auto connection = log_.next_connection();
    std::optional<Origin> origin(Origin{stream->remote_address(), true, ""});
    bool refused = !connection || sessions_ >= settings_->smtp.connections;
    if (!refused && !port.setup->listener.proxy_protocol_from.empty()) {
        ++sessions_;
        origin = co_await find_origin(port, *stream, *connection);
        --sessions_;
        if (!origin) co_return;
        refused = stopping_;
    }
    if (refused || refuse_connection(port, *origin)) {
        // One line to the client, and no session: that is all an overload may cost.
        stream->set_timeout(std::chrono::seconds(5));
        const std::string line = smtp::render(replies::too_busy());
        auto sent = co_await stream->write(line);
        (void)sent;
        co_return;
    }
    const std::string key = origin->address.to_string();
    ++per_source_[key];
    ++sessions_;
    auto session = std::make_unique<Session>(
        *services_, *pipeline_, *queue_, port.setup, std::move(stream), *connection, *origin);
    port.sessions.insert(session.get());
    co_await session->run();
    port.sessions.erase(session.get());
    --sessions_;
    if (--per_source_[key] == 0) per_source_.erase(key);
}

Task<void> Gateway::housekeeping() {
    net::Timer timer(loop_);
    while (!stopping_) {
        if (heartbeat_) heartbeat_();
        timer.expires_after(kHousekeeping);
        auto [error] = co_await timer.async_wait(net::kUse);
        (void)error;
        upstreams_->sweep();
    }
}

void Gateway::stop() {
    net::asio::post(loop_, [this] {
        if (stopping_) return;
        stopping_ = true;
        net::asio::co_spawn(loop_.get_executor(), shut_down(), net::asio::detached);
    });
}

Task<void> Gateway::shut_down() {
    for (const std::unique_ptr<Port>& port : ports_) {
        boost::system::error_code ignored;
        (void)port->acceptor.close(ignored);
        for (Session* session : port->sessions)
            session->stop();
    }
    queue_->stop();
    const SteadyTime until = std::chrono::steady_clock::now() + kStopPatience;
    net::Timer timer(loop_);
    while ((sessions_ > 0 || queue_->attempts_under_way() > 0) &&
           std::chrono::steady_clock::now() < until) {
        timer.expires_after(kStopPoll);
        auto [error] = co_await timer.async_wait(net::kUse);
        (void)error;
    }
    upstreams_->close_all();
    deadlines_.stop();
    (void)journal_.flush();
    work_.reset();
    loop_.stop();
}

void Gateway::set_site(SitePointer site) {
    net::asio::post(loop_, [this, site = std::move(site)]() mutable {
        site_ = site;
        if (services_) services_->site = std::move(site);
        if (queue_) queue_->routes_changed();
    });
}

void Gateway::note_new_domain(std::string domain, UnmanagedSighting first) {
    net::asio::post(loop_, [this, domain = std::move(domain), first = std::move(first)] {
        journal_.connection(
            first.connection,
            Level::warning,
            "first mail of unmanaged domain " + domain + ", from " + first.source.to_string());
        (void)journal_.flush();
    });
}

void Gateway::note_house(maillog::Level level, std::string text) {
    net::asio::post(loop_, [this, level, text = std::move(text)] {
        journal_.house(level, text);
        (void)journal_.flush();
    });
}

Task<Status> Gateway::send_notice(NoticeMail mail) {
    auto connection = log_.next_connection();
    if (!connection) co_return std::unexpected(std::move(connection).error());
    auto notice = make_notice(*settings_, mail, *connection, clock_.now());
    if (!notice) co_return std::unexpected(std::move(notice).error());
    co_return co_await queue_->submit(std::make_shared<Live>(*std::move(notice)));
}

void Gateway::run_posted() {
    loop_.restart();
    loop_.poll();
}

std::future<Status> Gateway::set_settings(std::shared_ptr<const config::Settings> settings) {
    auto promise = std::make_shared<std::promise<Status>>();
    auto future = promise->get_future();
    net::asio::post(loop_, [this, settings = std::move(settings), promise]() mutable {
        auto taken = load_tls(*settings);
        if (taken) taken = dns_.configure(net::dns_options(settings->dns));
        if (!taken) {
            journal_.house(Level::error, "reload: " + taken.error().detail());
            (void)journal_.flush();
            promise->set_value(std::move(taken));
            return;
        }
        settings_ = settings;
        services_->settings = settings;
        upstreams_->set_options(pool_options(*settings));
        budget_.set_limit(settings->limits.memory);
        for (const std::unique_ptr<Port>& port : ports_) {
            for (const config::Listener& listener : settings->listeners) {
                if (listener.name != port->setup->listener.name) continue;
                port->setup = setup_for(listener, *settings);
            }
        }
        promise->set_value({});
    });
    return future;
}

std::vector<ListenerView> Gateway::listeners() const {
    std::vector<ListenerView> views;
    for (const std::unique_ptr<Port>& port : ports_) {
        const config::Listener& listener = port->setup->listener;
        views.push_back({listener.name,
                         port->address,
                         port->number,
                         listener.direction,
                         listener.mode,
                         port->sessions.size()});
    }
    return views;
}

}  // namespace sealgate::flow
