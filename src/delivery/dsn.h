#pragma once
// SPDX-License-Identifier: Apache-2.0
// Delivery status notifications (RFC 3461, 3462, 3464, 6533): what became of a message, as mail to
// its sender that people and programs can read.

#include "base/clock.h"
#include "base/content.h"
#include "base/result.h"
#include "smtp/envelope.h"
#include "smtp/reply.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace sealgate::delivery {

struct DsnRecipient {
    enum class Action : std::uint8_t { failed, delayed, delivered, relayed };

    smtp::Recipient recipient;
    Action action = Action::failed;
    std::string status;  // "5.7.1"; what is no status code becomes x.0.0 of the action's class
    std::optional<smtp::Reply> remote_reply;  // what the next hop said
    std::string remote_mta;                   // its name; "" when none was asked
    std::string diagnostic;                   // our own words, when there is no remote reply
    std::optional<WallTime> will_retry_until;
    std::optional<WallTime> last_attempt;
};

struct DsnRequest {
    std::string reporting_mta;  // our host name
    std::string postmaster;     // address for From
    smtp::Envelope original;
    WallTime arrival;
    WallTime now;
    std::string connection_id;
    std::string from_mta_helo;  // who brought the original; "" = not known
    Content original_content;   // null: nothing of it is attached
    std::vector<DsnRecipient> recipients;
    std::string subject;
    std::string text;      // lines ended by LF, UTF-8
    std::string html;      // the same as HTML; "" = none
    std::string language;  // of both, a language tag; "" = not said
};

struct Dsn {
    smtp::Envelope envelope;  // null sender, one recipient
    std::string content;
};

// What of the original is attached at most: header section, and the whole where RET=FULL asks.
inline constexpr std::size_t kMaxReturnedHeader = std::size_t{64} * 1024;
inline constexpr std::size_t kMaxReturnedContent = std::size_t{1024} * 1024;
// All remote replies and diagnostics together; each recipient gets an equal share, at most
// kMaxDiagnostic.
inline constexpr std::size_t kMaxDiagnostics = std::size_t{64} * 1024;
inline constexpr std::size_t kMaxDiagnostic = 900;

// The report for all of `recipients`. Its lines end with CRLF and are at most 998 octets long; it
// is 7-bit, unless
//  - RET=FULL returns a message with 8-bit content (envelope: BODY=8BITMIME), or
//  - the original asked for SMTPUTF8 and an address of it needs that: then it is a report by
//    RFC 6533 (envelope: SMTPUTF8 and BODY=8BITMIME).
// With `html`, the first part is a multipart/alternative of text and HTML, the text first.
// The original is attached as its exact header bytes, up to kMaxReturnedHeader and a whole number
// of fields; as a whole when RET=FULL asks for it, a recipient failed, it has at most
// kMaxReturnedContent and no line that mail cannot carry.
// Foreign text is cleaned and cut; the boundary occurs nowhere in the parts.
// Errors: refused (the original has the null sender: nobody is told), internal (no recipients, or
// no random bytes).
[[nodiscard]] Result<Dsn> build_dsn(const DsnRequest& request);

}  // namespace sealgate::delivery
