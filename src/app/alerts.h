#pragma once
// SPDX-License-Identifier: Apache-2.0
// The alerts of the running gateway: what there is to see, and the sinks that its settings name.

#include "alert/engine.h"
#include "flow/gateway.h"

namespace sealgate::app {

// All references must outlive the engine's run. The gateway's loop must run while the engine does.
[[nodiscard]] alert::EngineOptions alert_options(flow::Gateway& gateway,
                                                 maillog::MailLog& log,
                                                 os::FileSystem& files,
                                                 const Clock& clock,
                                                 admin::Context& context);

}  // namespace sealgate::app
