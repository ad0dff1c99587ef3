// SPDX-License-Identifier: Apache-2.0
#include "admin/warnings.h"

#include "admin/sentence.h"
#include "base/text.h"

namespace sealgate::admin {

std::vector<std::string> warnings(const config::Settings& settings,
                                  const policy::ManagedDomains& domains,
                                  const policy::Routes& routes) {
    std::vector<std::string> out;
    const std::string& host = settings.hostname;
    if (host.find('.') == std::string::npos || istarts_with(host, "localhost")) {
        out.push_back("the hostname " + quoted(host) +
                      " is no name that others know; set 'hostname' to the fully qualified name of "
                      "this machine, which greetings, trace headers and reports carry");
    }
    const std::string address = settings.report_address();
    const auto parsed = mime::Address::parse(address);
    if (!parsed) return out;
    if (!domains.contains(parsed->domain()) && routes.find(parsed->domain()) == nullptr) {
        out.push_back("reports tell people to write to " + quoted(address) +
                      ", whose domain is neither managed nor has a route, so that mail to it is "
                      "refused; set 'postmaster' to a mailbox that somebody reads");
    }
    return out;
}

std::vector<std::string> warnings(const config::Settings& settings) {
    std::vector<policy::ManagedDomain> domains;
    domains.reserve(settings.domains.size());
    for (const auto& declared : settings.domains)
        domains.push_back(declared.domain);
    std::vector<policy::Route> routes;
    routes.reserve(settings.routes.size());
    for (const auto& declared : settings.routes)
        routes.push_back(declared.route);
    return warnings(
        settings, policy::ManagedDomains(std::move(domains)), policy::Routes(std::move(routes)));
}

}  // namespace sealgate::admin
