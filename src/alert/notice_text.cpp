// SPDX-License-Identifier: Apache-2.0
#include "alert/notice_text.h"

#include "base/text.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace sealgate::alert {

using admin::AlertNotice;
using admin::NoticeKind;

namespace {

constexpr std::size_t kMaxLine = 1500;

std::string_view word(NoticeKind kind) {
    switch (kind) {
        case NoticeKind::raised:
            return "Alert";
        case NoticeKind::ended:
            return "Over";
        case NoticeKind::test:
            return "Test";
    }
    return "Alert";
}

}  // namespace

Letter letter(const AlertNotice& notice, std::string_view hostname) {
    const admin::Alert& alert = notice.alert;
    Letter out;
    out.subject = fmt::format("[Sealgate {}] {}: {}", hostname, word(notice.kind), alert.title);
    if (notice.kind == NoticeKind::ended) {
        out.text = fmt::format("{}\n\nWhat it was:\n{}\n\nFrom {} to {}.\n",
                               alert.end_detail,
                               alert.detail,
                               to_rfc3339(alert.raised),
                               to_rfc3339(alert.ended.value_or(alert.raised)));
    } else {
        out.text = fmt::format("{}\n\nSince {}.\n", alert.detail, to_rfc3339(alert.raised));
    }
    out.text += fmt::format(
        "Gateway: {}\nAlert: {}\n\n'sealgate alert list' shows all; 'sealgate alert silence {} "
        "--for "
        "2h' holds back more of this kind.\n",
        hostname,
        alert.name,
        alert.name);
    return out;
}

std::string log_line(const AlertNotice& notice) {
    const admin::Alert& alert = notice.alert;
    const bool ended = notice.kind == NoticeKind::ended;
    return escape_for_log(fmt::format("alert {} {}: {}: {}",
                                      alert.name,
                                      admin::to_string(notice.kind),
                                      alert.title,
                                      ended ? alert.end_detail : alert.detail),
                          kMaxLine);
}

std::string json_body(const AlertNotice& notice, std::string_view hostname) {
    const admin::Alert& alert = notice.alert;
    nlohmann::ordered_json out{
        {"id", fmt::format("{}/{}/{}", hostname, alert.id, admin::to_string(notice.kind))},
        {"gateway", hostname},
        {"alert", alert.name},
        {"state", admin::to_string(notice.kind)},
        {"subject", alert.subject},
        {"title", alert.title},
        {"detail", notice.kind == NoticeKind::ended ? alert.end_detail : alert.detail},
        {"raised", to_rfc3339(alert.raised)}};
    if (notice.kind == NoticeKind::ended && alert.ended) out["ended"] = to_rfc3339(*alert.ended);
    return out.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

}  // namespace sealgate::alert
