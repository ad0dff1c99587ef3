// SPDX-License-Identifier: Apache-2.0
// What the message's own bytes say. Pure.
#include "base/text.h"
#include "flow/pipeline.h"
#include "mime/header_scan.h"
#include "mime/media_type.h"

#include <algorithm>

namespace sealgate::flow {

namespace {

constexpr std::size_t kMaxMessageId = 998;  // RFC 5322 section 2.1.1

bool has_eight_bit(std::string_view bytes) {
    return std::any_of(bytes.begin(), bytes.end(), [](char c) {
        return (static_cast<unsigned char>(c) & 0x80U) != 0;
    });
}

// A delivery report (RFC 6522) or an automatic answer to a message (RFC 3834): what may come from
// "<>". Absence notices come as auto-generated too, from Exchange for one; the decision takes both
// from trusted networks only.
bool is_delivery_report(const mime::HeaderSection& header) {
    const auto type = mime::media_type(header);
    if (type && type->is("multipart", "report")) return true;
    const std::string submitted = header.auto_submitted();
    return submitted == "auto-replied" || submitted == "auto-generated";
}

}  // namespace

Classified classify(Accepted mail, const TraceGuard& trace) {
    Facts facts;
    const std::string_view content = *mail.content;
    const mime::HeaderSection header = mime::HeaderSection::scan(content);
    // Longer than a line may be is nobody's Message-ID, and each log record repeats it.
    facts.message_id = header.message_id().substr(0, kMaxMessageId);
    facts.subject = header.subject();
    facts.received_fields = header.received_count();
    facts.header_over_limit = header.limit() != mime::HeaderLimit::none;
    if (!mail.envelope.sender) facts.delivery_report = is_delivery_report(header);
    facts.has_eight_bit = has_eight_bit(content);
    facts.eight_bit_header = facts.has_eight_bit && has_eight_bit(content.substr(0, header.end()));
    for (const mime::HeaderField& field : header.fields()) {
        if (facts.own_traces > TraceGuard::kMaxOwnTraces) break;
        if (iequals(field.name, TraceGuard::kFieldName) &&
            trace.is_own(mime::unfold(field.value), facts.message_id)) {
            ++facts.own_traces;
        }
    }
    return {std::move(mail), std::move(facts)};
}

}  // namespace sealgate::flow
