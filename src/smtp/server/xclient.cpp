// SPDX-License-Identifier: Apache-2.0
#include "smtp/server/session_impl.h"

#include <utility>

namespace sealgate::smtp {

void ServerSession::Impl::on_xclient(std::string_view argument) {
    if (!peer.xclient) return refuse(Refused::What::xclient, not_authorised(), argument);
    if (transaction) return reply({503, "5.5.1", "A transaction is under way"});
    auto facts = parse_client_facts(argument, kXclientAttributes);
    if (!facts) return refuse(Refused::What::xclient, facts.error(), argument);
    ask(Question::xclient, AskClient{*std::move(facts)});
}

// The session is as after the connection, but for TLS: the client greets again.
void ServerSession::Impl::answer_xclient(const Reply& given) {
    if (!given.positive()) return reply(given);
    helo.clear();
    esmtp = false;
    signed_in = false;
    forwarded = {};
    reply(greeting());
}

}  // namespace sealgate::smtp
