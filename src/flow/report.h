#pragma once
// SPDX-License-Identifier: Apache-2.0
// Reports to senders as messages of our own: chosen template, DSN (RFC 3464), null sender.

#include "base/result.h"
#include "flow/settle.h"
#include "flow/trace.h"

#include <string>
#include <vector>

namespace sealgate::flow {

struct ReportContext {
    const config::Settings& settings;
    const Site& site;
    const TraceGuard& trace;
    ConnectionId connection;  // a new one: the report is a message of its own
    WallTime now{};
};

// One message for all `items`, which must be of one kind. `content` is the original's. The result
// is pending for its one recipient, the original sender. Errors: internal (a template that cannot
// be rendered), refused (the original has the null sender).
[[nodiscard]] Result<Live> make_report(const ReportContext& context,
                                       const Live& original,
                                       const Content& content,
                                       const std::vector<ReportItem>& items);

// The items split into groups that can share one report: by kind.
[[nodiscard]] std::vector<std::vector<ReportItem>> group_reports(std::vector<ReportItem> items);

}  // namespace sealgate::flow
