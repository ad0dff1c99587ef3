#pragma once
// SPDX-License-Identifier: Apache-2.0
// The mail log as the flow writes it: every line's wording in one place. Lines that a reader of the
// old product knows keep their words.
//
// Events are gathered and written with one write(2) by flush(), which comes before the reply that
// the events speak of. I/O thread only.

#include "delivery/shipment.h"
#include "flow/message.h"
#include "maillog/mail_log.h"
#include "smtp/reply.h"
#include "smtp/server_session.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sealgate::flow {

class Journal {
public:
    Journal(maillog::MailLog& log, const Clock& clock) : log_(log), clock_(clock) {}

    // Writes what has been gathered. False when the log cannot be written: what mail does then is
    // the setting mail_log.on_failure.
    [[nodiscard]] bool flush();
    [[nodiscard]] bool healthy() const { return log_.healthy(); }

    // "message <id> from ADDR (n recipients):"
    void message(const Live& live);
    // "recipient i/n (ADDR): VERDICT" for a recipient of a message.
    void recipient(const Live& live,
                   std::size_t index,
                   maillog::Verdict verdict,
                   maillog::Level level,
                   std::string_view text);
    // The same before a message exists, at RCPT: i/n is the count so far.
    void refused_recipient(const Source& source,
                           const smtp::ReversePath& sender,
                           const mime::Address& recipient,
                           std::size_t tried,
                           std::string_view text);
    // The same after the data, for each recipient of a message that is refused as a whole.
    void refused_message(const Accepted& mail, std::string_view message_id, std::string_view text);
    // "RCPT refused: 553 5.1.3 ... (TO:<...>)": a refusal that no other line speaks of.
    void refused(const Source& source, const smtp::Refused& refusal);

    void passing_through(const Live& live, std::size_t index);
    void bouncing_unmanaged(const Live& live, std::size_t index);
    // Reject at RCPT: "unmanaged domain blocked: rejecting message from ADDR".
    void rejecting_unmanaged(const Source& source,
                             const mime::Address& sender,
                             const mime::Address& recipient,
                             std::size_t tried);

    // "connection from ADDRESS (HELO name, TLSv1.3 cipher, listener name)"; where another host
    // named the address: "..., listener name, by PROXY header of ADDRESS)"
    void introduce(const Source& source);
    // "forwarded from NAME[ADDRESS] (HELO name, ESMTP, id ID, remote)": what XFORWARD said about
    // the message to come.
    void forwarded(const Source& source, const smtp::ClientFacts& client);
    // A report and the message it is about name each other, in both trails.
    void report(const Live& original, const Live& report);
    // A line of a connection without a message: refused, TLS, errors.
    void connection(const Source& source, maillog::Level level, std::string_view text);
    // The same where nothing but its ID is known any more.
    void connection(const ConnectionId& id, maillog::Level level, std::string_view text);
    // A line of the house itself.
    void house(maillog::Level level, std::string_view text);

private:
    maillog::Event& add(maillog::Level level, maillog::Verdict verdict);
    // With what is known of the connection; of the message, too, in the second.
    maillog::Event& add(maillog::Level level, maillog::Verdict verdict, const Source& source);
    maillog::Event& add(maillog::Level level, maillog::Verdict verdict, const Live& live);

    maillog::MailLog& log_;
    const Clock& clock_;
    std::vector<maillog::Event> pending_;
    std::size_t used_ = 0;  // events are reused, so that their strings keep their memory
};

// "0x21b2578"-like: a random event number, never an address in memory.
[[nodiscard]] std::string event_number();

// A peer's reply for one line: code, enhanced code, text.
[[nodiscard]] std::string reply_text(const smtp::Reply& reply);
// What came of an attempt, and who says so: "127.0.0.1:25 TLSv1.3: 250 ..." the next hop, "own
// status for 127.0.0.1:25: 451 ..." we ourselves.
[[nodiscard]] std::string outcome_text(const std::string& next_hop,
                                       const delivery::Outcome& outcome);

}  // namespace sealgate::flow
