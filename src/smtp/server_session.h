#pragma once
// SPDX-License-Identifier: Apache-2.0
// The server side of an SMTP connection as a state machine: bytes in, steps and bytes out. No
// sockets and no clock; the caller does what a step asks for and gives the answer back.
//
//            ┌────────── EHLO/HELO ──────────┐
//  greeting ─▶ connected ─▶ greeted ─MAIL─▶ mail ─RCPT─▶ rcpt ─DATA/BDAT─▶ content ─end─▶ greeted
//                              ▲  RSET, EHLO, refused or finished transaction │
//                              └───────────────────────────────────────────────┘
//  STARTTLS: from greeted only; everything known from before (EHLO, MAIL, buffered bytes) is
//  forgotten.
//
// Invariants
//  1. A command is parsed only when the answer to the one before has been given: replies keep their
//     order.
//  2. Bytes buffered before STARTTLS never survive it: to pipelined ones the answer is 554 5.5.1,
//     and the session closes (command injection, CVE-2011-0411 and kin).
//  3. The end of data is CRLF "." CRLF and nothing else. Bare CR, bare LF and NUL in a command get
//     500, once for all up to the next CRLF; in content the whole message is read to its end and
//     refused with 554 5.6.0 (`refuse_bare_newlines`).
//  4. Content is handed out dot-unstuffed with CRLF line ends exactly as received. It ends with
//     CRLF: a message by BDAT that does not gets one.
//  5. After a refused DATA, BDAT or end of data no part of the transaction is left, also when it
//     was refused for its place or syntax.
//  6. The octets of a refused BDAT chunk are read and dropped, never parsed. A BDAT whose size
//     cannot be read ends the session.
//  7. How the input was cut when it was fed makes no difference to output and steps (but for
//     invariant 2).

#include "base/result.h"
#include "smtp/envelope.h"
#include "smtp/reply.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace sealgate::smtp {

// Every limit that a stranger can run into, with the reply it gets.
struct ServerLimits {
    // 500 5.5.2; octets with CRLF (RFC 5321 4.5.3.1.4 and extensions)
    std::size_t command_line = 2048;
    std::size_t text_line = 1024UL * 1024UL;  // 554 5.6.0; octets of one line of content with CRLF
    std::size_t header_bytes = 1024UL * 1024UL;           // 554 5.6.0; header section of a message
    std::size_t header_fields = 2000;                     // 554 5.6.0
    std::uint64_t message_size = 50UL * 1024UL * 1024UL;  // 552 5.3.4; also announced as SIZE
    std::size_t recipients = 1000;                        // 452 4.5.3
    std::size_t errors = 20;  // 421 4.7.0 to the command after; 452 4.5.3 does not count
    // 421 4.7.0, commands in a session; twice as many when a transaction is under way
    std::size_t commands = 10'000;
    std::size_t idle_commands =
        100;  // 421 4.7.0, commands in a row that move no mail (NOOP, RSET, VRFY, EHLO ...)
    std::size_t chunks = 10'000;  // 421 4.7.0, BDAT chunks of one message
};

struct ServerOptions {
    std::string hostname;    // in the greeting and replies
    std::string postmaster;  // the address that <postmaster> stands for
    ServerLimits limits;
    bool refuse_bare_newlines =
        true;  // false: bare LF and CR are passed as data, NUL is refused all the same
    bool offer_starttls = false;
    bool require_tls = false;  // MAIL before TLS: 530 5.7.0
    bool offer_smtputf8 = true;
    bool offer_chunking = true;
    bool offer_dsn = true;
};

// What the caller must do before it calls next() again.
struct NeedInput {};  // write output(), then read and feed()
struct AskMail {      // answer(): 2xx accepts the transaction
    ReversePath sender;
    MailParameters parameters;
};
struct AskRcpt {  // answer(): 2xx adds the recipient
    Recipient recipient;
};
struct AskData {
};  // answer(): 354 goes on (DATA; for BDAT a 2xx or 354 means go on and is not sent), else refused
struct EndOfMessage {  // answer(): the fate of the message
    Envelope envelope;
    std::string content;
    std::size_t header_fields = 0;
};
struct TransactionReset {
};  // RSET, EHLO, HELO, refused DATA, BDAT or content: drop what belongs to the transaction that
    // AskMail began. No answer. Not sent after EndOfMessage and Close, which end it as well.
// The machine itself refused a command or the content, or ended the session: told once for each,
// before the steps that follow from it, for the log. No answer. Refusals that the caller gave it
// knows already.
struct Refused {
    // `line`: a command line that is broken as such, whatever the command.
    enum class What : std::uint8_t { mail, rcpt, data, bdat, end_of_data, line, session };
    What what = What::session;
    Reply reply;
    std::string argument;  // what stood behind the command, as it came, its first 300 octets
    // Of the transaction; without one, and where the argument holds an address, from there.
    ReversePath sender;
    std::vector<mime::Address> recipients;
};
struct StartTls {};  // write output(), do the handshake, then tls_started() or drop the connection
struct Close {};     // write output(), then close
using Step = std::variant<NeedInput,
                          AskMail,
                          AskRcpt,
                          AskData,
                          EndOfMessage,
                          Refused,
                          TransactionReset,
                          StartTls,
                          Close>;

// Which time-out applies while the caller waits for input.
enum class Waiting : std::uint8_t { command, content };

class ServerSession {
public:
    // `options` must outlive the session (it belongs to the configuration snapshot the caller
    // holds).
    explicit ServerSession(const ServerOptions& options);
    explicit ServerSession(ServerOptions&&) = delete;
    ~ServerSession();
    ServerSession(const ServerSession&) = delete;
    ServerSession& operator=(const ServerSession&) = delete;
    ServerSession(ServerSession&&) = delete;
    ServerSession& operator=(ServerSession&&) = delete;

    // Puts the 220 greeting into output(). Input that arrived before it is an early talker: refused
    // with 554 5.5.1 and closed (RFC 5321 section 4.3.1).
    void greet(bool input_waiting);
    // Meant for after NeedInput: what is fed earlier is buffered without a limit.
    void feed(std::string_view bytes);
    [[nodiscard]] Step next();
    // After AskMail, AskRcpt, AskData, EndOfMessage: exactly once. 421 ends the session. Ignored
    // after abort().
    void answer(const Reply& reply);
    // After StartTls, when the handshake is done.
    void tls_started();
    // Puts this reply (a 421) into output() and makes next() return Close: shutdown, time-out,
    // overload. Allowed at any time, also while a question is open.
    void abort(const Reply& reply);

    // Bytes to send. The caller takes them all and leaves the string empty.
    [[nodiscard]] std::string& output();

    [[nodiscard]] bool is_tls() const;
    [[nodiscard]] bool is_esmtp() const;
    [[nodiscard]] const std::string& helo() const;  // as the client gave it; "" before
    [[nodiscard]] Waiting waiting() const;
    // Octets of content held for the transaction under way: the caller's memory budget counts them.
    [[nodiscard]] std::size_t content_size() const;
    // Recipients accepted so far in this transaction, and RCPT commands seen in it (accepted or
    // not).
    [[nodiscard]] std::size_t recipients() const;
    [[nodiscard]] std::size_t recipients_tried() const;

    struct Impl;

private:
    std::unique_ptr<Impl> impl_;
};

}  // namespace sealgate::smtp
