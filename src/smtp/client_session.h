#pragma once
// SPDX-License-Identifier: Apache-2.0
// The client side of an SMTP connection as a state machine: commands are queued, bytes come out,
// replies come back matched to the command they answer. No sockets and no clock.
//
// Invariants
//  1. Without PIPELINING one command is on its way at a time; with it, groups as RFC 2920
//  section 3.1.
//  2. Content is framed here and only here: dots are stuffed and CRLF "." CRLF ends it, or it is
//  one
//     chunk with its length. Bare CR, bare LF and NUL in content are a refused Error before any
//     byte is sent: what we send, we frame ourselves.
//  3. Reply bytes buffered when STARTTLS is answered make the session unusable (response
//  injection).
//  4. A reply that is not SMTP, one nobody asked for, or one of a class that its command cannot
//  have
//     (250 to DATA, 354 to RCPT) makes the session unusable.
//  5. A 421 ends the session: it is the answer to all that was queued, as the server answers no
//  more.

#include "base/result.h"
#include "base/secret.h"
#include "smtp/envelope.h"
#include "smtp/reply.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sealgate::smtp {

struct Extensions {  // what the server announced in EHLO
    bool esmtp = false;
    bool pipelining = false;
    bool starttls = false;
    bool eight_bit_mime = false;
    bool smtputf8 = false;
    bool dsn = false;
    bool chunking = false;
    bool enhanced_status_codes = false;
    bool auth_plain = false;
    bool auth_login = false;
    std::string xforward;  // the attributes that it takes
    bool size = false;
    std::uint64_t max_size = 0;  // 0 = no limit announced
};

enum class Command : std::uint8_t {
    greeting,
    ehlo,
    helo,
    lhlo,
    starttls,
    auth,
    xforward,
    mail,
    rcpt,
    data,
    content,
    bdat,
    rset,
    quit
};

struct CommandReply {
    Command command;
    // Of the recipient, for rcpt: counts from 0 in each transaction; with LMTP for content as well.
    std::size_t index;
    Reply reply;
};

class ClientSession {
public:
    ClientSession();

    // Each queues a command; nothing is sent until the pieces of wire_pieces() are written by the
    // caller. The server's greeting is the first reply, and nobody has to ask for it.
    void ehlo(std::string_view hostname);
    void helo(std::string_view hostname);
    // LMTP (RFC 2033) from now on: content() is answered once for each recipient that was accepted,
    // in their order, with the position among these as index. Not with bdat().
    void lhlo(std::string_view hostname);
    // Queue nothing behind it before tls_started(): it would be forgotten.
    void starttls();
    // Writes only the parameters the server offers (SIZE when not 0, BODY, SMTPUTF8, RET, ENVID).
    // Whether a server without SMTPUTF8 or 8BITMIME may get this message is for the caller to say.
    // AUTH, or a response of its exchange, as a line without CRLF. Answered by 334 for the next
    // response, 235, or a refusal. The line is overwritten when written() is called or the
    // session ends.
    void auth(const SecretBytes& line);
    // A command of xforward_commands(), before mail().
    void xforward(std::string line);
    void mail(const ReversePath& sender, const MailParameters& parameters, std::uint64_t size);
    // NOTIFY and ORCPT where the server offers DSN; an ORCPT with UTF-8 goes to a server without
    // SMTPUTF8 in the ASCII form of RFC 6533 section 3.
    void rcpt(const Recipient& recipient);
    void data();
    void rset();
    void quit();
    // After 354, before all that is queued: the pieces in order, dot-stuffed as one stream and
    // ended as stuff_dots() says. No recipient accepted: content({}) sends an empty message, which
    // the server cannot deliver to anybody. The pieces are borrowed until the wire_pieces() they
    // produced have been written. refused: bare CR, bare LF or NUL in content; nothing was queued,
    // and the connection can only be closed. internal: no 354 was given.
    Status content(const std::vector<std::string_view>& pieces);
    // The first octets of the message as a chunk of their own, after RCPT: whether the server knows
    // the command it offers, asked with octets that are no command. `octets` has no CR, LF or NUL,
    // and lives as long as the pieces of content().
    void try_bdat(std::string_view octets);
    // Instead of data() and content(), where the server offers CHUNKING: the message, or what
    // try_bdat() left of it, as the last chunk (RFC 3030 section 2), which may go in one group with
    // MAIL and RCPT. The pieces are borrowed as above. refused: as above; nothing was queued, and
    // the connection is as it was.
    Status bdat(const std::vector<std::string_view>& pieces);

    void feed(std::string_view bytes);
    // The next reply; nullopt when more bytes are needed. EHLO replies have been read into
    // extensions(). malformed: invariants 3 and 4. transient: an unasked 421, as servers send
    // before they close an idle connection. internal: a value with controls was queued. After an
    // error every further call gives the same one.
    [[nodiscard]] Result<std::optional<CommandReply>> next();
    // Commands queued or sent, and not answered yet (the greeting counts).
    [[nodiscard]] std::size_t outstanding() const;
    // 354 was given: content() must come next.
    [[nodiscard]] bool wants_content() const;

    // What may be written now, in order: views on our buffer and on the borrowed content. Empty
    // when a reply must come first. The same until written(), which says that all of it was sent.
    [[nodiscard]] std::vector<std::string_view> wire_pieces();
    void written();

    [[nodiscard]] const Extensions& extensions() const;
    // After the TLS handshake that follows a 220 to starttls(): all that was learnt in clear is
    // forgotten. ehlo() comes next.
    void tls_started();

    struct Impl;

private:
    std::shared_ptr<Impl> impl_;
};

}  // namespace sealgate::smtp
