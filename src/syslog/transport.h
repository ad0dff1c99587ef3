#pragma once
// SPDX-License-Identifier: Apache-2.0
// The ways to a syslog receiver. Used by the sender's thread only.

#include "config/syslog_target.h"
#include "net/dns.h"
#include "net/stream.h"
#include "net/tls.h"

#include <memory>
#include <string>
#include <vector>

namespace sealgate::syslog {

class Transport {
public:
    Transport() = default;
    Transport(const Transport&) = delete;
    Transport& operator=(const Transport&) = delete;
    Transport(Transport&&) = delete;
    Transport& operator=(Transport&&) = delete;
    virtual ~Transport() = default;

    // All of the messages. transient: the receiver is lost; some may have gone.
    virtual net::Task<Status> send(const std::vector<std::string>& messages) = 0;
    // The receiver has hung up. Without this, what is written next would be lost unnoticed.
    [[nodiscard]] virtual bool lost() = 0;
};

struct TransportParts {
    net::asio::io_context& loop;
    net::Deadlines& deadlines;
    net::Dns& dns;
    std::shared_ptr<net::TlsContext> tls;  // of Kind::tls
};

// Reaches the receiver. transient: it cannot be reached, or its certificate does not do.
net::Task<Result<std::unique_ptr<Transport>>> connect(TransportParts parts,
                                                      config::SyslogTarget target);

}  // namespace sealgate::syslog
