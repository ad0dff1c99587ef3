// SPDX-License-Identifier: Apache-2.0
#include "smtp/server/session_impl.h"

namespace sealgate::smtp {

// It holds for the next transaction and goes with it, or with RSET and EHLO.
void ServerSession::Impl::on_xforward(std::string_view argument) {
    if (!peer.xforward) return refuse(Refused::What::xforward, not_authorised(), argument);
    if (helo.empty()) return reply({503, "5.5.1", "EHLO comes first"});
    if (transaction) return reply({503, "5.5.1", "A transaction is under way"});
    auto facts = parse_client_facts(argument, kXforwardAttributes);
    if (!facts) return refuse(Refused::What::xforward, facts.error(), argument);
    forwarded.add(*facts);
    reply({250, "2.0.0", "Ok"});
}

}  // namespace sealgate::smtp
