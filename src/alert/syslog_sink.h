#pragma once
// SPDX-License-Identifier: Apache-2.0
// The local log daemon, in the form that syslog(3) writes to its socket. Not by syslog(3) itself:
// that says nothing when nobody listens.

#include "alert/sink.h"
#include "base/clock.h"

namespace sealgate::alert {

class SyslogSink final : public Sink {
public:
    // `socket`: the path of a Unix datagram socket.
    SyslogSink(std::string socket, const Clock& clock)
        : socket_(std::move(socket)),
          clock_(clock) {}

    [[nodiscard]] std::string_view name() const override { return "syslog"; }
    [[nodiscard]] Status send(const admin::AlertNotice& notice, std::stop_token stop) override;

private:
    std::string socket_;
    const Clock& clock_;
};

}  // namespace sealgate::alert
