#pragma once
// SPDX-License-Identifier: Apache-2.0
// Audit records of what administrators do to the queue.

#include "admin/context.h"
#include "admin/gateway.h"

#include <span>
#include <string_view>

namespace sealgate::admin {

// One record a message: `verb` is "retry", "hold", "release" or "delete". To be called before the
// queue is touched: what cannot be recorded is not done, and an action that fails after it has left
// a record of the attempt; the mail log has what came of it.
Status record_queue_action(Context& context,
                           const Actor& actor,
                           std::string_view verb,
                           std::span<const QueueSubject> subjects,
                           std::string_view reason);

}  // namespace sealgate::admin
