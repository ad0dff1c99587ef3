// SPDX-License-Identifier: Apache-2.0
#include "smtp/server/session_impl.h"

namespace sealgate::smtp {

// Nothing is told about who exists (RFC 5321 section 7.3).
void ServerSession::Impl::on_vrfy(std::string_view argument) {
    if (argument.empty()) return reply({501, "5.5.4", "Syntax: VRFY address"});
    reply({252, "2.0.0", "Cannot verify, send mail and see"});
}

}  // namespace sealgate::smtp
