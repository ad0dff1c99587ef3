// SPDX-License-Identifier: Apache-2.0
#include "smtp/server/session_impl.h"

#include <utility>

namespace sealgate::smtp {

void ServerSession::Impl::on_rcpt(std::string_view argument) {
    const auto no = [&](const Reply& why) { refuse(Refused::What::rcpt, why, argument); };
    if (!transaction) return no({503, "5.5.1", "MAIL comes first"});
    if (transaction->chunks > 0) return no({503, "5.5.1", "BDAT has begun"});
    ++transaction->tried;
    const Envelope& envelope = transaction->envelope;
    auto recipient =
        parse_rcpt(argument, offered(), envelope.parameters.smtputf8, options.postmaster);
    if (!recipient) return no(recipient.error());
    if (envelope.recipients.size() >= options.limits.recipients)
        return no({452, "4.5.3", "Too many recipients"});
    asked_recipient = *std::move(recipient);
    ask(Question::rcpt, AskRcpt{asked_recipient});
}

void ServerSession::Impl::answer_rcpt(const Reply& given) {
    Recipient accepted = std::exchange(asked_recipient, {});
    if (given.positive()) {
        transaction->envelope.recipients.push_back(std::move(accepted));
        idle_commands = 0;
    }
    reply(given);
}

}  // namespace sealgate::smtp
