#pragma once
// SPDX-License-Identifier: Apache-2.0
// A notice in the words of each sink.

#include "admin/alerts.h"

#include <string>
#include <string_view>

namespace sealgate::alert {

struct Letter {
    std::string subject;  // one line
    std::string text;     // lines ended by LF
};
[[nodiscard]] Letter letter(const admin::AlertNotice& notice, std::string_view hostname);

// One line, safe for a log.
[[nodiscard]] std::string log_line(const admin::AlertNotice& notice);

// One JSON object; docs/manual/alerts.md describes it.
[[nodiscard]] std::string json_body(const admin::AlertNotice& notice, std::string_view hostname);

}  // namespace sealgate::alert
