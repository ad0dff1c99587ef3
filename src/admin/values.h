#pragma once
// SPDX-License-Identifier: Apache-2.0
// Objects as JSON, for the audit log: keys sorted, no blanks, so that equal objects are equal
// texts. Internal.

#include "admin/context.h"
#include "admin/gateway.h"

#include <string>
#include <string_view>

namespace sealgate::admin {

inline constexpr std::string_view kNothing = "null";  // before it was made, after it is gone

[[nodiscard]] std::string to_json(const policy::ManagedDomain& domain);
[[nodiscard]] std::string to_json(const policy::Route& route);
[[nodiscard]] std::string to_json(const policy::UnmanagedSenders& senders);
[[nodiscard]] std::string to_json(const QueueSubject& subject);
[[nodiscard]] std::string to_json(std::string_view text);
// The text alone where there is no HTML part.
[[nodiscard]] std::string to_json(const TemplateText& text);
// What an action leaves of a message of the queue; `reason` is left out where there is none.
[[nodiscard]] std::string queue_state_json(std::string_view state, std::string_view reason);

}  // namespace sealgate::admin
