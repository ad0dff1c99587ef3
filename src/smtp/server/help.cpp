// SPDX-License-Identifier: Apache-2.0
#include "smtp/server/session_impl.h"

namespace sealgate::smtp {

void ServerSession::Impl::on_help() {
    const std::string_view hello = options.lmtp ? "LHLO" : "EHLO HELO";
    reply({214, "2.0.0", std::string(hello) + " MAIL RCPT DATA BDAT RSET NOOP VRFY STARTTLS QUIT"});
}

}  // namespace sealgate::smtp
