#pragma once
// SPDX-License-Identifier: Apache-2.0
// Sends the mail log to a syslog receiver, on a thread of its own and from the log's records: mail
// never waits for it. The records are the buffer. What falls further behind than the backlog allows
// is left out and counted, and the receiver is told how many are missing.

#include "config/syslog_target.h"
#include "maillog/mail_log.h"
#include "net/dns.h"
#include "os/file_system.h"
#include "syslog/message.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace sealgate::syslog {

struct SenderOptions {
    config::SyslogTarget target;
    Origin origin;
    bool verify = true;         // TLS: the chain and the name in the certificate
    std::string ca_file;        // PEM; "" = the system's
    net::DnsOptions dns;        // how its name is looked up
    std::uint64_t backlog = 0;  // records
    // How far it was sent, kept over restarts; at least once over TCP and TLS, as the protocol
    // acknowledges nothing.
    std::string position_file;
    // A sentence when the receiver is lost and when it is back; on the sender's thread.
    std::function<void(const std::string&)> report;
};

struct SenderStats {
    bool connected = false;
    std::uint64_t sent = 0;     // records, since the start
    std::uint64_t dropped = 0;  // left out for the backlog, since the start
    std::uint64_t behind = 0;   // records not sent yet
};

class Sender {
public:
    // Begins at once: with what came after the last record that was sent, or, the first time, with
    // what comes from now on. `log` and `files` must outlive it. malformed: the CA file.
    [[nodiscard]] static Result<std::unique_ptr<Sender>> start(SenderOptions options,
                                                               maillog::MailLog& log,
                                                               os::FileSystem& files);
    Sender() = default;
    Sender(const Sender&) = delete;
    Sender& operator=(const Sender&) = delete;
    Sender(Sender&&) = delete;
    Sender& operator=(Sender&&) = delete;
    // Sends what is there, for at most two seconds, and ends.
    virtual ~Sender() = default;

    [[nodiscard]] virtual SenderStats stats() const = 0;  // any thread
};

}  // namespace sealgate::syslog
