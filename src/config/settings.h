#pragma once
// SPDX-License-Identifier: Apache-2.0
// The settings of the configuration file, typed, each with its default.
// docs/manual/configuration.md describes every key; `load` refuses what it does not know.
//
// One owner for every setting: what the process needs before it can open its store is file only;
// the objects further down may be declared here and are then read-only elsewhere ("managed by
// file").

#include "base/network.h"
#include "base/result.h"
#include "base/units.h"
#include "policy/managed_domains.h"
#include "policy/routes.h"
#include "policy/unmanaged_senders.h"
#include "smtp/server_session.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sealgate::config {

enum class Direction : std::uint8_t { outbound, inbound, unified };
enum class Mode : std::uint8_t { store, through };
[[nodiscard]] constexpr std::string_view to_string(Direction direction) {
    switch (direction) {
        case Direction::outbound:
            return "outbound";
        case Direction::inbound:
            return "inbound";
        case Direction::unified:
            return "unified";
    }
    return "outbound";
}
[[nodiscard]] constexpr std::string_view to_string(Mode mode) {
    return mode == Mode::store ? "store" : "through";
}
enum class ListenerTls : std::uint8_t { none, starttls, starttls_required, implicit };
enum class Auth : std::uint8_t { none, pass_through, required };
enum class Protocol : std::uint8_t { smtp, lmtp };
enum class OnFailure : std::uint8_t { stop, carry_on };  // "stop" | "continue"

// host (an IP address) and port; port 0 = any free one.
struct SocketAddress {
    std::string host;
    std::uint16_t port = 0;
    [[nodiscard]] static Result<SocketAddress> parse(std::string_view text);
    [[nodiscard]] std::string to_string() const;
    bool operator==(const SocketAddress&) const = default;
};

[[nodiscard]] std::vector<Network> loopback_networks();  // 127.0.0.0/8 and ::1

[[nodiscard]] std::vector<Network> unreachable_networks();

struct Listener {
    std::string name;
    SocketAddress address;
    Direction direction = Direction::outbound;
    Mode mode = Mode::store;  // default: store for outbound and unified, through for inbound
    Mode inbound_mode = Mode::through;  // for mail from outside; as `mode` where the file gives one
    ListenerTls tls = ListenerTls::starttls;
    Protocol protocol = Protocol::smtp;
    Auth auth = Auth::none;
    std::vector<Network> trusted_networks = loopback_networks();
    // Whose connections begin with a header of the PROXY protocol that names the client.
    std::vector<Network> proxy_protocol_from;
    // Who may say with XCLIENT that it is somebody else, and with XFORWARD where a message is from.
    std::vector<Network> xclient_from;
    std::vector<Network> xforward_from;
};

struct Tls {
    std::string certificate_file;  // PEM chain; both "" = self-signed, made at first start below
                                   // data_dir/tls
    std::string key_file;
    std::string ca_file;  // for routes with tls = "verify"; "" = the system's
};

struct Timeouts {                        // [smtp]
    std::chrono::seconds command{300};   // waiting for a command (RFC 5321 section 4.5.3.2.7)
    std::chrono::seconds content{180};   // waiting for the next block of content
    std::chrono::seconds session{3600};  // a session that carries no mail
    std::chrono::seconds handshake{30};  // TLS
};

struct Smtp {  // [smtp]
    smtp::ServerLimits limits;
    bool refuse_bare_newlines = true;
    Timeouts timeouts;
    std::size_t connections = 10'000;          // all listeners together: 421 4.3.2
    std::size_t connections_per_source = 100;  // 421 4.7.0; trusted networks are exempt
    std::size_t received_limit = 50;           // Received fields before 5.4.6
    bool trace_headers = true;  // our Received and loop-guard fields; false: nothing is added
};

struct Delivery {  // [delivery]
    std::vector<std::chrono::seconds> retry{std::chrono::seconds(60),
                                            std::chrono::seconds(120),
                                            std::chrono::seconds(300),
                                            std::chrono::seconds(600),
                                            std::chrono::seconds(1200),
                                            std::chrono::seconds(2400),
                                            std::chrono::seconds(3600)};  // the last repeats
    unsigned jitter_percent = 20;
    std::chrono::seconds warn_after{4 * 3600};  // 0 = never
    std::chrono::seconds give_up_after{5 * 86400};
    std::chrono::seconds give_up_bounce_after{2 * 86400};
    std::size_t connections = 1000;  // to all next hops, of what is in the queue
    std::size_t connections_per_next_hop = 20;
    std::size_t initial_connections = 5;  // to a next hop that has not shown yet what it bears
    std::uint16_t mx_port = 25;           // of mail servers found by MX records
    std::size_t messages_per_connection = 100;
    bool chunking = true;  // BDAT with next hops that offer it
    std::chrono::seconds connection_age{300};
    std::chrono::seconds connection_idle{10};
    std::chrono::seconds connect_timeout{30};
    std::chrono::seconds reply_timeout{300};  // EHLO, MAIL, RCPT, DATA
    std::chrono::seconds final_timeout{600};  // after the dot (RFC 5321 section 4.5.3.2.6)
    std::chrono::seconds patience_outbound{
        30};  // `through`: how long the client waits before we spool
    std::chrono::seconds patience_inbound{300};
};

struct Dns {                             // [dns]
    std::vector<SocketAddress> servers;  // empty: those of the system (/etc/resolv.conf)
    std::chrono::seconds timeout{3};     // of a first try; each further one doubles it
    std::size_t tries = 3;               // of each server
    std::size_t cache = 10'000;          // answers kept; 0 = none
    AddressFamily address_family = AddressFamily::any;
    // Addresses that mail servers found in the DNS may not have: everything that means this
    // machine, its link, or nobody in particular.
    std::vector<Network> refused_networks = unreachable_networks();
};

// Who reads reports in which language.
struct ReportLanguage {
    policy::DomainPattern domain;  // of the address that a report goes to
    std::string language;          // as mime::language_tag() gives it
};

struct Reports {  // [reports]
    // false: mail of unmanaged senders is bounced with the template the old product used for it.
    bool unmanaged_domain_template = true;
    std::string default_language = "en";    // of the templates' default texts
    std::vector<ReportLanguage> languages;  // the first that matches counts
};

struct Limits {                                   // [limits]: back-pressure
    std::uint64_t memory = 256ULL * 1024 * 1024;  // octets of message content in memory
    std::size_t queued_messages = 1'000'000;
    std::uint64_t free_disk = 512ULL * 1024 * 1024;  // kept free on the spool's file system
};

struct Spool {  // [spool]
    std::string
        key_file;  // "" = data_dir/spool.key, or the systemd credential "sealgate-spool-key"
};

struct Syslog {                     // [mail_log.syslog]
    std::string target;             // as SyslogTarget::parse takes it; "" = none
    std::uint8_t facility = 2;      // RFC 5424 table 1; 2 is "mail"
    bool verify = true;             // TLS: chain and name of the receiver's certificate
    std::string ca_file;            // PEM; "" = the system's
    std::size_t backlog = 100'000;  // records that may wait for the receiver
};

struct MailLog {  // [mail_log]
    std::string tag = "sealgate/messaging";
    std::string file = "log/mail.log";  // "" = none; relative to data_dir
    std::string json_file;              // "" = none
    OnFailure on_failure = OnFailure::stop;
    std::chrono::days keep_for{90};
    std::uint64_t keep_size = 0;  // 0 = no limit
    Syslog syslog;
};

// What is watched, and who is told. A threshold of 0 watches nothing.
struct Alerts {  // [alerts]
    std::vector<std::string> mail_to;
    std::string syslog;               // the log daemon's socket; "" = none
    std::string webhook_url;          // "" = none
    std::string webhook_secret_file;  // what requests are signed with
    std::string webhook_ca_file;      // "" = the system's
    bool webhook_private = false;     // also to addresses that are not public
    bool unmanaged_domain = true;
    std::uint64_t disk_free = 1024ULL * 1024 * 1024;
    std::chrono::seconds next_hop_down{600};
    std::chrono::seconds queue_age{4 * 3600};
    std::chrono::seconds certificate_ends{21 * 86400};
};

struct Api {                               // [api]
    std::optional<SocketAddress> address;  // absent: no TCP listener
    std::vector<Network> public_networks = loopback_networks();
};

// Where an object declared in the file stands, for "managed by file" refusals.
struct Origin {
    std::string file;
    std::uint32_t line = 0;
};

struct DeclaredDomain {
    policy::ManagedDomain domain;
    Origin origin;
};
struct DeclaredRoute {
    policy::Route route;
    Origin origin;
};
struct DeclaredUnmanaged {
    policy::UnmanagedSenders senders;
    Origin origin;
};

struct Settings {
    std::string file;      // the path it was read from; "" = embedded defaults
    std::string hostname;  // default: the machine's fully qualified name
    std::string data_dir = "/var/lib/sealgate";
    std::string database = "sqlite:sealgate.db";
    std::string postmaster;           // default postmaster@<hostname>: From of reports
    char node = 0;                    // 'A'..'Z' with several nodes
    std::vector<Listener> listeners;  // default: one, "outbound" on 127.0.0.1:2525
    Tls tls;
    Smtp smtp;
    Delivery delivery;
    Dns dns;
    Reports reports;
    Limits limits;
    Spool spool;
    MailLog mail_log;
    Alerts alerts;
    Api api;

    std::vector<DeclaredDomain> domains;
    std::vector<DeclaredRoute> routes;
    std::optional<DeclaredUnmanaged> unmanaged_senders;

    // Where each key that the file holds stands: "hostname", "smtp.recipients"; objects by name:
    // "listener.outbound", "domain.example.com", "route.*", "unmanaged_senders".
    std::map<std::string, Origin, std::less<>> written;

    // What the file says and a reload could not put in force, by the names of `written`: the value
    // as TOML that holds from the next start on, "" = it will be gone.
    std::map<std::string, std::string, std::less<>> waiting;

    // `postmaster`, or postmaster at `hostname` where that is empty.
    [[nodiscard]] std::string report_address() const;
    // data_dir joined with a relative path; absolute ones as they are.
    [[nodiscard]] std::string path(std::string_view relative) const;
};

// A finding in the file: "sealgate.toml:12:5: unknown key 'adress' in [[listener]]; did you mean
// 'address'?"
struct Problem {
    std::string file;
    std::uint32_t line = 0;
    std::uint32_t column = 0;
    std::string message;
};
[[nodiscard]] std::string to_string(const Problem& problem);

struct Loaded {
    Settings settings;
    std::vector<Problem> problems;  // empty = usable
};

// Parses and checks text (or a file of at most 1 MiB). All problems are collected, not only the
// first; at most 100 are reported. What has a problem keeps its default in `settings`.
[[nodiscard]] Loaded parse(std::string_view text, std::string file_name);
[[nodiscard]] Loaded load(const std::string& file);
// The effective settings as TOML that parse() takes back; the password of the database is shown as
// "***".
[[nodiscard]] std::string print(const Settings& settings);
// Domains, routes and unmanaged senders alone, in the same form.
[[nodiscard]] std::string print_declared(const Settings& settings);
// Keys whose change needs a restart, among those that differ: for reload.
[[nodiscard]] std::vector<std::string> restart_needed(const Settings& before,
                                                      const Settings& after);
// What is in force after a reload of `fresh`: what needs a restart keeps its running value, and
// `waiting` tells of it.
[[nodiscard]] Settings after_reload(const Settings& running, Settings fresh);
// Whether a change of such a key (of a section) needs a restart.
[[nodiscard]] bool needs_restart(std::string_view key);
// All keys of sections, as in Settings::written, in the order of the documentation.
[[nodiscard]] std::vector<std::string> known_keys();
// The value as TOML of such a key, of "listener.NAME.KEY", or of an object as named in
// Settings::written (then an inline table); nullopt: there is none. Secrets hidden.
[[nodiscard]] std::optional<std::string> value_of(const Settings& settings, std::string_view key);
// Name and value of all keys and objects that the file holds, as in `written` and value_of().
[[nodiscard]] std::map<std::string, std::string> written_values(const Settings& settings);
// The tables of docs/manual/configuration.md, made from what parse() checks by.
[[nodiscard]] std::string describe_keys();

using sealgate::parse_duration;
using sealgate::parse_size;

}  // namespace sealgate::config
