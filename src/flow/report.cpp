// SPDX-License-Identifier: Apache-2.0
#include "flow/report.h"

#include "delivery/dsn.h"
#include "delivery/message_template.h"
#include "mime/date.h"
#include "mime/header_scan.h"
#include "mime/language.h"

#include <algorithm>
#include <map>
#include <set>

namespace sealgate::flow {

namespace {

using Kind = ReportItem::Kind;
using Action = delivery::DsnRecipient::Action;

constexpr std::string_view kLoopStatus = "5.4.6";

Action action_of(Kind kind) {
    switch (kind) {
        case Kind::failed:
        case Kind::unmanaged:
            return Action::failed;
        case Kind::delayed:
            return Action::delayed;
        case Kind::relayed:
            return Action::relayed;
        case Kind::delivered:
            return Action::delivered;
    }
    return Action::failed;
}

std::string_view template_for(const ReportItem& item, const config::Settings& settings) {
    switch (item.kind) {
        case Kind::unmanaged:
            return settings.reports.unmanaged_domain_template ? delivery::kBouncedUnmanagedDomain
                                                              : delivery::kBouncedInternalError;
        case Kind::delayed:
            return delivery::kMessageDelayed;
        case Kind::relayed:
        case Kind::delivered:
            return delivery::kMessageDelivered;
        case Kind::failed:
            break;
    }
    const bool loop = item.outcome.reply.enhanced == kLoopStatus;
    return loop ? delivery::kBouncedMailLoop : delivery::kBouncedDeliveryFailed;
}

// The status code of RFC 3463 for the report: the reply's own where it fits the action's class.
std::string status_of(const ReportItem& item) {
    const smtp::Reply& reply = item.outcome.reply;
    switch (item.kind) {
        case Kind::failed:
        case Kind::unmanaged:
            if (!reply.enhanced.empty()) return reply.enhanced;
            return reply.permanent() ? "5.0.0" : "4.4.7";
        case Kind::delayed:
            return reply.enhanced.starts_with('4') ? reply.enhanced : "4.0.0";
        case Kind::relayed:
        case Kind::delivered:
            return reply.enhanced.starts_with('2') ? reply.enhanced : "2.0.0";
    }
    return "5.0.0";
}

// "550 5.1.1 no such user (said by mail.partner.example)": a status of ours must not be taken for
// the word of the recipient's mail server.
std::string reason_of(const delivery::Outcome& outcome) {
    std::string said = outcome.reply.line();
    if (outcome.kind == delivery::Outcome::Kind::delivered) return said;
    if (!outcome.remote) return said + " (said by this gateway)";
    return outcome.remote_mta.empty() ? said : said + " (said by " + outcome.remote_mta + ")";
}

// Who was tried for a recipient, as people know it: of a mailbox of ours, this gateway.
std::string next_hop_of(const ReportContext& context, const mime::Domain& domain) {
    const policy::Route* route = context.site.routes.find(domain);
    if (route == nullptr) return "(no route)";
    const bool ours = route->next_hop.kind == policy::NextHop::Kind::mailbox;
    return ours ? context.settings.hostname : route->towards(domain).next_hop.to_string();
}

delivery::TemplateValues values_for(const ReportContext& context,
                                    const Live& original,
                                    const Content& content,
                                    const std::vector<ReportItem>& items) {
    delivery::TemplateValues values;
    values.recipient = original.envelope.recipients[items.front().recipient].address.text();
    std::set<std::string> next_hops;
    for (const ReportItem& item : items) {
        const std::string& address = original.envelope.recipients[item.recipient].address.text();
        if (!values.recipients.empty()) {
            values.recipients += '\n';
            values.reason += '\n';
        }
        values.recipients += address;
        values.reason += address + ": " + reason_of(item.outcome);
        if (item.kind == Kind::unmanaged) continue;  // nobody was asked
        const mime::Domain& domain = original.envelope.recipients[item.recipient].address.domain();
        if (const std::string hop = next_hop_of(context, domain); next_hops.insert(hop).second) {
            values.next_hop += (values.next_hop.empty() ? "" : ", ") + hop;
        }
    }
    values.sender = original.sender_text();
    values.connection_id = to_string(original.source->connection);
    values.message_id = original.message_id;
    if (content) values.subject = mime::unfold(mime::HeaderSection::scan(*content).subject());
    values.hostname = context.settings.hostname;
    values.postmaster = context.settings.report_address();
    values.date = mime::format_date(original.received);
    values.retry_until =
        mime::format_date(original.received + context.settings.delivery.give_up_after);
    return values;
}

// What the reader of the report wants, the most wanted first: what the administrator says of the
// domain, what the original says that its sender reads, what it says it was written in.
std::vector<std::string> wanted_languages(const ReportContext& context,
                                          const Live& original,
                                          const Content& content) {
    std::vector<std::string> wanted;
    const auto& by_domain = context.settings.reports.languages;
    if (original.envelope.sender) {
        const auto row = std::ranges::find_if(by_domain, [&](const config::ReportLanguage& one) {
            return one.domain.matches(original.envelope.sender->domain());
        });
        if (row != by_domain.end()) wanted.push_back(row->language);
    }
    if (!content) return wanted;
    const auto header = mime::HeaderSection::scan(*content);
    const auto add = [&](std::string_view field, auto read) {
        const mime::HeaderField* found = header.find(field);
        if (found == nullptr) return;
        for (std::string& tag : read(mime::unfold(found->value)))
            wanted.push_back(std::move(tag));
    };
    add("Accept-Language", mime::accepted_languages);
    add("Content-Language", mime::content_languages);
    return wanted;
}

std::shared_ptr<const Source> report_source(const ReportContext& context) {
    auto source = std::make_shared<Source>();
    source->connection = context.connection;
    source->listener = "report";
    source->direction = policy::MailDirection::outbound;
    source->trusted = true;
    source->helo = context.settings.hostname;
    return source;
}

}  // namespace

std::vector<std::vector<ReportItem>> group_reports(std::vector<ReportItem> items) {
    std::map<Kind, std::vector<ReportItem>> by_kind;
    for (ReportItem& item : items)
        by_kind[item.kind].push_back(std::move(item));
    std::vector<std::vector<ReportItem>> groups;
    groups.reserve(by_kind.size());
    for (auto& [kind, group] : by_kind)
        groups.push_back(std::move(group));
    return groups;
}

Result<Live> make_report(const ReportContext& context,
                         const Live& original,
                         const Content& content,
                         const std::vector<ReportItem>& items) {
    const std::string_view name = template_for(items.front(), context.settings);
    const auto chosen = context.site.templates.choose(name,
                                                      wanted_languages(context, original, content),
                                                      context.settings.reports.default_language);
    if (chosen.text == nullptr) {
        return fail(ErrorKind::internal, "flow.report", "no template " + std::string(name));
    }
    const delivery::MessageText rendered =
        chosen.text->render(values_for(context, original, content, items));

    delivery::DsnRequest request;
    request.reporting_mta = context.settings.hostname;
    request.postmaster = context.settings.report_address();
    request.original = original.envelope;
    request.arrival = original.received;
    request.now = context.now;
    request.connection_id = to_string(original.source->connection);
    request.from_mta_helo = original.source->helo;
    request.original_content = content;
    request.subject = rendered.subject;
    request.text = rendered.text;
    request.html = rendered.html;
    request.language = chosen.language;
    for (const ReportItem& item : items) {
        delivery::DsnRecipient recipient;
        recipient.recipient = original.envelope.recipients[item.recipient];
        recipient.action = action_of(item.kind);
        recipient.status = status_of(item);
        recipient.last_attempt = context.now;
        if (item.outcome.remote) {
            recipient.remote_reply = item.outcome.reply;
            recipient.remote_mta = item.outcome.remote_mta;
        } else {
            recipient.diagnostic = item.outcome.reply.text;
        }
        if (item.kind == Kind::delayed) {
            recipient.will_retry_until =
                original.received + context.settings.delivery.give_up_after;
        }
        request.recipients.push_back(std::move(recipient));
    }
    SG_TRY(delivery::Dsn dsn, delivery::build_dsn(request));

    Live report;
    report.id = make_message_id(context.connection, 1);
    report.source = report_source(context);
    report.envelope = std::move(dsn.envelope);
    // The same question as for any mail from <>: ours is a real report, from inside, to one
    // recipient.
    policy::RecipientFacts facts;
    facts.trusted_source = true;
    facts.null_sender = true;
    facts.delivery_report = true;
    report.decisions.assign(report.envelope.recipients.size(), policy::decide(facts));
    report.status.resize(report.envelope.recipients.size());
    report.in_flight.assign(report.envelope.recipients.size(), false);
    report.content_size = dsn.content.size();
    report.has_eight_bit = std::any_of(dsn.content.begin(), dsn.content.end(), [](char c) {
        return (static_cast<unsigned char>(c) & 0x80U) != 0;
    });
    report.needs_smtputf8 = report.envelope.parameters.smtputf8;
    report.message_id = mime::HeaderSection::scan(dsn.content).message_id();
    report.content = std::make_shared<const std::string>(std::move(dsn.content));
    report.received = context.now;
    return report;
}

}  // namespace sealgate::flow
