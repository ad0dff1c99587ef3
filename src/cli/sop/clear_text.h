#pragma once
// SPDX-License-Identifier: Apache-2.0
// Text that came out of a message: where it waits, and how it is written.

#include "cli/sop/subcommand.h"
#include "openpgp/encrypted_holding.h"
#include "openpgp/message.h"

namespace sealgate::cli::sop {

// In memory while it is small, else encrypted in a file without a name.
[[nodiscard]] openpgp::EncryptedHoldings clear_text_holdings();

// The limits of messages here.
[[nodiscard]] openpgp::MessageLimits message_limits();

// What an error of open_message() means. `cannot_open`: for everything that is about keys and
// integrity.
[[nodiscard]] std::unexpected<Failure> not_opened(Exit cannot_open, const Error& error);

// All of it to stdout. unspecified_failure: not written, or what waits in the file was changed.
[[nodiscard]] Outcome<void> write_text(Surroundings& surroundings, const openpgp::Holding& text);

}  // namespace sealgate::cli::sop
