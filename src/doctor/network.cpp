// SPDX-License-Identifier: Apache-2.0
// DNS, ports, next hops: who is there, asked as the gateway would ask.
#include "base/text.h"
#include "delivery/upstream_pool.h"
#include "doctor/doctor.h"
#include "net/dns_settings.h"
#include "os/local_socket.h"

#include <fmt/format.h>
#include <netdb.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <functional>
#include <optional>
#include <set>
#include <sstream>

namespace sealgate::doctor {

namespace {

using net::Task;

constexpr std::chrono::seconds kPatience{5};

// Runs one question on a loop of its own.
template <class T>
T ask(const std::function<Task<T>(net::asio::io_context&, net::Deadlines&)>& question) {
    net::asio::io_context loop{1};
    net::Deadlines deadlines(loop);
    deadlines.start();
    std::optional<T> answer;
    net::asio::co_spawn(
        loop.get_executor(),
        [&]() -> Task<void> {
            T given = co_await question(loop, deadlines);
            answer.emplace(std::move(given));
            deadlines.stop();
            loop.stop();
        },
        net::asio::detached);
    loop.run();
    return *std::move(answer);
}

// The first line that is said on a port; "" when nothing came.
Task<Result<std::string>> greeting(net::asio::ip::tcp::endpoint endpoint,
                                   net::Deadlines& deadlines) {
    auto stream = co_await net::Stream::connect(endpoint, deadlines, kPatience);
    if (!stream) co_return std::unexpected(std::move(stream).error());
    (*stream)->set_timeout(kPatience);
    auto line = co_await (*stream)->read();
    if (!line) co_return std::string();
    co_return std::string(line->substr(0, line->find_first_of("\r\n")));
}

// Whether a port could be ours: bound and let go again at once.
bool can_bind(const net::asio::ip::tcp::endpoint& endpoint) {
    net::asio::io_context loop;
    net::Acceptor acceptor(loop.get_executor());
    boost::system::error_code error;
    (void)acceptor.open(endpoint.protocol(), error);
    if (!error) (void)acceptor.set_option(net::asio::socket_base::reuse_address(true), error);
    if (!error) (void)acceptor.bind(endpoint, error);
    return !error;
}

void check_listener(const Subject& subject, const config::Listener& listener, Findings& out) {
    const std::string area = "listener " + listener.name;
    boost::system::error_code error;
    const auto address = net::asio::ip::make_address(listener.address.host, error);
    const net::asio::ip::tcp::endpoint bound(address, listener.address.port);
    const std::string shown = listener.address.to_string();
    if (listener.address.port == 0) return;  // any port: nobody else's either
    auto there = bound;
    if (address.is_unspecified()) {
        there.address(address.is_v6()
                          ? net::asio::ip::address(net::asio::ip::address_v6::loopback())
                          : net::asio::ip::address(net::asio::ip::address_v4::loopback()));
    }
    const std::string holder = listener_of(listener.address.port);
    const std::string by = holder.empty() ? "" : ", held by " + holder;
    if (!subject.running) {
        if (can_bind(bound)) {
            out.push_back({area, Level::ok, shown + " is free for it", ""});
            return;
        }
        out.push_back({area,
                       Level::fail,
                       fmt::format("{} cannot be used{}", shown, by),
                       holder.empty() ? "a port below 1024 needs root or CAP_NET_BIND_SERVICE; an "
                                        "address must be one of this machine"
                                      : "end that program, or give the listener another address"});
        return;
    }
    if (listener.tls == config::ListenerTls::implicit) return;  // it greets inside TLS
    if (!listener.proxy_protocol_from.empty()) return;          // it may wait for a PROXY header
    const auto said =
        ask<Result<std::string>>([&](net::asio::io_context& /*loop*/, net::Deadlines& deadlines) {
            return greeting(there, deadlines);
        });
    if (said && said->starts_with("220 " + subject.settings.hostname)) {
        out.push_back({area, Level::ok, shown + " greets", ""});
    } else if (said && said->starts_with("554 5.7.1")) {
        out.push_back(
            {area, Level::ok, shown + " answers (not in its trusted_networks: this machine)", ""});
    } else if (said && said->starts_with("4")) {
        out.push_back({area,
                       Level::warn,
                       fmt::format("{} says {}", shown, escape_for_log(*said, 200)),
                       "it is at its limits: see 'sealgate status'"});
    } else {
        out.push_back({area,
                       Level::fail,
                       fmt::format("{} does not greet as {}{}{}",
                                   shown,
                                   subject.settings.hostname,
                                   !said           ? ": " + said.error().detail()
                                   : said->empty() ? ": it says nothing"
                                                   : ": " + escape_for_log(*said, 200),
                                   by),
                       "another program has the port, or a firewall is between: restart the daemon "
                       "and read what it says"});
    }
}

// The sockets that listen on a port, by inode: /proc/net/tcp, proc(5).
std::set<std::string> listening_inodes(std::uint16_t port) {
    std::set<std::string> inodes;
    for (const char* table : {"/proc/net/tcp", "/proc/net/tcp6"}) {
        std::ifstream file(table);
        std::string line;
        std::getline(file, line);
        while (std::getline(file, line)) {
            std::istringstream words(line);
            std::array<std::string, 10> field;
            for (std::string& one : field)
                words >> one;
            const std::string end = fmt::format(":{:04X}", port);
            if (field[1].ends_with(end) && field[3] == "0A") inodes.insert(field[9]);
        }
    }
    return inodes;
}

std::string advice_for(const policy::Route& route) {
    return fmt::format("mail for {} waits: {}",
                       route.domain.text(),
                       route.next_hop.socket.empty()
                           ? fmt::format("look at that server, its firewall and the route's tls = "
                                         "\"{}\"",
                                         policy::to_string(route.tls))
                           : "start that program, or let the gateway's user connect to its socket "
                             "(Dovecot: mode, user and group of 'unix_listener lmtp')");
}

struct Hop {
    std::string description;
};

Task<Result<Hop>> visit(net::asio::io_context& loop,
                        net::Deadlines& deadlines,
                        const Subject& subject,
                        policy::Route route) {
    delivery::PoolOptions options;
    options.upstream.hostname = subject.settings.hostname;
    options.upstream.connect_timeout = kPatience;
    options.upstream.reply_timeout = kPatience;
    options.data_dir = subject.settings.data_dir;
    net::Dns dns(loop);
    const Status configured = dns.configure(net::dns_options(subject.settings.dns));
    if (!configured) co_return std::unexpected(configured.error());
    delivery::UpstreamPool pool(loop, deadlines, dns, options);
    const std::string& ca = subject.settings.tls.ca_file;
    auto any = net::TlsContext::client(false, "");
    if (!any) co_return std::unexpected(std::move(any).error());
    auto verified = net::TlsContext::client(true, ca.empty() ? "" : subject.settings.path(ca));
    if (!verified) co_return std::unexpected(std::move(verified).error());
    pool.set_tls(*std::move(any), *std::move(verified));
    auto lease = co_await pool.acquire(route, true);
    if (!lease) {
        co_return fail(ErrorKind::transient, "doctor.next_hop", lease.error().reply.text);
    }
    Hop hop;
    hop.description = lease->upstream->description();
    co_await lease->upstream->quit();
    co_return hop;
}

}  // namespace

std::string listener_of(std::uint16_t port) {
    const auto inodes = listening_inodes(port);
    std::error_code error;
    for (const auto& process : std::filesystem::directory_iterator("/proc", error)) {
        const std::string pid = process.path().filename().string();
        if (inodes.empty() || !parse_number(pid)) continue;
        std::error_code hidden;
        for (const auto& descriptor :
             std::filesystem::directory_iterator(process.path() / "fd", hidden)) {
            const auto target = std::filesystem::read_symlink(descriptor.path(), hidden).string();
            constexpr std::string_view kSocket = "socket:[";
            if (!target.starts_with(kSocket)) continue;
            if (!inodes.contains(target.substr(kSocket.size(), target.size() - kSocket.size() - 1)))
                continue;
            std::ifstream file(process.path() / "comm");
            std::string name;
            std::getline(file, name);
            return fmt::format("{} (pid {})", escape_for_log(name, 64), pid);
        }
    }
    return "";
}

void check_name(const Subject& subject, Findings& out) {
    const std::string& name = subject.settings.hostname;
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* list = nullptr;
    const int answer = getaddrinfo(name.c_str(), nullptr, &hints, &list);
    if (answer == 0) {
        freeaddrinfo(list);
        out.push_back({"DNS", Level::ok, name + " has an address", ""});
    } else {
        out.push_back(
            {"DNS",
             Level::warn,
             fmt::format("{} does not resolve here: {}", name, gai_strerror(answer)),
             "give the name an A or AAAA record and the address a PTR record for it: many "
             "servers refuse mail from a name that nobody knows"});
    }
}

void check_listeners(const Subject& subject, Findings& out) {
    for (const config::Listener& listener : subject.settings.listeners)
        check_listener(subject, listener, out);
    const bool ours = std::ranges::any_of(subject.settings.listeners, [](const auto& listener) {
        return listener.address.port == 25;
    });
    if (ours) return;
    const std::string holder = listener_of(25);
    if (!holder.empty())
        out.push_back({"port 25", Level::ok, "not ours: " + holder + " listens there", ""});
}

void check_next_hops(const Subject& subject, Findings& out) {
    if (subject.routes.empty()) {
        out.push_back({"routes",
                       Level::warn,
                       subject.running ? "there is no route" : "the file has no route",
                       "clients get 451 4.3.5 until there is one: 'sealgate route add' or "
                       "[[route]]"});
        return;
    }
    constexpr std::size_t kMost = 50;
    std::set<std::string> asked;
    for (const policy::Route& route : subject.routes) {
        const std::string& socket = route.next_hop.socket;
        if (!route.next_hop.names_host() && socket.empty()) continue;
        if (!asked.insert(delivery::identity(route)).second) continue;
        if (asked.size() > kMost) {
            out.push_back({"next hop", Level::ok, "the others were not asked: too many", ""});
            break;
        }
        const std::string area = "next hop " + route.next_hop.to_string();
        // We may be root, who may connect to anything.
        const Status may = socket.empty()
                               ? Status()
                               : os::may_connect(socket, os::owner_of(subject.settings.data_dir));
        if (!may) {
            out.push_back(
                {area, Level::fail, escape_for_log(may.error().detail()), advice_for(route)});
            continue;
        }
        const auto hop =
            ask<Result<Hop>>([&](net::asio::io_context& loop, net::Deadlines& deadlines) {
                return visit(loop, deadlines, subject, route);
            });
        if (!hop) {
            out.push_back(
                {area, Level::fail, escape_for_log(hop.error().detail()), advice_for(route)});
            continue;
        }
        out.push_back({area, Level::ok, "answers EHLO: " + escape_for_log(hop->description), ""});
    }
}

}  // namespace sealgate::doctor
