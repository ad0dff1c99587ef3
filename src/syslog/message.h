#pragma once
// SPDX-License-Identifier: Apache-2.0
// A record of the mail log as a syslog message (RFC 5424).

#include "maillog/mail_log.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace sealgate::syslog {

struct Origin {
    std::uint8_t facility = 2;  // 0 to 23; 2 is "mail"
    std::string hostname;       // RFC 5424 section 6.2.4: at most 255 printable ASCII characters
    std::string app_name;       // section 6.2.5: at most 48 of them
};

// <PRI>1 TIME HOST APP PID VERDICT [sealgate@32473 sequence="..." id="..." ...] TEXT. MSGID is the
// verdict. Parameters are left out where the record has nothing. Values are escaped by section
// 6.3.3; TEXT begins with a byte order mark when it is not ASCII (section 6.4). No frame, no line
// end; at most about 9 KiB.
[[nodiscard]] std::string render(const maillog::Record& record, const Origin& origin);

// The message with its length before it: octet counting of RFC 5425 section 4.3.1 and RFC 6587.
[[nodiscard]] std::string counted(std::string_view message);

}  // namespace sealgate::syslog
