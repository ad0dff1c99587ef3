// SPDX-License-Identifier: Apache-2.0
#include "smtp/server/session_impl.h"

namespace sealgate::smtp {

void ServerSession::Impl::on_help() {
    reply({214, "2.0.0", "EHLO HELO MAIL RCPT DATA BDAT RSET NOOP VRFY STARTTLS QUIT"});
}

}  // namespace sealgate::smtp
