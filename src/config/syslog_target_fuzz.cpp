// SPDX-License-Identifier: Apache-2.0
// Properties: what is accepted can be connected to as it stands (a path that fits a socket address,
// or a host that no resolver takes for more than a name, with a port), is the text that was given,
// and nothing of it can end a line; what is refused has a sentence for the administrator.
#include "base/text.h"
#include "config/syslog_target.h"

#include <sys/un.h>

#include <algorithm>
#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using sealgate::config::SyslogTarget;
    using Kind = SyslogTarget::Kind;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto target = SyslogTarget::parse(text);
    if (!target) {
        SG_CHECK(target.error().kind() == sealgate::ErrorKind::malformed);
        SG_CHECK(!target.error().detail().empty());
        return 0;
    }
    const auto printable = [](char c) { return c > ' ' && c < 0x7F; };
    if (target->kind == Kind::unix_socket) {
        SG_CHECK(target->path.starts_with('/'));
        SG_CHECK(target->path.size() < sizeof(sockaddr_un::sun_path));
        SG_CHECK(std::ranges::none_of(target->path, [](char c) {
            return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
        }));
        SG_CHECK(text == "unix:" + target->path);
        SG_CHECK(target->host.empty() && target->port == 0);
        return 0;
    }
    SG_CHECK(target->path.empty() && target->port != 0);
    SG_CHECK(!target->host.empty() && std::ranges::all_of(target->host, printable));
    const bool v6 = target->host.find(':') != std::string::npos;
    const std::string again = std::string(text.substr(0, 4)) +
                              (v6 ? "[" + target->host + "]" : target->host) + ":" +
                              std::to_string(target->port);
    const auto same = SyslogTarget::parse(again);
    SG_CHECK(same && same->kind == target->kind && same->host == target->host &&
             same->port == target->port);
    return 0;
}
