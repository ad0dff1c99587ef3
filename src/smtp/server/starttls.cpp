// SPDX-License-Identifier: Apache-2.0
#include "smtp/server/session_impl.h"

namespace sealgate::smtp {

void ServerSession::Impl::on_starttls(std::string_view argument) {
    if (tls) return reply({503, "5.5.1", "TLS is on already"});
    if (!options.offer_starttls) return reply({502, "5.5.1", "STARTTLS is not offered"});
    if (!argument.empty()) return reply({501, "5.5.4", "Syntax: STARTTLS"});
    if (helo.empty()) return reply({503, "5.5.1", "EHLO comes first"});
    if (transaction) return reply({503, "5.5.1", "A transaction is under way"});
    // Whoever wrote the bytes behind STARTTLS did so in clear; under TLS they would count as the
    // client's own. A client that waits for 220, as RFC 3207 demands, never gets here.
    if (!input.at_rest()) return cut_off({554, "5.5.1", "Nothing may follow STARTTLS"});
    reply({220, "2.0.0", "Ready to start TLS"});
    phase = Phase::tls;
}

void ServerSession::Impl::tls_started() {
    const bool implicit = phase == Phase::fresh;
    if (phase != Phase::tls && !implicit) return;
    if (!input.at_rest()) {  // fed while the handshake was due: clear text
        phase = Phase::closed;
        return;
    }
    tls = true;
    if (options.offer_auth) input.reserve(kMaxAuthLine + options.limits.command_line);
    if (implicit) return;
    esmtp = false;
    helo.clear();
    forwarded = {};
    phase = Phase::command;
}

}  // namespace sealgate::smtp
