// SPDX-License-Identifier: Apache-2.0
#include "smtp/server/session_impl.h"

namespace sealgate::smtp {

void ServerSession::Impl::on_rset(std::string_view argument) {
    if (!argument.empty()) return reply({501, "5.5.4", "Syntax: RSET"});
    drop_transaction();
    reply({250, "2.0.0", "Ok"});
}

}  // namespace sealgate::smtp
