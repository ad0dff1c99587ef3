#pragma once
// SPDX-License-Identifier: Apache-2.0
// Mail of our own to the people who run this gateway.

#include "base/result.h"
#include "flow/message.h"
#include "mime/address.h"

#include <string>
#include <vector>

namespace sealgate::flow {

struct NoticeMail {
    std::vector<mime::Address> recipients;  // at least one
    std::string subject;                    // UTF-8, one line
    std::string text;                       // UTF-8, lines ended by LF
};

// The notice as a message that is pending for its recipients. Nothing can come back of it, and so
// no loop: it has the null sender, says Auto-Submitted, and asks for no report (NOTIFY=NEVER).
// `connection` is a new one. Errors: internal (no random bytes).
[[nodiscard]] Result<Live> make_notice(const config::Settings& settings,
                                       const NoticeMail& mail,
                                       const ConnectionId& connection,
                                       WallTime now);

// The listener's name in the source of such messages.
inline constexpr std::string_view kNoticeSource = "alert";

}  // namespace sealgate::flow
