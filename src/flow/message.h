#pragma once
// SPDX-License-Identifier: Apache-2.0
// A message on its way through the house. Each stage takes by value what the stage before returns,
// so a wrong order does not compile:  Accepted -> Classified -> Decided -> Live.

#include "base/content.h"
#include "base/ids.h"
#include "base/network.h"
#include "config/settings.h"
#include "flow/site.h"
#include "policy/decision.h"
#include "smtp/client_facts.h"
#include "smtp/envelope.h"
#include "spool/spool.h"

#include <memory>
#include <string>
#include <vector>

namespace sealgate::flow {

// Where a message came from. Shared by the messages of one connection.
struct Source {
    ConnectionId connection;
    std::string listener;
    policy::MailDirection direction = policy::MailDirection::outbound;
    bool trusted = false;  // in the listener's trusted_networks, or signed in
    IpAddress address;
    bool address_known = true;  // false: a proxy spoke for the client and named none
    std::string by;             // who named the address: "PROXY header of 192.0.2.1"; "" = nobody
    std::string helo;           // as the client gave it
    bool esmtp = false;
    bool lmtp = false;
    std::string user;  // who signed in; "" = nobody
    std::string tls;   // "TLSv1.3 with cipher ...", "" = clear
};
using SourcePointer = std::shared_ptr<const Source>;

// The whole message is here; nobody has answered for it yet.
struct Accepted {
    MessageId id;
    SourcePointer source;
    SitePointer site;
    smtp::Envelope envelope;
    Content content;
    WallTime received{};
    smtp::ClientFacts forwarded;  // XFORWARD
};

// What the message's own bytes say.
struct Facts {
    std::string message_id;  // value of the Message-ID field, raw; "" = none
    std::string subject;     // raw
    std::size_t received_fields = 0;
    std::size_t own_traces = 0;  // valid trace fields of this installation
    // multipart/report, or Auto-Submitted: auto-replied or auto-generated
    bool delivery_report = false;
    bool has_eight_bit = false;
    bool eight_bit_header = false;
    bool header_over_limit = false;
};

struct Classified {
    Accepted mail;
    Facts facts;
};

// One decision per recipient, in the envelope's order.
struct Decided {
    Classified mail;
    std::vector<policy::Decision> decisions;
};

// A message that somebody has to answer for: it lives until every recipient has an end.
struct Live {
    MessageId id;
    SourcePointer source;
    smtp::Envelope envelope;
    std::vector<policy::Decision> decisions;
    std::vector<spool::RecipientStatus> status;
    std::vector<bool> in_flight;  // an attempt or a change is under way for this recipient
    std::vector<bool> in_line;    // it waits for a connection to its next hop
    std::string message_id;       // for the log, raw
    std::string prefix;           // our header fields, written before the content
    Content content;              // null: only in the spool
    std::uint64_t content_size = 0;
    WallTime received{};
    smtp::ClientFacts forwarded;  // not kept in the spool: for the first attempt
    bool has_eight_bit = false;
    bool needs_smtputf8 = false;
    bool spooled = false;

    [[nodiscard]] bool finished() const;
    [[nodiscard]] bool any_in_flight() const;
    [[nodiscard]] std::string sender_text() const;  // "" for the null sender
};
using LivePointer = std::shared_ptr<Live>;

}  // namespace sealgate::flow
