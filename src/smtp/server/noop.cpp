// SPDX-License-Identifier: Apache-2.0
#include "smtp/server/session_impl.h"

namespace sealgate::smtp {

// Any argument is ignored (RFC 5321 section 4.1.1.9).
void ServerSession::Impl::on_noop() {
    reply({250, "2.0.0", "Ok"});
}

}  // namespace sealgate::smtp
