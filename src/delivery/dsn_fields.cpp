// SPDX-License-Identifier: Apache-2.0
#include "delivery/dsn_fields.h"

#include "base/text.h"
#include "mime/clean_text.h"
#include "mime/date.h"
#include "smtp/xtext.h"

#include <algorithm>

namespace sealgate::delivery {

namespace {

constexpr std::size_t kFoldAt = 76;
constexpr std::size_t kMaxAddress = 500;  // local part 64, domain 253, and room for \x{...}
constexpr std::size_t kMaxAddressType = 64;

class Fields {
public:
    explicit Fields(bool utf8) : utf8_(utf8) {}

    // Folds at blanks. `value` is foreign: cleaned and cut here. Nothing is written for an empty
    // one.
    void add(std::string_view name,
             std::string_view type,
             std::string_view value,
             std::size_t max) {
        if (value.empty()) return;
        std::string clean = mime::clean_line(value, max);
        if (!utf8_) {
            // The escapes make it longer, so it is cut once more; it is ASCII now.
            clean = smtp::ascii_form(clean);
            if (clean.size() > max) clean.resize(max);
        }
        std::string line(name);
        line += ':';
        if (!type.empty()) line.append(" ").append(type).append(";");
        // All blanks stay (they may belong to a quoted local part), and no line is nothing but
        // blanks.
        bool visible = true;
        for (const std::string_view word : split(clean, ' ')) {
            if (visible && !word.empty() && line.size() + 1 + word.size() > kFoldAt) {
                text_.append(line).append("\r\n");
                line.clear();
                visible = false;
            }
            line.append(" ").append(word);
            visible = visible || !word.empty();
        }
        text_.append(line).append("\r\n");
    }

    void end_block() { text_ += "\r\n"; }
    std::string take() { return std::move(text_); }

private:
    bool utf8_;
    std::string text_;
};

std::string_view name_of(DsnRecipient::Action action) {
    switch (action) {
        case DsnRecipient::Action::failed:
            return "failed";
        case DsnRecipient::Action::delayed:
            return "delayed";
        case DsnRecipient::Action::delivered:
            return "delivered";
        case DsnRecipient::Action::relayed:
            return "relayed";
    }
    return "failed";
}

std::string status_of(const DsnRecipient& recipient) {
    const auto parts = split(recipient.status, '.');
    const bool well_formed =
        parts.size() == 3 && parts[0].size() == 1 &&
        std::all_of(parts.begin(),
                    parts.end(),
                    [](std::string_view p) { return p.size() <= 3 && parse_number(p); }) &&
        std::string_view("245").find(parts[0]) != std::string_view::npos;
    if (well_formed) return recipient.status;
    switch (recipient.action) {
        case DsnRecipient::Action::failed:
            return "5.0.0";
        case DsnRecipient::Action::delayed:
            return "4.0.0";
        case DsnRecipient::Action::delivered:
        case DsnRecipient::Action::relayed:
            return "2.0.0";
    }
    return "5.0.0";
}

// ORCPT as it came, without its encoding (RFC 3464 section 2.3.1).
void add_original_recipient(Fields& fields, const std::string& orcpt) {
    const std::size_t end = orcpt.find(';');
    if (end == 0 || end == std::string::npos) return;
    const std::string_view type = std::string_view(orcpt).substr(0, end);
    const auto address = smtp::decode_xtext(std::string_view(orcpt).substr(end + 1));
    if (!address || !smtp::is_xtext(type) || type.size() > kMaxAddressType) return;
    fields.add("Original-Recipient", type, *address, kMaxAddress);
}

void add_diagnostic(Fields& fields, const DsnRecipient& recipient, std::size_t share) {
    if (recipient.remote_reply) {
        fields.add("Diagnostic-Code", "smtp", recipient.remote_reply->line(), share);
    } else {
        fields.add("Diagnostic-Code", "X-Sealgate", recipient.diagnostic, share);
    }
}

void add_recipient(Fields& fields, const DsnRecipient& recipient, std::size_t share) {
    add_original_recipient(fields, recipient.recipient.orcpt);
    const mime::Address& address = recipient.recipient.address;
    fields.add("Final-Recipient",
               address.needs_smtputf8() ? "utf-8" : "rfc822",
               address.wire(),
               kMaxAddress);
    fields.add("Action", "", name_of(recipient.action), kMaxAddress);
    fields.add("Status", "", status_of(recipient), kMaxAddress);
    fields.add("Remote-MTA", "dns", recipient.remote_mta, kMaxAddress);
    add_diagnostic(fields, recipient, share);
    if (recipient.last_attempt) {
        fields.add("Last-Attempt-Date", "", mime::format_date(*recipient.last_attempt), 100);
    }
    // RFC 3464 section 2.3.9: for delays only.
    if (recipient.will_retry_until && recipient.action == DsnRecipient::Action::delayed) {
        fields.add("Will-Retry-Until", "", mime::format_date(*recipient.will_retry_until), 100);
    }
}

}  // namespace

std::string delivery_status(const DsnRequest& request, bool utf8) {
    Fields fields(utf8);
    const auto envid = smtp::decode_xtext(request.original.parameters.envid);
    fields.add("Original-Envelope-Id", "", envid.value_or(""), kMaxAddress);
    fields.add("Reporting-MTA", "dns", request.reporting_mta, kMaxAddress);
    fields.add("Received-From-MTA", "dns", request.from_mta_helo, kMaxAddress);
    fields.add("X-Sealgate-Connection-ID", "", request.connection_id, 100);
    fields.add("Arrival-Date", "", mime::format_date(request.arrival), 100);
    const std::size_t share = std::min(kMaxDiagnostic, kMaxDiagnostics / request.recipients.size());
    for (const DsnRecipient& recipient : request.recipients) {
        fields.end_block();
        add_recipient(fields, recipient, share);
    }
    return fields.take();
}

}  // namespace sealgate::delivery
