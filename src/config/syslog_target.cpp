// SPDX-License-Identifier: Apache-2.0
#include "config/syslog_target.h"

#include "policy/routes.h"

#include <sys/un.h>

#include <algorithm>
#include <array>
#include <utility>

namespace sealgate::config {

namespace {

std::unexpected<Error> bad(std::string detail) {
    return fail(ErrorKind::malformed, "config.syslog_target", std::move(detail));
}

}  // namespace

Result<SyslogTarget> SyslogTarget::parse(std::string_view text) {
    SyslogTarget target;
    constexpr std::string_view kUnix = "unix:";
    if (text.starts_with(kUnix)) {
        target.path = text.substr(kUnix.size());
        if (!target.path.starts_with('/') || target.path.size() >= sizeof(sockaddr_un::sun_path)) {
            return bad(
                "must name a socket by its whole path of at most 107 octets, such as "
                "\"unix:/dev/log\"");
        }
        const auto control = [](char c) {
            return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
        };
        if (std::ranges::any_of(target.path, control)) {
            return bad("must not have control characters in its path");
        }
        return target;
    }
    constexpr std::array<std::pair<std::string_view, Kind>, 3> kKinds{
        {{"udp:", Kind::udp}, {"tcp:", Kind::tcp}, {"tls:", Kind::tls}}};
    for (const auto& [prefix, kind] : kKinds) {
        if (!text.starts_with(prefix)) continue;
        const auto hop = policy::NextHop::parse(text.substr(prefix.size()));
        if (!hop || hop->kind != policy::NextHop::Kind::smtp || hop->port == 0) {
            return bad("must have host and port after '" + std::string(prefix) + "', such as \"" +
                       std::string(prefix) + "logs.example.com:6514\"");
        }
        target.kind = kind;
        target.host = hop->host;
        target.port = hop->port;
        return target;
    }
    return bad("must begin with 'unix:', 'udp:', 'tcp:' or 'tls:'");
}

}  // namespace sealgate::config
