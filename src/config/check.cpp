// SPDX-License-Identifier: Apache-2.0
#include "base/text.h"
#include "base/units.h"
#include "config/problems.h"
#include "policy/public_suffix.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <unordered_map>

namespace sealgate::config {

namespace {

bool is_wildcard(const std::string& host) {
    return host == "0.0.0.0" || host == "::";
}

// Whether two sockets on these addresses would be in each other's way. "::" is not compared with
// IPv4 addresses, since our IPv6 sockets take IPv6 alone.
bool clash(const SocketAddress& a, const SocketAddress& b) {
    if (a.port == 0 || a.port != b.port) return false;
    const bool same_family =
        (a.host.find(':') == std::string::npos) == (b.host.find(':') == std::string::npos);
    return same_family && (a.host == b.host || is_wildcard(a.host) || is_wildcard(b.host));
}

struct Block {
    Network network;
    IpAddress first;
    unsigned length = 0;  // of its prefix
};

Block block_of(const Network& network) {
    const std::string text = network.to_string();
    const std::size_t slash = text.find('/');
    Block block{network, IpAddress::parse(text.substr(0, slash)).value(), 0};
    const unsigned whole = block.first.is_v4() ? 32 : 128;
    block.length =
        slash == std::string::npos
            ? whole
            : static_cast<unsigned>(parse_number(text.substr(slash + 1)).value_or(whole));
    return block;
}

// Whether the networks of one family together are every address of it. Of two networks one lies in
// the other, or they have nothing in common: so those that lie in no other are added up.
bool cover_everything(const std::vector<Network>& networks, bool v4) {
    std::vector<Block> blocks;
    for (const Network& network : networks) {
        const Block block = block_of(network);
        if (block.first.is_v4() == v4) blocks.push_back(block);
    }
    std::ranges::sort(blocks, {}, &Block::length);  // what holds another comes before it
    std::array<std::size_t, 129> count{};           // by length
    std::vector<const Block*> outer;
    constexpr std::size_t kMost = 10'000;
    for (const Block& block : blocks) {
        const bool inside = std::ranges::any_of(
            outer, [&](const Block* other) { return other->network.contains(block.first); });
        if (inside || outer.size() == kMost) continue;
        outer.push_back(&block);
        ++count[block.length];
    }
    for (std::size_t length = count.size() - 1; length > 0; --length)
        count[length - 1] += count[length] / 2;
    return count[0] > 0;
}

class Checker {
public:
    Checker(const Settings& settings, Problems& problems)
        : settings_(settings),
          problems_(problems) {}

    void run() {
        check_listeners();
        check_tls();
        check_numbers();
        check_mail_log();
        check_alerts();
        check_domains();
        check_routes();
        check_overrides();
    }

    void run_objects() {
        check_domains();
        check_routes();
    }

private:
    void check_listeners() {
        const auto& listeners = settings_.listeners;
        constexpr std::size_t kMaxListeners = 100;
        if (listeners.size() > kMaxListeners) {
            problems_.add_at(object_key("listener", kMaxListeners), "more than 100 listeners");
            return;  // what follows compares each with each
        }
        for (std::size_t i = 0; i < listeners.size(); ++i) {
            const std::string place = object_key("listener", i);
            for (std::size_t j = 0; j < i; ++j) {
                if (listeners[i].name == listeners[j].name && !listeners[i].name.empty()) {
                    problems_.add_at(
                        place + ".name",
                        fmt::format("two listeners are named '{}'; the other is in "
                                    "line {}",
                                    listeners[i].name,
                                    problems_.place_of(object_key("listener", j)).line));
                }
                if (clash(listeners[i].address, listeners[j].address)) {
                    problems_.add_at(
                        place + ".address",
                        fmt::format("listener '{}' has this address already", listeners[j].name));
                }
            }
            if (settings_.api.address && clash(listeners[i].address, *settings_.api.address)) {
                problems_.add_at(
                    "api.address",
                    fmt::format("listener '{}' has this address already", listeners[i].name));
            }
            check_trust(listeners[i], place);
            check_protocol(listeners[i], place);
        }
    }

    void check_auth(const Listener& listener, const std::string& place) {
        if (listener.auth == Auth::none) return;
        const std::string key = place + ".auth";
        if (listener.protocol == Protocol::lmtp) {
            problems_.add_at(key, "'auth' is not for LMTP; remove it or use protocol = \"smtp\"");
        }
        if (listener.direction == Direction::inbound) {
            problems_.add_at(key, "'auth' is for mail that goes out, not for an inbound listener");
        }
        if (listener.mode != Mode::through) {
            problems_.add_at(key,
                             "'auth' needs mode = \"through\": the next hop takes the mail in the "
                             "session that the user signed in to");
        }
        if (settings_.delivery.connections < 2 || settings_.delivery.connections_per_next_hop < 2) {
            problems_.add_at(key,
                             "'auth' needs 'connections' and 'connections_per_next_hop' in "
                             "[delivery] of at least 2: one stays free for mail from the queue");
        }
        if (listener.tls == ListenerTls::none) {
            problems_.add_at(key,
                             "'auth' needs TLS: set tls to \"starttls\", \"starttls-required\" or "
                             "\"implicit\"");
        }
    }

    void check_protocol(const Listener& listener, const std::string& place) {
        check_auth(listener, place);
        constexpr std::uint16_t kSmtpPort = 25;
        if (listener.protocol == Protocol::lmtp && listener.address.port == kSmtpPort) {
            problems_.add_at(place + ".address",
                             "LMTP must not be spoken on port 25 (RFC 2033); choose another");
        }
    }

    void check_trust(const Listener& listener, const std::string& place) {
        if (listener.direction == Direction::inbound) return;
        const std::string key = place + ".trusted_networks";
        if (listener.trusted_networks.empty() && listener.auth == Auth::none) {
            problems_.add_at(key,
                             fmt::format("listener '{}' trusts no network, so nobody could send "
                                         "through it; name the networks of your mail servers",
                                         listener.name));
        }
        bool told = false;
        for (const Network& network : listener.trusted_networks) {
            if (!network.to_string().ends_with("/0")) continue;
            problems_.add_at(
                key,
                fmt::format("listener '{}' trusts {}, every address there is: it would "
                            "be an open relay; name the networks of your mail servers",
                            listener.name,
                            network.to_string()));
            told = true;
        }
        if (told) return;
        for (const bool v4 : {true, false}) {
            if (!cover_everything(listener.trusted_networks, v4)) continue;
            problems_.add_at(
                key,
                fmt::format(
                    "listener '{}' trusts networks that together are every {} address there "
                    "is: it would be an open relay; name the networks of your mail servers",
                    listener.name,
                    v4 ? "IPv4" : "IPv6"));
        }
    }

    void check_tls() {
        const Tls& tls = settings_.tls;
        if (!tls.certificate_file.empty() && tls.key_file.empty()) {
            problems_.add_at("tls.certificate_file",
                             "'certificate_file' in [tls] needs 'key_file' as well");
        }
        if (tls.certificate_file.empty() && !tls.key_file.empty()) {
            problems_.add_at("tls.key_file",
                             "'key_file' in [tls] needs 'certificate_file' as well");
        }
    }

    void check_numbers() {
        const Delivery& delivery = settings_.delivery;
        if (delivery.retry.size() > 100) {
            problems_.add_at("delivery.retry", "'retry' has more than 100 waits");
        }
        if (delivery.warn_after >= delivery.give_up_after) {
            problems_.add_at(
                problems_.is_written("delivery.warn_after") ? "delivery.warn_after"
                                                            : "delivery.give_up_after",
                fmt::format("'warn_after' ({}) must be less than 'give_up_after' ({}); 0s warns "
                            "never",
                            format_duration(delivery.warn_after),
                            format_duration(delivery.give_up_after)));
        }
        if (settings_.smtp.limits.header_bytes > settings_.smtp.limits.message_size) {
            problems_.add_at("smtp.header_bytes", "'header_bytes' is larger than 'message_size'");
        }
        if (settings_.limits.memory < settings_.smtp.limits.message_size) {
            problems_.add_at(
                problems_.is_written("limits.memory") ? "limits.memory" : "smtp.message_size",
                fmt::format("'memory' in [limits] ({}) is less than 'message_size' in [smtp] ({}): "
                            "such a message could never come in",
                            format_size(settings_.limits.memory),
                            format_size(settings_.smtp.limits.message_size)));
        }
    }

    void check_mail_log() {
        const MailLog& log = settings_.mail_log;
        if (!log.file.empty() && settings_.path(log.file) == settings_.path(log.json_file)) {
            problems_.add_at("mail_log.json_file",
                             "'file' and 'json_file' in [mail_log] name the same file");
        }
    }

    void check_alerts() {
        const Alerts& alerts = settings_.alerts;
        constexpr std::size_t kMaxRecipients = 100;
        if (alerts.mail_to.size() > kMaxRecipients) {
            problems_.add_at("alerts.mail_to", "'mail_to' has more than 100 addresses");
        }
        if (!alerts.webhook_url.empty() && alerts.webhook_secret_file.empty()) {
            problems_.add_at(
                "alerts.webhook_url",
                "'webhook_url' needs 'webhook_secret_file', since requests are signed");
        }
    }

    void check_domains() {
        std::unordered_map<std::string, std::uint32_t> lines;
        for (const DeclaredDomain& declared : settings_.domains) {
            check_ownable(declared);
            const auto [seen, added] =
                lines.emplace(declared.domain.name.ascii(), declared.origin.line);
            if (added || declared.domain.name.empty()) continue;
            problems_.add({declared.origin.line, 1},
                          fmt::format("domain '{}' is declared twice; the other is in line {}",
                                      declared.domain.name.ascii(),
                                      seen->second));
        }
    }

    void check_ownable(const DeclaredDomain& declared) {
        const std::string& name = declared.domain.name.ascii();
        if (IpAddress::parse(name)) {
            problems_.add(
                {declared.origin.line, 1},
                fmt::format("domain '{}' is an IP address; mail addresses have names", name));
        } else if (policy::is_public_suffix(declared.domain.name)) {
            problems_.add(
                {declared.origin.line, 1},
                fmt::format("domain '{}' is a public suffix: strangers register their names "
                            "below it, so it cannot be yours",
                            name));
        }
    }

    void check_routes() {
        std::unordered_map<std::string, std::uint32_t> lines;
        for (const DeclaredRoute& declared : settings_.routes) {
            const policy::Route& route = declared.route;
            const Place at{declared.origin.line, 1};
            const auto [seen, added] = lines.emplace(route.domain.text(), declared.origin.line);
            if (!added) {
                problems_.add(at,
                              fmt::format("there are two routes for '{}'; the other is in line {}",
                                          route.domain.text(),
                                          seen->second));
            }
            check_trust("tls_name", !route.tls_name.empty(), route, at);
            check_trust("tls_ca_file", !route.tls_ca_file.empty(), route, at);
            check_trust("tls_pins", !route.tls_pins.empty(), route, at);
            check_loop(route, at);
        }
    }

    void check_trust(std::string_view key, bool given, const policy::Route& route, Place at) {
        if (!given) return;
        if (route.tls != policy::RouteTls::verify) {
            problems_.add(at,
                          fmt::format("'{}' is only looked at with tls = \"verify\"; change 'tls' "
                                      "or remove it",
                                      key));
        } else if (key != "tls_pins" && !route.tls_pins.empty()) {
            problems_.add(at,
                          fmt::format("with 'tls_pins' the server's key alone counts, so '{}' "
                                      "would not be looked at; remove one of them",
                                      key));
        }
    }

    void check_loop(const policy::Route& route, Place at) {
        if (!route.next_hop.names_host()) return;
        for (const Listener& listener : settings_.listeners) {
            if (listener.address.port != route.next_hop.port ||
                listener.address.host != route.next_hop.host) {
                continue;
            }
            problems_.add(at,
                          fmt::format("the next hop {} is our own listener '{}': mail would go in "
                                      "circles",
                                      route.next_hop.to_string(),
                                      listener.name));
        }
    }

    void check_overrides() {
        if (!settings_.unmanaged_senders) return;
        const auto& overrides = settings_.unmanaged_senders->senders.overrides;
        for (std::size_t i = 0; i < overrides.size(); ++i) {
            const std::string& name = overrides[i].listener;
            if (name.empty()) continue;
            if (std::ranges::count(settings_.listeners, name, &Listener::name) > 0) continue;
            problems_.add_at(object_key("override", i) + ".listener",
                             fmt::format("there is no listener named '{}'", name));
        }
    }

    const Settings& settings_;
    Problems& problems_;
};

}  // namespace

void check_settings(const Settings& settings, Problems& problems) {
    Checker(settings, problems).run();
}

void check_objects(const Settings& settings, Problems& problems) {
    Checker(settings, problems).run_objects();
}

}  // namespace sealgate::config
