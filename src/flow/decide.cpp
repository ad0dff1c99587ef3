// SPDX-License-Identifier: Apache-2.0
// The decision, recipient by recipient. Pure: message and site in, decisions out.
#include "flow/pipeline.h"

namespace sealgate::flow {

policy::UnmanagedAction unmanaged_action(const Site& site,
                                         const Source& source,
                                         const mime::Domain& sender) {
    using policy::UnmanagedAction;
    const UnmanagedAction action = site.unmanaged.decide(source.listener, source.address, sender);
    const bool fail_closed = !source.address_known && action == UnmanagedAction::pass;
    return fail_closed ? UnmanagedAction::reject : action;
}

Decided decide(Classified mail) {
    const Accepted& accepted = mail.mail;
    const Site& site = *accepted.site;
    policy::RecipientFacts facts;
    facts.direction = accepted.source->direction;
    facts.trusted_source = accepted.source->trusted;
    facts.null_sender = !accepted.envelope.sender;
    facts.delivery_report = mail.facts.delivery_report && accepted.envelope.recipients.size() == 1;
    if (accepted.envelope.sender) {
        const mime::Domain& domain = accepted.envelope.sender->domain();
        facts.sender_managed = site.domains.contains(domain);
        facts.unmanaged = unmanaged_action(site, *accepted.source, domain);
    }
    std::vector<policy::Decision> decisions;
    decisions.reserve(accepted.envelope.recipients.size());
    for (const smtp::Recipient& recipient : accepted.envelope.recipients) {
        facts.recipient_managed = site.domains.contains(recipient.address.domain());
        decisions.push_back(policy::decide(facts));
    }
    return {std::move(mail), std::move(decisions)};
}

}  // namespace sealgate::flow
