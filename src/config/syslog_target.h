#pragma once
// SPDX-License-Identifier: Apache-2.0
// Where the mail log goes as syslog: "unix:/dev/log", "udp:host:514", "tcp:host:601",
// "tls:host:6514".

#include "base/result.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace sealgate::config {

struct SyslogTarget {
    enum class Kind : std::uint8_t { unix_socket, udp, tcp, tls };
    Kind kind = Kind::unix_socket;
    std::string path;  // of unix_socket
    std::string host;  // name or address, without brackets
    std::uint16_t port = 0;

    // malformed: with the end of a sentence that begins with "target".
    [[nodiscard]] static Result<SyslogTarget> parse(std::string_view text);
};

}  // namespace sealgate::config
