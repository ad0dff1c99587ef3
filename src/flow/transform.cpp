// SPDX-License-Identifier: Apache-2.0
// What is done to the message itself. So far nothing but the trace fields in front of it: what is
// passed on is passed on byte for byte.
#include "flow/pipeline.h"

#include <algorithm>

namespace sealgate::flow {

namespace {

bool has_foreign_address(const smtp::Envelope& envelope) {
    return (envelope.sender && envelope.sender->needs_smtputf8()) ||
           std::any_of(envelope.recipients.begin(),
                       envelope.recipients.end(),
                       [](const smtp::Recipient& one) { return one.address.needs_smtputf8(); });
}

}  // namespace

Live transform(Decided mail, const TraceGuard& trace, bool trace_headers) {
    Accepted& accepted = mail.mail.mail;
    const Facts& facts = mail.mail.facts;
    Live live;
    live.id = accepted.id;
    live.source = accepted.source;
    live.message_id = facts.message_id;
    if (trace_headers) live.prefix = trace.fields(accepted, facts.message_id);
    live.content_size = accepted.content->size();
    live.received = accepted.received;
    live.forwarded = std::move(accepted.forwarded);
    live.has_eight_bit = facts.has_eight_bit;
    live.needs_smtputf8 = has_foreign_address(accepted.envelope) ||
                          (accepted.envelope.parameters.smtputf8 && facts.eight_bit_header);
    live.status.resize(accepted.envelope.recipients.size());
    live.in_flight.assign(accepted.envelope.recipients.size(), false);
    for (spool::RecipientStatus& status : live.status)
        status.next_attempt = accepted.received;
    live.decisions = std::move(mail.decisions);
    live.envelope = std::move(accepted.envelope);
    live.content = std::move(accepted.content);
    return live;
}

}  // namespace sealgate::flow
