#pragma once
// SPDX-License-Identifier: Apache-2.0
// How the client reads EHLO and writes MAIL and RCPT: text only, no state.

#include "smtp/client_session.h"

namespace sealgate::smtp {

// Reads the keywords of a positive EHLO reply; unknown ones are passed over (RFC 5321 section
// 4.1.1.1).
[[nodiscard]] Extensions read_extensions(const Reply& ehlo);

// The command lines without CRLF. Parameters the server does not offer are left out, and so is an
// ENVID or ORCPT that is not xtext (it would not survive as one word) or too long.
[[nodiscard]] std::string mail_command(const ReversePath& sender,
                                       const MailParameters& parameters,
                                       std::uint64_t size,
                                       const Extensions& offered);
[[nodiscard]] std::string rcpt_command(const Recipient& recipient, const Extensions& offered);

}  // namespace sealgate::smtp
