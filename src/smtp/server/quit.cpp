// SPDX-License-Identifier: Apache-2.0
#include "smtp/server/session_impl.h"

namespace sealgate::smtp {

void ServerSession::Impl::on_quit(std::string_view argument) {
    if (!argument.empty()) return reply({501, "5.5.4", "Syntax: QUIT"});
    hang_up({221, "2.0.0", options.hostname + " closing connection"});
}

}  // namespace sealgate::smtp
