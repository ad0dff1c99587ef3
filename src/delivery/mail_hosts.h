#pragma once
// SPDX-License-Identifier: Apache-2.0
// Which hosts take the mail of a route, and at which addresses: the one that the route names, or
// the mail servers of a domain from the DNS (RFC 5321 section 5.1).

#include "base/network.h"
#include "delivery/shipment.h"
#include "net/dns.h"
#include "policy/routes.h"

#include <cstdint>
#include <expected>
#include <random>
#include <string>
#include <vector>

namespace sealgate::delivery {

inline constexpr std::size_t kMaxHostAddresses = 8;  // tried of one host

struct MailHost {
    std::string name;  // as reports and certificates have it
    std::vector<net::asio::ip::tcp::endpoint> endpoints;
    std::string socket;  // of a Unix socket instead: its path
};

struct MailHostOptions {
    std::string own_name;  // a host of this name is ourselves
    // Where we listen ourselves on that port: who names it as a mail server names us.
    std::vector<IpAddress> own_addresses;
    std::uint16_t mx_port = 25;  // of hosts from the DNS
    // Addresses that the DNS of others may not lead us to.
    std::vector<Network> refused_networks;
};

// What there is, or what becomes of the mail instead.
template <class T>
using OrOutcome = std::expected<T, Outcome>;

class MailHosts {
public:
    explicit MailHosts(net::Dns& dns) : dns_(dns) {}
    void set_options(MailHostOptions options) { options_ = std::move(options); }

    // The hosts to try, best first, at least one. `hop` is of kind smtp, lmtp or mx, with its
    // host or socket; the host of a socket is called localhost.
    // Refused: the domain does not exist (5.1.2), takes no mail (5.1.10), or leads back to us
    // (5.4.6). Deferred: the DNS does not answer (4.4.3).
    net::Task<OrOutcome<std::vector<std::string>>> names(policy::NextHop hop);
    // The addresses of one of them. Refused 5.4.6: it is ourselves, so that what is not better than
    // it must not be used either.
    net::Task<OrOutcome<MailHost>> find(policy::NextHop hop, std::string name);

private:
    net::Task<OrOutcome<std::vector<std::string>>> mail_servers(std::string domain);
    [[nodiscard]] OrOutcome<MailHost> usable(const std::string& name,
                                             const net::DnsAnswer& answer,
                                             std::uint16_t port) const;

    net::Dns& dns_;
    MailHostOptions options_;
    std::minstd_rand dice_{static_cast<std::minstd_rand::result_type>(std::random_device{}())};
};

}  // namespace sealgate::delivery
