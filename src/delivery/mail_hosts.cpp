// SPDX-License-Identifier: Apache-2.0
#include "delivery/mail_hosts.h"

#include "base/text.h"
#include "delivery/mx_order.h"
#include "delivery/upstream.h"

#include <algorithm>
#include <optional>

namespace sealgate::delivery {

using net::DnsAnswer;
using net::Task;
using policy::NextHop;
using Kind = Outcome::Kind;

namespace {

std::unexpected<Outcome> refused(std::string enhanced, std::string text) {
    return std::unexpected(local_outcome(Kind::refused, std::move(enhanced), std::move(text)));
}

std::unexpected<Outcome> deferred(std::string enhanced, std::string text) {
    return std::unexpected(local_outcome(Kind::deferred, std::move(enhanced), std::move(text)));
}

std::unexpected<Outcome> no_answer(const std::string& name, const DnsAnswer& answer) {
    return deferred("4.4.3", "the DNS does not tell about " + name + " now: " + answer.why);
}

std::optional<IpAddress> literal_address(std::string_view text) {
    if (text.starts_with('[') && text.ends_with(']')) {
        text = text.substr(1, text.size() - 2);
        constexpr std::string_view kV6 = "IPv6:";
        if (istarts_with(text, kV6)) text.remove_prefix(kV6.size());
    }
    const auto address = IpAddress::parse(text);
    return address ? std::optional(*address) : std::nullopt;
}

}  // namespace

Task<OrOutcome<std::vector<std::string>>> MailHosts::names(NextHop hop) {
    // A host that a person named is taken as it is; so is an address instead of a domain.
    if (hop.kind != NextHop::Kind::mx || hop.host.starts_with('[')) {
        co_return std::vector<std::string>{hop.socket.empty() ? hop.host : "localhost"};
    }
    auto found = co_await mail_servers(hop.host);
    co_return found;
}

Task<OrOutcome<std::vector<std::string>>> MailHosts::mail_servers(std::string domain) {
    auto answer = co_await dns_.ask(domain, net::DnsType::mx);
    switch (answer.kind) {
        case DnsAnswer::Kind::failed:
            co_return no_answer("the mail servers of " + domain, answer);
        case DnsAnswer::Kind::no_name:
            co_return refused("5.1.2", "the domain " + domain + " does not exist");
        case DnsAnswer::Kind::no_data:
            // No MX record at all: the domain's own address is its mail server.
            co_return std::vector<std::string>{domain};
        case DnsAnswer::Kind::found:
            break;
    }
    MxOrder order = order_mx(std::move(answer.records), options_.own_name, dice_);
    switch (order.kind) {
        case MxOrder::Kind::null_mx:
            co_return refused("5.1.10", "the domain " + domain + " takes no mail (null MX)");
        case MxOrder::Kind::only_us:
            co_return refused("5.4.6",
                              "the mail servers of " + domain +
                                  " lead back to this gateway: it needs a route of its own");
        case MxOrder::Kind::unusable:
            co_return deferred("4.4.4", "the MX records of " + domain + " name no host");
        case MxOrder::Kind::hosts:
            break;
    }
    co_return std::move(order.hosts);
}

Task<OrOutcome<MailHost>> MailHosts::find(NextHop hop, std::string name) {
    if (!hop.socket.empty()) co_return MailHost{std::move(name), {}, std::move(hop.socket)};
    const bool by_dns = hop.kind == NextHop::Kind::mx;
    const std::uint16_t port = by_dns ? options_.mx_port : hop.port;
    if (const auto address = literal_address(name)) {
        DnsAnswer answer;
        answer.kind = DnsAnswer::Kind::found;
        answer.records.push_back({*address, 0, ""});
        if (by_dns) co_return usable(name, answer, port);
        MailHost host;
        host.name = name;
        host.endpoints.emplace_back(net::asio::ip::make_address(address->to_string()), port);
        co_return host;
    }
    DnsAnswer answer;
    if (by_dns) {
        answer = co_await dns_.addresses(name);
    } else {
        answer = co_await dns_.host(name);
    }
    if (answer.kind == DnsAnswer::Kind::failed) co_return no_answer("the host " + name, answer);
    if (by_dns) co_return usable(name, answer, port);
    if (answer.kind != DnsAnswer::Kind::found) {
        // A route of ours: its administrator will mend the name, and the mail can wait for that.
        co_return deferred("4.4.3", "the name " + name + " has no address");
    }
    MailHost host;
    host.name = name;
    for (const net::DnsRecord& record : answer.records) {
        host.endpoints.emplace_back(net::asio::ip::make_address(record.address.to_string()), port);
    }
    co_return host;
}

OrOutcome<MailHost> MailHosts::usable(const std::string& name,
                                      const DnsAnswer& answer,
                                      std::uint16_t port) const {
    if (answer.kind == DnsAnswer::Kind::no_name) {
        return refused("5.4.4", "the mail server " + name + " does not exist");
    }
    MailHost host;
    host.name = name;
    std::string left_out;
    for (const net::DnsRecord& record : answer.records) {
        const bool bad = std::ranges::any_of(options_.refused_networks, [&](const Network& one) {
            return one.contains(record.address);
        });
        const std::string address = record.address.to_string();
        if (std::ranges::count(options_.own_addresses, record.address) > 0) {
            return refused("5.4.6",
                           std::string("the mail server ")
                               .append(name)
                               .append(" is this gateway itself, at ")
                               .append(address)
                               .append(": the domain needs a route of its own"));
        }
        if (bad) {
            left_out = address;
        } else if (host.endpoints.size() < kMaxHostAddresses) {
            host.endpoints.emplace_back(net::asio::ip::make_address(address), port);
        }
    }
    if (!host.endpoints.empty()) return host;
    if (left_out.empty()) return refused("5.4.4", "the mail server " + name + " has no address");
    return refused(
        "5.4.4",
        "the mail server " + name + " has the address " + left_out + ", which must not be used");
}

}  // namespace sealgate::delivery
