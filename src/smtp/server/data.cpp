// SPDX-License-Identifier: Apache-2.0
#include "smtp/server/session_impl.h"

namespace sealgate::smtp {

void ServerSession::Impl::on_data(std::string_view argument) {
    auto obstacle = content_obstacle();
    if (!obstacle && !argument.empty()) obstacle = Reply{501, "5.5.4", "Syntax: DATA"};
    if (!obstacle && transaction->chunks > 0) obstacle = Reply{503, "5.5.1", "BDAT has begun"};
    if (!obstacle) return ask(Question::data, AskData{});
    refuse(Refused::What::data, *obstacle, argument);
    drop_transaction();
}

void ServerSession::Impl::answer_data(const Reply& given) {
    if (!given.positive() && !given.intermediate()) {
        reply(given);
        return drop_transaction();
    }
    idle_commands = 0;
    reply({354, "", "End data with <CR><LF>.<CR><LF>"});
    open_content(Framing::dots, transaction->envelope.parameters.size.value_or(0));
    phase = Phase::content;
}

}  // namespace sealgate::smtp
