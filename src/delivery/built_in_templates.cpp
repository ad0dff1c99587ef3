// SPDX-License-Identifier: Apache-2.0
// The texts of the built-in message templates.

#include "delivery/message_template.h"

namespace sealgate::delivery {

namespace {

constexpr std::string_view kInternalErrorText = R"(Subject: Message undeliverable

Your message could not be delivered to:

{{recipients}}

The mail gateway {{hostname}} could not process it. None of these
recipients has received it.

What you can do: send it once more a little later. If you get this
report again, forward it to {{postmaster}}, who can find out what
happened with the connection ID below.

Reason:        {{reason}}
Connection ID: {{connection_id}}
Your message:  {{subject}}
Received:      {{date}}
)";

constexpr std::string_view kUnmanagedDomainText = R"(Subject: Message undeliverable

Your message could not be delivered to:

{{recipients}}

The mail gateway {{hostname}} sends mail only for the domains of its
organisation, and the domain of your address {{sender}} is not one of
them. None of these recipients has received your message.

What you can do: send it from an address of the organisation. If your
address does belong to it, forward this report to {{postmaster}}: the
domain may be missing in the list of managed domains.

Connection ID: {{connection_id}}
Your message:  {{subject}}
Received:      {{date}}
)";

constexpr std::string_view kDeliveryFailedText = R"(Subject: Message undeliverable

Your message could not be delivered to:

{{recipients}}

This is the reason for each, and who gave it. When it was this gateway,
the next mail server could not be reached in time, or cannot take a
message like yours:

{{reason}}

What you can do: check that each address is written correctly. If it is,
the administrator of the recipient's mail server knows more. Your own
help desk is {{postmaster}}; please quote the connection ID.

Connection ID: {{connection_id}}
Mail server:   {{next_hop}}
Your message:  {{subject}}
Received:      {{date}}
)";

constexpr std::string_view kMailLoopText = R"(Subject: Message undeliverable

Your message could not be delivered to:

{{recipients}}

It came back to the mail gateway {{hostname}} again and again, so it was
stopped. Most often two mail servers each think that the other one is
responsible for the address, or a forwarding address leads back to
itself.

What you can do: forward this report to {{postmaster}} and quote the
connection ID. Sending the message once more will not help before the
loop is removed.

Reason:        {{reason}}
Connection ID: {{connection_id}}
Your message:  {{subject}}
Received:      {{date}}
)";

constexpr std::string_view kDelayedText = R"(Subject: Message delayed

Your message has not been delivered yet to:

{{recipients}}

You need not send it again. The mail gateway {{hostname}} goes on trying
until {{retry_until}} and tells you if it has to give up.

Reason:        {{reason}}
Connection ID: {{connection_id}}
Mail server:   {{next_hop}}
Your message:  {{subject}}
Received:      {{date}}
)";

constexpr std::string_view kDeliveredText = R"(Subject: Message delivered

You asked to be told when your message is delivered. It was handed over
for:

{{recipients}}

Where the next mail server does not report itself, this is the last you
hear of it. That a message was delivered does not mean that it was read.

Answer:        {{reason}}
Connection ID: {{connection_id}}
Mail server:   {{next_hop}}
Your message:  {{subject}}
Received:      {{date}}
)";

}  // namespace

const std::vector<Templates::BuiltIn>& Templates::built_in() {
    static const std::vector<BuiltIn> all{
        {kBouncedInternalError,
         "To the sender when this gateway could not process a message",
         kInternalErrorText},
        {kBouncedUnmanagedDomain,
         "To a sender whose domain is not managed, when such mail is bounced",
         kUnmanagedDomainText},
        {kBouncedDeliveryFailed,
         "To the sender when the next mail server refused a message or was not reachable for too "
         "long",
         kDeliveryFailedText},
        {kBouncedMailLoop, "To the sender of a message that went in circles", kMailLoopText},
        {kMessageDelayed, "To the sender when a message has been waiting for hours", kDelayedText},
        {kMessageDelivered,
         "To the sender who asked to be told of the delivery (NOTIFY=SUCCESS)",
         kDeliveredText},
    };
    return all;
}

}  // namespace sealgate::delivery
