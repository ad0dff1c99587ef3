#pragma once
// SPDX-License-Identifier: Apache-2.0
// A message's envelope and what was decided about it, as the opaque bytes the spool keeps
// (docs/formats/spool.md, "Envelope").

#include "base/result.h"
#include "flow/message.h"

#include <string>
#include <string_view>

namespace sealgate::flow {

[[nodiscard]] std::string encode_envelope(const Live& live);
// The message as the spool takes it: envelope, statuses and content.
[[nodiscard]] spool::NewMessage to_spool(const Live& live);
// Everything of a Live but its status and content. malformed: not written by encode_envelope of a
// version we know; the message is then set aside, never guessed at.
[[nodiscard]] Result<Live> decode_envelope(std::string_view bytes);

}  // namespace sealgate::flow
