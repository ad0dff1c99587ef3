#pragma once
// SPDX-License-Identifier: Apache-2.0
// What the server session is made of, for the files of this folder: the state, and one function per
// command, each in a file of its own.

#include "smtp/command.h"
#include "smtp/content_reader.h"
#include "smtp/line_reader.h"
#include "smtp/server_session.h"

#include <optional>

namespace sealgate::smtp {

struct Transaction {
    Envelope envelope;
    std::size_t tried = 0;   // RCPT commands
    std::size_t chunks = 0;  // BDAT commands; above 0 only BDAT goes on
    std::optional<ContentReader> content;
};

// AUTH under way.
struct AuthExchange {
    Mechanism mechanism = Mechanism::plain;
    std::optional<SecretBytes> user;  // LOGIN, once it was given
};

// A BDAT chunk on its way in. With a refusal its octets are read all the same, since the client
// sends them in any case, and dropped.
struct Chunk {
    std::uint64_t left = 0;
    std::uint64_t size = 0;
    bool last = false;
    std::optional<Reply> refusal;
    bool refused_by_caller = false;
};

struct ServerSession::Impl {
    enum class Phase : std::uint8_t { fresh, command, auth, content, chunk, tls, closed };
    // What the caller was asked and has not answered.
    enum class Question : std::uint8_t { none, mail, xclient, auth, rcpt, data, bdat, message };

    Impl(const ServerOptions& server_options, Peer server_peer);

    Step next();
    void feed(std::string_view bytes);
    void answer(const Reply& given);
    void answer_each(const std::vector<Reply>& given);
    // The answer to the content, as often as the protocol wants it.
    void reply_to_message(const Reply& given);
    void abort(const Reply& last);

    // Adds a reply to the output; refusals count towards limits.errors.
    void reply(const Reply& given);
    // The same for a refusal of our own, which the caller is told of.
    void refuse(Refused::What what, const Reply& given, std::string_view argument = {});
    // A last reply; nothing of the peer is read any more.
    void hang_up(const Reply& last);
    // The same of our own accord, which the caller is told of.
    void cut_off(const Reply& last);
    // Makes next() return Refused.
    void tell(Refused::What what, const Reply& given, std::string_view argument);
    void ask(Question what, Step with);
    [[nodiscard]] Reply greeting() const;
    [[nodiscard]] static Reply not_authorised();
    // Ends the transaction, if there is one, and tells the caller.
    void drop_transaction();
    [[nodiscard]] Offered offered() const;
    // Why DATA or BDAT cannot begin; nullopt when it can.
    [[nodiscard]] std::optional<Reply> content_obstacle() const;
    void open_content(Framing framing, std::uint64_t expected);
    // Hands the message to the caller, or refuses it.
    void finish_message();

    bool read_command();
    bool read_content();
    std::size_t take_content(std::string_view bytes);
    void on_line(const LineReader::Line& line);
    void dispatch(const ParsedCommand& command);
    [[nodiscard]] std::optional<Reply> limit_reached() const;

    void on_hello(Verb verb, std::string_view argument);
    void on_mail(std::string_view argument);
    void answer_mail(const Reply& given);
    void on_rcpt(std::string_view argument);
    void answer_rcpt(const Reply& given);
    void on_data(std::string_view argument);
    void answer_data(const Reply& given);
    void on_bdat(std::string_view argument);
    void answer_bdat(const Reply& given);
    void finish_chunk();
    void on_rset(std::string_view argument);
    void on_noop();
    void on_quit(std::string_view argument);
    void on_vrfy(std::string_view argument);
    void on_help();
    void on_starttls(std::string_view argument);
    void tls_started();
    void on_auth(std::string_view argument);
    bool read_auth();
    void take_response(std::string_view text);
    void end_auth();
    void answer_auth(const Reply& given);
    void on_xclient(std::string_view argument);
    void answer_xclient(const Reply& given);
    void on_xforward(std::string_view argument);

    const ServerOptions& options;
    const Peer peer;
    LineReader input;
    std::string output;
    Phase phase = Phase::fresh;
    Question question = Question::none;
    std::optional<Step> step;        // to be returned by next()
    std::optional<Refused> refused;  // to be returned by next() before all else
    bool reset_due = false;          // then TransactionReset

    bool tls = false;
    bool esmtp = false;
    bool signed_in = false;
    std::optional<AuthExchange> exchange;
    std::string helo;
    std::optional<Transaction> transaction;
    ClientFacts forwarded;
    MailCommand asked_mail;
    Recipient asked_recipient;
    std::size_t asked_recipients = 0;  // of the message that was handed out
    Chunk chunk;

    std::size_t errors = 0;
    std::size_t commands = 0;
    std::size_t idle_commands = 0;
};

}  // namespace sealgate::smtp
