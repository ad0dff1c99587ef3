// SPDX-License-Identifier: Apache-2.0
#include "config/schema.h"

#include "base/text.h"
#include "config/https_url.h"
#include "config/secret_text.h"
#include "config/syslog_target.h"
#include "config/value_types.h"
#include "mime/language.h"

#include <algorithm>
#include <type_traits>

namespace sealgate::config {

namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr std::uint64_t kKiB = 1024;
constexpr std::uint64_t kMiB = 1024 * kKiB;
constexpr std::uint64_t kTiB = kMiB * kMiB;

// The field of an object, for reading and for writing.
// NOLINTNEXTLINE(cppcoreguidelines-macro-usage): a generic lambda for each line of the tables.
#define SG_AT(field) [](auto& object) -> auto& { return object.field; }

template <class Object, class Value, class At>
Key<Object> key(std::string_view section,
                std::string_view name,
                const Type<Value>& type,
                At at,
                Takes takes,
                std::string_view description) {
    using Field = std::remove_cvref_t<decltype(at(std::declval<Object&>()))>;
    Key<Object> made;
    made.section = section;
    made.name = name;
    made.type = type.words;
    made.takes = takes;
    made.description = description;
    made.set = [read = type.read, at](Object& object,
                                      const Node& node) -> std::optional<std::string> {
        auto value = read(node);
        if (!value) return std::move(value).error();
        if constexpr (std::is_same_v<Field, days>) {
            at(object) = std::chrono::floor<days>(*value);
        } else if constexpr (std::is_arithmetic_v<Field>) {
            at(object) = static_cast<Field>(*value);
        } else {
            at(object) = *std::move(value);
        }
        return std::nullopt;
    };
    made.get = [write = type.write, at](const Object& object) -> std::string {
        const auto& field = at(object);
        if constexpr (std::is_same_v<Field, std::optional<Value>>) {
            return field ? write(*field) : std::string{};
        } else if constexpr (std::is_arithmetic_v<Field>) {
            return write(static_cast<Value>(field));
        } else {
            return write(field);
        }
    };
    made.copy = [at](Object& to, const Object& from) { at(to) = at(from); };
    return made;
}

template <class Object>
Key<Object> required(Key<Object> key) {
    key.required = true;
    return key;
}

std::string check_hostname(const std::string& text) {
    const auto domain = mime::Domain::parse(text);
    if (domain && !domain->is_literal()) return "";
    return "must be a host name, such as \"gw.example.com\"";
}

std::string check_mailbox(const std::string& text) {
    if (text.empty() || mime::Address::parse(text)) return "";
    return "must be a mail address, such as \"postmaster@example.com\"";
}

std::string check_webhook(const std::string& text) {
    if (text.empty()) return "";
    const auto url = HttpsUrl::parse(text);
    return url ? "" : url.error().detail();
}

std::string check_recipient(const std::string& text) {
    return text.empty() ? "must be a mail address, such as \"admin@example.com\""
                        : check_mailbox(text);
}

std::string check_database(const std::string& text) {
    const bool sqlite = text.starts_with("sqlite:") && text.size() > 7;
    const bool postgres = text.starts_with("postgresql://") && text.size() > 13;
    if (sqlite || postgres) return "";
    return "must be \"sqlite:FILE\" or \"postgresql://USER@HOST/DATABASE\"";
}

std::string check_syslog_target(const std::string& text) {
    if (text.empty()) return "";
    const auto target = SyslogTarget::parse(text);
    return target ? "" : target.error().detail();
}

// RFC 5424 table 1, by the names that syslog.conf has for them.
Type<std::uint8_t> facility_type() {
    return choice_type<std::uint8_t>({{"mail", 2},
                                      {"daemon", 3},
                                      {"auth", 4},
                                      {"local0", 16},
                                      {"local1", 17},
                                      {"local2", 18},
                                      {"local3", 19},
                                      {"local4", 20},
                                      {"local5", 21},
                                      {"local6", 22},
                                      {"local7", 23}});
}

std::string check_listener_name(const std::string& text) {
    const auto good = [](char c) { return is_alpha(c) || is_digit(c) || c == '-' || c == '_'; };
    if (text.empty() || text.size() > 32 || !std::ranges::all_of(text, good)) {
        return "must have 1 to 32 letters, digits, '-' or '_'";
    }
    // The ports file names the API beside the listeners.
    return text == "api" ? "must not be 'api', which names the API's own port" : "";
}

// RFC 5424 section 6.2.5, and what readers of the old log layout can tell from "[pid]:".
std::string check_tag(const std::string& text) {
    const auto good = [](char c) {
        return c > ' ' && c < 0x7F && c != '[' && c != ']' && c != ':';
    };
    if (!text.empty() && text.size() <= 48 && std::ranges::all_of(text, good)) return "";
    return "must have 1 to 48 printable ASCII characters without blanks, '[', ']' and ':'";
}

Type<char> node_type() {
    Type<char> type;
    type.words = "letter `A` to `Z`, or empty";
    type.read = [](const Node& node) -> Read<char> {
        if (node.kind != NodeKind::text) return std::unexpected(wrong_kind("a text", node));
        if (node.text.empty()) return '\0';
        if (node.text.size() == 1 && node.text[0] >= 'A' && node.text[0] <= 'Z')
            return node.text[0];
        return std::unexpected("must be one letter from 'A' to 'Z', or empty on a single node");
    };
    type.write = [](const char& letter) {
        return letter == 0 ? std::string("\"\"") : quote(std::string(1, letter));
    };
    return type;
}

Type<std::string> database_type() {
    auto type = text_type("`sqlite:FILE` or `postgresql://USER@HOST/DATABASE`", check_database);
    type.write = [](const std::string& url) { return quote(without_password(url)); };
    return type;
}

Type<mime::Domain> domain_type() {
    Type<mime::Domain> type;
    type.words = "domain";
    type.read = [](const Node& node) -> Read<mime::Domain> {
        if (node.kind != NodeKind::text) return std::unexpected(wrong_kind("a text", node));
        auto domain = mime::Domain::parse(node.text);
        if (domain && !domain->is_literal()) return *std::move(domain);
        return std::unexpected("must be a domain, such as \"example.com\", not '" +
                               escape_for_log(node.text, 80) + "'");
    };
    type.write = [](const mime::Domain& domain) { return quote(domain.ascii()); };
    return type;
}

Type<policy::DomainPattern> pattern_type() {
    Type<policy::DomainPattern> type;
    type.words = "`DOMAIN`, `.DOMAIN` or `*`";
    type.read = [](const Node& node) -> Read<policy::DomainPattern> {
        if (node.kind != NodeKind::text) return std::unexpected(wrong_kind("a text", node));
        auto pattern = policy::DomainPattern::parse(node.text);
        if (pattern) return *std::move(pattern);
        return std::unexpected("is wrong: " + pattern.error().detail());
    };
    type.write = [](const policy::DomainPattern& pattern) { return quote(pattern.text()); };
    return type;
}

Type<std::string> language_type() {
    Type<std::string> type;
    type.words = "language tag";
    type.read = [](const Node& node) -> Read<std::string> {
        if (node.kind != NodeKind::text) return std::unexpected(wrong_kind("a text", node));
        auto tag = mime::language_tag(node.text);
        if (tag) return *std::move(tag);
        return std::unexpected("must be a language tag, such as \"de\" or \"pt-BR\", not '" +
                               escape_for_log(node.text, 80) + "'");
    };
    type.write = [](const std::string& tag) { return quote(tag); };
    return type;
}

Type<std::string> optional_language_type() {
    Type<std::string> type = language_type();
    type.words = "language tag, or empty";
    type.read = [read = std::move(type.read)](const Node& node) -> Read<std::string> {
        if (node.kind == NodeKind::text && node.text.empty()) return std::string();
        return read(node);
    };
    return type;
}

// `{domain = ".de", language = "de"}`; several may also be written as [[reports.languages]].
Type<ReportLanguage> report_language_type() {
    Type<ReportLanguage> type;
    type.words = "`{domain = PATTERN, language = TAG}`";
    type.read = [pattern = pattern_type(),
                 language = language_type()](const Node& node) -> Read<ReportLanguage> {
        if (node.kind != NodeKind::table) return std::unexpected(wrong_kind("a table", node));
        ReportLanguage one;
        bool has_domain = false;
        for (const Member& member : node.members) {
            if (member.name == "domain") {
                auto domain = pattern.read(member.value);
                if (!domain) return std::unexpected("has a domain that " + domain.error());
                one.domain = *std::move(domain);
                has_domain = true;
            } else if (member.name == "language") {
                auto tag = language.read(member.value);
                if (!tag) return std::unexpected("has a language that " + tag.error());
                one.language = *std::move(tag);
            } else {
                return std::unexpected("has an unknown key '" + escape_for_log(member.name, 80) +
                                       "'; it takes 'domain' and 'language'");
            }
        }
        if (has_domain && !one.language.empty()) return one;
        return std::unexpected("needs 'domain' and 'language'");
    };
    type.write = [](const ReportLanguage& one) {
        return "{domain = " + quote(one.domain.text()) + ", language = " + quote(one.language) +
               "}";
    };
    return type;
}

Type<policy::NextHop> next_hop_type() {
    Type<policy::NextHop> type;
    type.words =
        "`HOST:PORT`, `mx`, `mx:DOMAIN`, `lmtp:HOST:PORT`, `lmtp:unix:PATH` or `mailbox:DIR`";
    type.read = [](const Node& node) -> Read<policy::NextHop> {
        if (node.kind != NodeKind::text) return std::unexpected(wrong_kind("a text", node));
        auto hop = policy::NextHop::parse(node.text);
        if (hop) return *std::move(hop);
        return std::unexpected("is wrong: " + hop.error().detail());
    };
    type.write = [](const policy::NextHop& hop) { return quote(hop.to_string()); };
    return type;
}

Type<std::string> pin_type() {
    Type<std::string> type;
    type.words = "SHA-256 of a public key, 64 hex digits";
    type.read = [](const Node& node) -> Read<std::string> {
        if (node.kind != NodeKind::text) return std::unexpected(wrong_kind("a text", node));
        auto pin = policy::parse_key_pin(node.text);
        if (pin) return *std::move(pin);
        return std::unexpected("is wrong: " + pin.error().detail());
    };
    type.write = [](const std::string& pin) { return quote(pin); };
    return type;
}

Type<std::string> optional_file() {
    return text_type("file, or empty", Empty::allowed);
}

template <class Value, class... Values>
Type<Value> words_of(std::string_view (*name)(Value), Value first, Values... rest) {
    return choice_type<Value>({{name(first), first}, {name(rest), rest}...});
}

std::vector<Key<Settings>> make_settings_keys() {
    constexpr auto kReload = Takes::reload;
    constexpr auto kRestart = Takes::restart;
    const auto count = [](std::int64_t most) { return number_type(1, most); };
    const auto timeout = [] { return duration_type(seconds(1), days(1)); };
    const auto one = [](const auto&... arguments) { return key<Settings>(arguments...); };
    using std::string_view;
    return {
        // clang-format off
        one("", "hostname", text_type("host name", check_hostname), SG_AT(hostname), kRestart, "The name of this gateway in greetings, trace headers and reports. Default: the machine's fully qualified name."),
        one("", "data_dir", text_type("directory", Empty::refused), SG_AT(data_dir), kRestart, "Everything the gateway keeps. It is made when it is missing."),
        one("", "database", database_type(), SG_AT(database), kRestart, "Where domains, routes, templates and the audit log are kept; a relative file lies in `data_dir`."),
        one("", "postmaster", text_type("mail address, or empty", check_mailbox), SG_AT(postmaster), kReload, "The From address of reports, and what `RCPT TO:<postmaster>` stands for. Empty: postmaster at `hostname`."),
        one("", "node", node_type(), SG_AT(node), kRestart, "The letter of this node before the numbers of connection IDs, where several nodes share one database."),

        one("tls", "certificate_file", optional_file(), SG_AT(tls.certificate_file), kReload, "The certificate with its chain, PEM. Empty: one is made and signed by itself at first start."),
        one("tls", "key_file", optional_file(), SG_AT(tls.key_file), kReload, "The private key of the certificate, PEM."),
        one("tls", "ca_file", optional_file(), SG_AT(tls.ca_file), kReload, "The authorities that routes with `tls = \"verify\"` trust, PEM. Empty: those of the system."),

        one("smtp", "command_line", size_type(512, kMiB), SG_AT(smtp.limits.command_line), kReload, "The longest command line; beyond it 500 5.5.2."),
        one("smtp", "text_line", size_type(1000, 64 * kMiB), SG_AT(smtp.limits.text_line), kReload, "The longest line of content; beyond it 554 5.6.0."),
        one("smtp", "header_bytes", size_type(kKiB, kMiB), SG_AT(smtp.limits.header_bytes), kReload, "The largest header section of a message; beyond it 554 5.6.0."),
        one("smtp", "header_fields", count(2000), SG_AT(smtp.limits.header_fields), kReload, "The most header fields of a message; beyond it 554 5.6.0."),
        one("smtp", "message_size", size_type(64 * kKiB, 2048 * kMiB), SG_AT(smtp.limits.message_size), kReload, "The largest message, announced as SIZE; beyond it 552 5.3.4."),
        one("smtp", "recipients", number_type(100, 100'000), SG_AT(smtp.limits.recipients), kReload, "The most recipients of a message (RFC 5321 asks for 100 at least); beyond it 452 4.5.3."),
        one("smtp", "errors", count(10'000), SG_AT(smtp.limits.errors), kReload, "Refused commands in a session; beyond it 421 4.7.0."),
        one("smtp", "commands", count(10'000'000), SG_AT(smtp.limits.commands), kReload, "Commands in a session; beyond it 421 4.7.0."),
        one("smtp", "idle_commands", count(100'000), SG_AT(smtp.limits.idle_commands), kReload, "Commands in a row that move no mail; beyond it 421 4.7.0."),
        one("smtp", "chunks", count(10'000'000), SG_AT(smtp.limits.chunks), kReload, "BDAT chunks of a message; beyond it 421 4.7.0."),
        one("smtp", "refuse_bare_newlines", boolean_type(), SG_AT(smtp.refuse_bare_newlines), kReload, "Refuse content that has CR or LF alone, which other servers may read as the end of a message."),
        one("smtp", "command_timeout", timeout(), SG_AT(smtp.timeouts.command), kReload, "How long to wait for a command."),
        one("smtp", "content_timeout", timeout(), SG_AT(smtp.timeouts.content), kReload, "How long to wait for the next block of content."),
        one("smtp", "session_timeout", timeout(), SG_AT(smtp.timeouts.session), kReload, "How long a session may last that carries no mail."),
        one("smtp", "handshake_timeout", timeout(), SG_AT(smtp.timeouts.handshake), kReload, "How long a TLS handshake may take."),
        one("smtp", "connections", count(1'000'000), SG_AT(smtp.connections), kReload, "Connections at a time, all listeners together; beyond it 421 4.3.2."),
        one("smtp", "connections_per_source", count(1'000'000), SG_AT(smtp.connections_per_source), kReload, "Connections at a time from one address; beyond it 421 4.3.2. Trusted networks are exempt."),
        one("smtp", "received_limit", count(1000), SG_AT(smtp.received_limit), kReload, "Received fields after which a message is taken to be in a loop (5.4.6)."),
        one("smtp", "trace_headers", boolean_type(), SG_AT(smtp.trace_headers), kReload, "Add our Received and loop-guard fields. False adds nothing at all to mail that passes."),

        one("delivery", "retry", list_type(duration_type(seconds(1), days(7)), Empty::refused), SG_AT(delivery.retry), kReload, "The waits between attempts; the last repeats."),
        one("delivery", "jitter_percent", number_type(0, 90), SG_AT(delivery.jitter_percent), kReload, "By how much a wait is varied, so that retries spread."),
        one("delivery", "warn_after", duration_type(seconds(0), days(365)), SG_AT(delivery.warn_after), kReload, "When the sender is told of a delay; `0s` for never."),
        one("delivery", "give_up_after", duration_type(seconds(1), days(365)), SG_AT(delivery.give_up_after), kReload, "When a message is returned as undeliverable."),
        one("delivery", "give_up_bounce_after", duration_type(seconds(1), days(365)), SG_AT(delivery.give_up_bounce_after), kReload, "When a report of ours that cannot be delivered is dropped."),
        one("delivery", "connections", count(100'000), SG_AT(delivery.connections), kReload, "Connections at a time to all next hops together, for mail from the queue; destinations then take turns."),
        one("delivery", "connections_per_next_hop", count(10'000), SG_AT(delivery.connections_per_next_hop), kReload, "Connections at a time to one next hop at most; with `next_hop = \"mx\"`, for one domain."),
        one("delivery", "initial_connections", count(10'000), SG_AT(delivery.initial_connections), kReload, "Connections at a time to a next hop that is new; each success allows one more, a failure halves them."),
        one("delivery", "mx_port", number_type(1, 65535), SG_AT(delivery.mx_port), kReload, "The port of mail servers found by MX records; another than 25 is for closed networks and tests."),
        one("delivery", "messages_per_connection", count(1'000'000), SG_AT(delivery.messages_per_connection), kReload, "Messages after which a connection is closed."),
        one("delivery", "chunking", boolean_type(), SG_AT(delivery.chunking), kReload, "Send content by BDAT to next hops that offer CHUNKING, which saves round trips; false: always by DATA."),
        one("delivery", "connection_age", timeout(), SG_AT(delivery.connection_age), kReload, "How old a connection may get that is used again."),
        one("delivery", "connection_idle", timeout(), SG_AT(delivery.connection_idle), kReload, "How long a connection is kept open for the next message."),
        one("delivery", "connect_timeout", timeout(), SG_AT(delivery.connect_timeout), kReload, "How long to wait for a connection."),
        one("delivery", "reply_timeout", timeout(), SG_AT(delivery.reply_timeout), kReload, "How long to wait for a reply before the content."),
        one("delivery", "final_timeout", timeout(), SG_AT(delivery.final_timeout), kReload, "How long to wait for the reply after the content; too short makes duplicates."),
        one("delivery", "patience_outbound", timeout(), SG_AT(delivery.patience_outbound), kReload, "Mode `through`, outbound: how long the client waits before the message is spooled."),
        one("delivery", "patience_inbound", timeout(), SG_AT(delivery.patience_inbound), kReload, "Mode `through`, inbound: how long the client waits before it is told 451."),

        one("dns", "servers", list_type(address_type(), Empty::allowed), SG_AT(dns.servers), kReload, "The DNS servers that are asked, in this order. Empty: those of the system (`/etc/resolv.conf`)."),
        one("dns", "timeout", duration_type(seconds(1), minutes(1)), SG_AT(dns.timeout), kReload, "How long a server has for its first answer; each further try doubles it."),
        one("dns", "tries", number_type(1, 10), SG_AT(dns.tries), kReload, "How often each server is asked."),
        one("dns", "cache", number_type(0, 10'000'000), SG_AT(dns.cache), kReload, "Answers kept for as long as they are valid; 0 for none."),
        one("dns", "address_family", choice_type<AddressFamily>({{"any", AddressFamily::any}, {"ipv4", AddressFamily::ipv4}, {"ipv6", AddressFamily::ipv6}, {"prefer-ipv4", AddressFamily::prefer_ipv4}}), SG_AT(dns.address_family), kReload, "Which addresses of a mail server are used; with `any`, IPv6 is tried first and IPv4 beside it."),
        one("dns", "refused_networks", list_type(network_type(), Empty::allowed), SG_AT(dns.refused_networks), kReload, "Addresses that are not connected to when an MX record leads there: this machine, its link, multicast. Add your internal networks where no partner is inside."),

        one("reports", "unmanaged_domain_template", boolean_type(), SG_AT(reports.unmanaged_domain_template), kReload, "Bounce mail of unmanaged senders with the template `Message Bounced -- Unmanaged Domain`; false: with `Message Bounced -- Internal Server Error`."),
        one("reports", "default_language", language_type(), SG_AT(reports.default_language), kReload, "The language of the templates' default texts: who wants it gets them."),
        one("reports", "languages", list_type(report_language_type(), Empty::allowed), SG_AT(reports.languages), kReload, "The language of reports by the domain of their reader; the first that matches counts. See [templates.md](templates.md)."),

        one("limits", "memory", size_type(kMiB, kTiB), SG_AT(limits.memory), kReload, "Message content held in memory; before it is used up, clients are told to come later."),
        one("limits", "queued_messages", count(1'000'000'000), SG_AT(limits.queued_messages), kReload, "Messages in the spool; at the limit, clients are told to come later."),
        one("limits", "free_disk", size_type(0, 1024 * kTiB), SG_AT(limits.free_disk), kReload, "Kept free on the spool's disk."),

        one("spool", "key_file", optional_file(), SG_AT(spool.key_file), kRestart, "The key that mail at rest is encrypted with; best on another disk. Empty: the systemd credential `sealgate-spool-key`, or else `spool.key` in `data_dir`."),

        one("mail_log", "tag", text_type("word", check_tag), SG_AT(mail_log.tag), kRestart, "The program's name in each line, for readers that expect another."),
        one("mail_log", "file", optional_file(), SG_AT(mail_log.file), kRestart, "The text log; a relative file lies in `data_dir`. Empty: none."),
        one("mail_log", "json_file", optional_file(), SG_AT(mail_log.json_file), kRestart, "The same as JSON lines. Empty: none."),
        one("mail_log", "on_failure", choice_type<OnFailure>({{"stop", OnFailure::stop}, {"continue", OnFailure::carry_on}}), SG_AT(mail_log.on_failure), kReload, "What becomes of mail when the log cannot be written: 451, or carried without a trace."),
        one("mail_log", "keep_for", duration_type(days(1), days(36500)), SG_AT(mail_log.keep_for), kRestart, "How long the log is kept; full days."),
        one("mail_log", "keep_size", size_type(0, 1024 * kTiB), SG_AT(mail_log.keep_size), kRestart, "How large the log may get; `0 B` for no limit."),

        one("mail_log.syslog", "target", text_type("`unix:PATH`, `udp:HOST:PORT`, `tcp:HOST:PORT`, `tls:HOST:PORT`, or empty", check_syslog_target), SG_AT(mail_log.syslog.target), kRestart, "The same as syslog (RFC 5424): one datagram a message, or counted by octets over TCP and TLS. Empty: none."),
        one("mail_log.syslog", "facility", facility_type(), SG_AT(mail_log.syslog.facility), kRestart, "What the receiver sorts by."),
        one("mail_log.syslog", "verify", boolean_type(), SG_AT(mail_log.syslog.verify), kRestart, "TLS: check the receiver's certificate, its chain and its name."),
        one("mail_log.syslog", "ca_file", optional_file(), SG_AT(mail_log.syslog.ca_file), kRestart, "The authorities that may have signed it, PEM. Empty: those of the system."),
        one("mail_log.syslog", "backlog", number_type(1, 1'000'000'000), SG_AT(mail_log.syslog.backlog), kRestart, "Records that wait while the receiver is not reached; older ones are not sent, and counted."),

        one("alerts", "mail_to", list_type(text_type("mail address", check_recipient), Empty::allowed), SG_AT(alerts.mail_to), kReload, "Who gets alerts by mail, by the routes like any mail. See [alerts.md](alerts.md)."),
        one("alerts", "syslog", optional_file(), SG_AT(alerts.syslog), kReload, "The socket of the local log daemon that gets alerts, most often `/dev/log`. Empty: none."),
        one("alerts", "webhook_url", text_type("URL, or empty", check_webhook), SG_AT(alerts.webhook_url), kReload, "Where alerts are sent as JSON by HTTPS. Empty: nowhere."),
        one("alerts", "webhook_secret_file", optional_file(), SG_AT(alerts.webhook_secret_file), kReload, "The file with the secret, 16 to 1024 octets, that requests are signed with; only its owner may read it."),
        one("alerts", "webhook_ca_file", optional_file(), SG_AT(alerts.webhook_ca_file), kReload, "The authorities that the certificate of `webhook_url` is checked by, PEM. Empty: those of the system."),
        one("alerts", "webhook_private", boolean_type(), SG_AT(alerts.webhook_private), kReload, "Send also to addresses that are not public: loopback, private, link-local. False: refused."),
        one("alerts", "unmanaged_domain", boolean_type(), SG_AT(alerts.unmanaged_domain), kReload, "Alert on the first mail of a domain that is not managed."),
        one("alerts", "disk_free", size_type(0, 1024 * kTiB), SG_AT(alerts.disk_free), kReload, "Alert when less is free on the disk of `data_dir`; `0 B` for never."),
        one("alerts", "next_hop_down", duration_type(seconds(0), days(7)), SG_AT(alerts.next_hop_down), kReload, "Alert when a next hop has not been reachable for so long; `0s` for never."),
        one("alerts", "queue_age", duration_type(seconds(0), days(365)), SG_AT(alerts.queue_age), kReload, "Alert when a message has been waiting for so long; `0s` for never."),
        one("alerts", "certificate_ends", duration_type(seconds(0), days(365)), SG_AT(alerts.certificate_ends), kReload, "Alert so long before the certificate of the listeners ends; `0s` for never."),

        one("api", "address", address_type(), SG_AT(api.address), kRestart, "Where the API listens on TCP. Absent: only on the Unix socket."),
        one("api", "public_networks", list_type(network_type(), Empty::allowed), SG_AT(api.public_networks), kRestart, "Who may read health, metrics and the description of the API."),
        // clang-format on
    };
}

std::vector<Key<Listener>> make_listener_keys() {
    const auto one = [](const auto&... arguments) { return key<Listener>(arguments...); };
    return {
        // clang-format off
        required(one("", "name", text_type("name", check_listener_name), SG_AT(name), Takes::restart, "The name of the listener in logs, overrides and `ports.json`.")),
        required(one("", "address", address_type(), SG_AT(address), Takes::restart, "Where it listens; port 0 takes any free one.")),
        one("", "direction", choice_type<Direction>({{"outbound", Direction::outbound}, {"inbound", Direction::inbound}, {"unified", Direction::unified}}), SG_AT(direction), Takes::restart, "Whose mail it takes: ours, the world's, or both by source network."),
        one("", "mode", choice_type<Mode>({{"store", Mode::store}, {"through", Mode::through}}), SG_AT(mode), Takes::restart, "250 after our own sync, or after the next hop's 250. Default: `store`; `through` for what comes from outside (inbound, and the inbound part of unified)."),
        one("", "tls", choice_type<ListenerTls>({{"none", ListenerTls::none}, {"starttls", ListenerTls::starttls}, {"starttls-required", ListenerTls::starttls_required}, {"implicit", ListenerTls::implicit}}), SG_AT(tls), Takes::restart, "Whether TLS is offered, asked for, or there from the first byte."),
        one("", "trusted_networks", list_type(network_type(), Empty::allowed), SG_AT(trusted_networks), Takes::reload, "Outbound: who may connect. Unified: whose mail is outbound."),
        one("", "proxy_protocol_from", list_type(network_type(), Empty::allowed), SG_AT(proxy_protocol_from), Takes::reload, "Load balancers: their connections begin with a PROXY header (version 1 or 2) that names the client; others' never do."),
        one("", "xclient_from", list_type(network_type(), Empty::allowed), SG_AT(xclient_from), Takes::reload, "Mail proxies: they may name another client with XCLIENT, and what they say decides whom we trust. Others get 550."),
        one("", "xforward_from", list_type(network_type(), Empty::allowed), SG_AT(xforward_from), Takes::reload, "Mail servers that may say with XFORWARD where a message came from, for the mail log alone. Others get 550."),
        one("", "auth", choice_type<Auth>({{"none", Auth::none}, {"pass-through", Auth::pass_through}, {"required", Auth::required}}), SG_AT(auth), Takes::restart, "AUTH PLAIN and LOGIN over TLS, checked by the next hop of the route `*`, in mode `through` alone. `required`: what goes out needs it, from trusted networks as well."),
        one("", "protocol", choice_type<Protocol>({{"smtp", Protocol::smtp}, {"lmtp", Protocol::lmtp}}), SG_AT(protocol), Takes::restart, "`lmtp`: one answer for each recipient after the content (RFC 2033), for a mail server that keeps its own queue; the mode is then `through` by default."),
        // clang-format on
    };
}

}  // namespace

std::vector<Network> loopback_networks() {
    return {Network::parse("127.0.0.0/8").value(), Network::parse("::1").value()};
}

std::vector<Network> unreachable_networks() {
    std::vector<Network> networks;
    for (const std::string_view text : {"0.0.0.0/8",
                                        "127.0.0.0/8",
                                        "169.254.0.0/16",
                                        "224.0.0.0/3",
                                        "::/127",
                                        "fe80::/10",
                                        "ff00::/8"}) {
        networks.push_back(Network::parse(text).value());
    }
    return networks;
}

const std::vector<Key<Settings>>& settings_keys() {
    static const std::vector<Key<Settings>> keys = make_settings_keys();
    return keys;
}

const std::vector<Key<Listener>>& listener_keys() {
    static const std::vector<Key<Listener>> keys = make_listener_keys();
    return keys;
}

const std::vector<Key<policy::ManagedDomain>>& domain_keys() {
    using Object = policy::ManagedDomain;
    static const std::vector<Key<Object>> keys = {
        // clang-format off
        required(key<Object>("", "name", domain_type(), SG_AT(name), Takes::reload, "The domain.")),
        key<Object>("", "subdomains", boolean_type(), SG_AT(subdomains), Takes::reload, "Its subdomains are managed as well."),
        // clang-format on
    };
    return keys;
}

const std::vector<Key<policy::Route>>& route_keys() {
    using Object = policy::Route;
    using policy::RouteTls;
    static const std::vector<Key<Object>> keys = {
        // clang-format off
        required(key<Object>("", "domain", pattern_type(), SG_AT(domain), Takes::reload, "Of the recipient: one domain, one with its subdomains, or all. The most specific wins.")),
        required(key<Object>("", "next_hop", next_hop_type(), SG_AT(next_hop), Takes::reload, "The mail server that takes the mail; `mx`: those that the DNS has for the recipient's domain; `mx:DOMAIN`: for that domain; a mail store by LMTP, also over a Unix socket; or a Maildir.")),
        key<Object>("", "tls", words_of<RouteTls>(policy::to_string, RouteTls::none, RouteTls::opportunistic, RouteTls::required, RouteTls::verify), SG_AT(tls), Takes::reload, "STARTTLS: never, when offered, always, always with a checked certificate."),
        key<Object>("", "tls_name", text_type("host name, or empty", [](const std::string& text) { return text.empty() ? std::string{} : check_hostname(text); }), SG_AT(tls_name), Takes::reload, "With `tls = \"verify\"`: the name in the certificate. Empty: the host of `next_hop`, or the mail server that the DNS names."),
        key<Object>("", "tls_ca_file", optional_file(), SG_AT(tls_ca_file), Takes::reload, "With `tls = \"verify\"`: the authorities that this route trusts instead of those of `[tls] ca_file`, PEM."),
        key<Object>("", "tls_pins", list_type(pin_type(), Empty::allowed), SG_AT(tls_pins), Takes::reload, "With `tls = \"verify\"`: the server's public keys. With any, the key alone counts, neither name nor authority."),
        // clang-format on
    };
    return keys;
}

const std::vector<Key<policy::UnmanagedSenders>>& unmanaged_keys() {
    using Object = policy::UnmanagedSenders;
    using policy::UnmanagedAction;
    static const std::vector<Key<Object>> keys = {
        // clang-format off
        key<Object>("", "action", words_of<UnmanagedAction>(policy::to_string, UnmanagedAction::reject, UnmanagedAction::bounce, UnmanagedAction::pass), SG_AT(action), Takes::reload, "What is done with mail from a domain that is not managed."),
        // clang-format on
    };
    return keys;
}

const std::vector<Key<policy::UnmanagedOverride>>& override_keys() {
    using Object = policy::UnmanagedOverride;
    using policy::UnmanagedAction;
    static const std::vector<Key<Object>> keys = {
        // clang-format off
        key<Object>("", "listener", text_type("name", Empty::allowed), SG_AT(listener), Takes::reload, "Only on this listener."),
        key<Object>("", "network", network_type(), SG_AT(network), Takes::reload, "Only from this network."),
        key<Object>("", "domain", pattern_type(), SG_AT(domain), Takes::reload, "Only for these senders' domains."),
        required(key<Object>("", "action", words_of<UnmanagedAction>(policy::to_string, UnmanagedAction::reject, UnmanagedAction::bounce, UnmanagedAction::pass), SG_AT(action), Takes::reload, "What is done then.")),
        // clang-format on
    };
    return keys;
}

const std::vector<Key<MessageTemplate>>& template_keys() {
    using Object = MessageTemplate;
    static const std::vector<Key<Object>> keys = {
        // clang-format off
        required(key<Object>("", "name", text_type("name", Empty::refused), SG_AT(name), Takes::reload, "Of a built-in template.")),
        key<Object>("", "language", optional_language_type(), SG_AT(language), Takes::reload, "Of the text; empty: the default text."),
        required(key<Object>("", "text", lines_type(kMaxTemplateText), SG_AT(text), Takes::reload, "What replaces the built-in text.")),
        key<Object>("", "html", lines_type(kMaxTemplateText), SG_AT(html), Takes::reload, "The HTML part. Empty: none."),
        // clang-format on
    };
    return keys;
}

std::vector<std::string_view> sections() {
    std::vector<std::string_view> names;
    for (const auto& key : settings_keys()) {
        if (names.empty() || names.back() != key.section) names.push_back(key.section);
    }
    return names;
}

Settings default_settings() {
    Settings settings;
    settings.hostname = machine_name();
    Listener outbound;
    outbound.name = "outbound";
    outbound.address = {"127.0.0.1", 2525};
    settings.listeners.push_back(outbound);
    return settings;
}

}  // namespace sealgate::config
