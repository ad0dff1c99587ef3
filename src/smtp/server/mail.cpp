// SPDX-License-Identifier: Apache-2.0
#include "smtp/server/session_impl.h"

#include <utility>

namespace sealgate::smtp {

void ServerSession::Impl::on_mail(std::string_view argument) {
    const auto no = [&](const Reply& why) { refuse(Refused::What::mail, why, argument); };
    if (options.require_tls && !tls) return no({530, "5.7.0", "STARTTLS comes first"});
    if (helo.empty()) return no({503, "5.5.1", "EHLO comes first"});
    if (transaction) return no({503, "5.5.1", "A transaction is under way"});
    auto command = parse_mail(argument, offered());
    if (!command) return no(command.error());
    asked_mail = *std::move(command);
    ask(Question::mail, AskMail{asked_mail.sender, asked_mail.parameters, forwarded});
}

void ServerSession::Impl::answer_mail(const Reply& given) {
    MailCommand accepted = std::exchange(asked_mail, {});
    if (given.positive()) {
        transaction.emplace();
        transaction->envelope.sender = std::move(accepted.sender);
        transaction->envelope.parameters = std::move(accepted.parameters);
        idle_commands = 0;
    }
    reply(given);
}

}  // namespace sealgate::smtp
