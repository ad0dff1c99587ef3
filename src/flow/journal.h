#pragma once
// SPDX-License-Identifier: Apache-2.0
// The mail log as the flow writes it: every line's wording in one place. Lines that a reader of the
// old product knows keep their words.
//
// Events are gathered and written with one write(2) by flush(), which comes before the reply that
// the events speak of. I/O thread only.

#include "flow/message.h"
#include "maillog/mail_log.h"
#include "smtp/reply.h"

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
    void message(const Source& source,
                 MessageId id,
                 std::string_view message_id,
                 std::string_view sender,
                 std::size_t recipients);
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

    void passing_through(const Live& live, std::size_t index);
    void bouncing_unmanaged(const Live& live, std::size_t index);
    // Reject at RCPT: "unmanaged domain blocked: rejecting message from ADDR".
    void rejecting_unmanaged(const Source& source,
                             const mime::Address& sender,
                             const mime::Address& recipient,
                             std::size_t tried);

    // A line of a connection without a message: connected, refused, TLS, errors.
    void connection(const ConnectionId& id, maillog::Level level, std::string_view text);
    // A line of the house itself.
    void house(maillog::Level level, std::string_view text);

private:
    maillog::Event& add(maillog::Level level, maillog::Verdict verdict);

    maillog::MailLog& log_;
    const Clock& clock_;
    std::vector<maillog::Event> pending_;
    std::size_t used_ = 0;  // events are reused, so that their strings keep their memory
};

// "0x21b2578"-like: a random event number, never an address in memory.
[[nodiscard]] std::string event_number();

// A peer's reply for one line: code, enhanced code, text.
[[nodiscard]] std::string reply_text(const smtp::Reply& reply);

}  // namespace sealgate::flow
