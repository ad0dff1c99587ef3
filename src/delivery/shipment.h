#pragma once
// SPDX-License-Identifier: Apache-2.0
// What goes to a next hop in one transaction, and what came of it, recipient by recipient.

#include "base/content.h"
#include "smtp/client_facts.h"
#include "smtp/envelope.h"
#include "smtp/reply.h"

#include <string>
#include <vector>

namespace sealgate::delivery {

struct Shipment {
    smtp::ReversePath sender;
    smtp::MailParameters parameters;
    std::vector<smtp::Recipient> recipients;
    std::string prefix;  // header fields of ours, each ended by CRLF, written before the content
    Content content;
    smtp::ClientFacts forwarded;  // what XFORWARD said, for a next hop that takes it
    bool has_eight_bit = false;   // the content holds octets above 127
    bool needs_smtputf8 = false;  // an address or a header field is not ASCII

    [[nodiscard]] std::uint64_t size() const { return prefix.size() + content->size(); }
};

struct Outcome {
    enum class Kind : std::uint8_t {
        delivered,  // the next hop has it
        refused,    // for good: a 5xx, or a property of the message that the next hop cannot carry
        deferred,   // may work later: a 4xx, no connection, no answer
    };
    Kind kind = Kind::deferred;
    smtp::Reply reply;  // the next hop's when `remote`, else ours in the same form
    bool remote = false;
    std::string remote_mta;  // who said it, for reports; only with a `remote` reply that is no 2xx
    bool dsn_passed_on = false;  // the next hop took RET, NOTIFY ... and will report itself
    bool uncertain =
        false;  // all of the content was sent and no answer came: it may have been taken
};

}  // namespace sealgate::delivery
