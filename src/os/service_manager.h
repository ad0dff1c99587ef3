#pragma once
// SPDX-License-Identifier: Apache-2.0
// systemd's side of a daemon's life: sockets it hands over (sd_listen_fds(3)) and what it wants to
// hear (sd_notify(3)). Both are small protocols that systemd promises to keep; where nobody of the
// kind started us, all of it does nothing.

#include "base/result.h"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sealgate::os {

// A listening socket that was open before us. The descriptor is the taker's to close.
struct InheritedSocket {
    std::string name;  // FileDescriptorName=
    int descriptor = -1;
};

// What LISTEN_PID, LISTEN_FDS and LISTEN_FDNAMES say to the process `pid`; descriptors count
// from 3. Empty: nothing is meant for us. malformed: not a number, too many, or not one name for
// each.
[[nodiscard]] Result<std::vector<InheritedSocket>> parse_inherited(const char* listen_pid,
                                                                   const char* listen_fds,
                                                                   const char* listen_names,
                                                                   long pid);

// The same from the environment, which loses these variables: they are for us alone. Each socket is
// closed on exec from now on. malformed also: a descriptor that is no listening stream socket.
// Before any thread.
[[nodiscard]] Result<std::vector<InheritedSocket>> take_inherited_sockets();

class ServiceManager {
public:
    // NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID, which are taken out of the environment. Before
    // any thread.
    [[nodiscard]] static ServiceManager from_environment();
    // `socket`: a path, or an abstract name after '@'; "" = nobody listens.
    ServiceManager(std::string socket, std::chrono::microseconds watchdog)
        : socket_(std::move(socket)),
          watchdog_(watchdog) {}

    // Each sends one datagram and never waits; what cannot be sent is lost. Any thread.
    void ready(std::string_view status) const;
    void reloading() const;
    void stopping() const;
    void alive() const;  // feeds the watchdog
    // How long the service manager waits for alive(); 0 = it does not.
    [[nodiscard]] std::chrono::microseconds watchdog() const { return watchdog_; }
    [[nodiscard]] bool listens() const { return !socket_.empty(); }

private:
    void send(std::string_view text) const;

    std::string socket_;
    std::chrono::microseconds watchdog_;
};

}  // namespace sealgate::os
