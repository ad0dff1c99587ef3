// SPDX-License-Identifier: Apache-2.0
#include "smtp/server_session.h"

#include "smtp/server/session_impl.h"

#include <algorithm>
#include <utility>

namespace sealgate::smtp {

using Impl = ServerSession::Impl;

Impl::Impl(const ServerOptions& server_options, Peer server_peer)
    : options(server_options),
      peer(server_peer),
      input(server_options.limits.command_line) {}

Step Impl::next() {
    SG_CHECK(question == Question::none);
    for (;;) {
        if (refused) return *std::exchange(refused, std::nullopt);
        if (std::exchange(reset_due, false)) return TransactionReset{};
        if (step) return *std::exchange(step, std::nullopt);
        switch (phase) {
            case Phase::fresh:
                return NeedInput{};
            case Phase::tls:
                return StartTls{};
            case Phase::closed:
                return Close{};
            case Phase::command:
                if (!read_command()) return NeedInput{};
                break;
            case Phase::auth:
                if (!read_auth()) return NeedInput{};
                break;
            case Phase::content:
            case Phase::chunk:
                if (!read_content()) return NeedInput{};
                break;
        }
        // A question is its own step; the loop returns it at once.
    }
}

void Impl::feed(std::string_view bytes) {
    if (phase == Phase::closed) return;
    // Content goes straight to its place when nothing waits before it.
    if (question == Question::none && input.at_rest()) bytes.remove_prefix(take_content(bytes));
    if (!bytes.empty()) input.feed(bytes);
}

void Impl::answer(const Reply& given) {
    const Question asked = std::exchange(question, Question::none);
    if (asked != Question::none && given.code == 421) return hang_up(given);
    switch (asked) {
        case Question::none:
            break;  // aborted while the caller was looking for the answer
        case Question::mail:
            return answer_mail(given);
        case Question::xclient:
            return answer_xclient(given);
        case Question::auth:
            return answer_auth(given);
        case Question::rcpt:
            return answer_rcpt(given);
        case Question::data:
            return answer_data(given);
        case Question::bdat:
            return answer_bdat(given);
        case Question::message:
            return reply_to_message(given);
    }
}

void Impl::answer_each(const std::vector<Reply>& given) {
    if (std::exchange(question, Question::none) != Question::message) return;
    SG_CHECK(given.size() == asked_recipients);
    const auto is_refusal = [](const Reply& one) { return one.code >= 400; };
    if (std::all_of(given.begin(), given.end(), is_refusal)) ++errors;
    for (const Reply& one : given)
        output += render(one);
}

void Impl::reply_to_message(const Reply& given) {
    reply(given);
    if (!options.lmtp) return;
    for (std::size_t i = 1; i < asked_recipients; ++i)
        output += render(given);
}

void Impl::abort(const Reply& last) {
    if (phase == Phase::closed) return;
    question = Question::none;
    step.reset();
    hang_up(last);
}

void Impl::reply(const Reply& given) {
    // Over the limit of recipients a client shall send what it has and come back with the rest.
    const bool too_many_recipients = given.code == 452 && given.enhanced == "4.5.3";
    if (given.code >= 400 && !too_many_recipients) ++errors;
    output += render(given);
}

namespace {

// The address of a MAIL or RCPT that was refused, as far as it is one.
std::optional<mime::Address> address_in(std::string_view argument) {
    const std::size_t begin = argument.find('<');
    const std::size_t end = argument.find('>');
    if (begin == std::string_view::npos || end == std::string_view::npos || end < begin) {
        return std::nullopt;
    }
    auto address = mime::Address::parse(argument.substr(begin + 1, end - begin - 1));
    if (!address) return std::nullopt;
    return *std::move(address);
}

}  // namespace

void Impl::tell(Refused::What what, const Reply& given, std::string_view argument) {
    constexpr std::size_t kMostOfArgument = 300;
    Refused told;
    told.what = what;
    told.reply = given;
    told.argument = argument.substr(0, kMostOfArgument);
    if (transaction) {
        told.sender = transaction->envelope.sender;
        if (what != Refused::What::rcpt) {
            for (const Recipient& one : transaction->envelope.recipients)
                told.recipients.push_back(one.address);
        }
    } else if (what == Refused::What::mail) {
        told.sender = address_in(argument);
    }
    if (what == Refused::What::rcpt) {
        if (auto address = address_in(argument)) told.recipients.push_back(*std::move(address));
    }
    refused = std::move(told);
}

void Impl::refuse(Refused::What what, const Reply& given, std::string_view argument) {
    tell(what, given, argument);
    reply(given);
}

void Impl::cut_off(const Reply& last) {
    tell(Refused::What::session, last, {});
    hang_up(last);
}

void Impl::hang_up(const Reply& last) {
    output += render(last);
    phase = Phase::closed;
    transaction.reset();
    reset_due = false;
}

void Impl::ask(Question what, Step with) {
    question = what;
    step = std::move(with);
}

Reply Impl::greeting() const {
    return {220, "", options.hostname + (options.lmtp ? " LMTP Sealgate" : " ESMTP Sealgate")};
}

Reply Impl::not_authorised() {
    return {550, "5.7.1", "Not authorised"};
}

void Impl::drop_transaction() {
    forwarded = {};
    if (!transaction) return;
    transaction.reset();
    reset_due = true;
}

Offered Impl::offered() const {
    return {options.offer_smtputf8,
            options.offer_dsn,
            options.limits.message_size,
            options.offer_auth && tls};
}

std::optional<Reply> Impl::content_obstacle() const {
    if (!transaction) return Reply{503, "5.5.1", "MAIL comes first"};
    if (!transaction->envelope.recipients.empty()) return std::nullopt;
    if (transaction->tried > 0) return Reply{554, "5.5.1", "No valid recipients"};
    return Reply{503, "5.5.1", "RCPT comes first"};
}

void Impl::open_content(Framing framing, std::uint64_t expected) {
    const ServerLimits& limits = options.limits;
    const ContentRules rules{limits.text_line,
                             limits.header_bytes,
                             limits.header_fields,
                             limits.message_size,
                             options.refuse_bare_newlines};
    transaction->content.emplace(rules, framing, expected);
}

namespace {

// The gravest fault speaks for all.
Reply refusal_of(const ContentFaults& faults) {
    if (faults.bare_newline) return {554, "5.6.0", "Bare CR or LF in message refused"};
    if (faults.nul) return {554, "5.6.0", "NUL in message refused"};
    if (faults.size) return {552, "5.3.4", "Message size exceeds the limit"};
    if (faults.text_line) return {554, "5.6.0", "Line too long"};
    if (faults.header_bytes) return {554, "5.6.0", "Header section too large"};
    return {554, "5.6.0", "Too many header fields"};
}

}  // namespace

void Impl::finish_message() {
    phase = Phase::command;
    ContentReader& content = *transaction->content;
    // A chunk that is not the last has one answer, also in LMTP.
    const bool ends = transaction->chunks == 0 || chunk.last;
    asked_recipients = ends ? transaction->envelope.recipients.size() : 1;
    if (content.faults().any()) {
        const Reply refusal = refusal_of(content.faults());
        tell(Refused::What::end_of_data, refusal, {});
        reply_to_message(refusal);
        return drop_transaction();
    }
    EndOfMessage end{std::move(transaction->envelope), content.take(), content.header_fields()};
    transaction.reset();
    forwarded = {};
    ask(Question::message, std::move(end));
}

std::size_t Impl::take_content(std::string_view bytes) {
    if (phase == Phase::content) return transaction->content->consume(bytes);
    if (phase != Phase::chunk) return 0;
    const auto octets = static_cast<std::size_t>(std::min<std::uint64_t>(chunk.left, bytes.size()));
    if (!chunk.refusal) transaction->content->consume(bytes.substr(0, octets));
    chunk.left -= octets;
    return octets;
}

bool Impl::read_content() {
    input.consume(take_content(input.buffered()));
    if (phase == Phase::chunk) {
        if (chunk.left > 0) return false;
        finish_chunk();
    } else {
        if (!transaction->content->done()) return false;
        finish_message();
    }
    return true;
}

bool Impl::read_command() {
    // The first octet of a TLS record: a client that expects TLS from the start.
    if (input.line_starts_with('\x16')) {
        cut_off({421, "4.7.0", "This port does not begin with TLS"});
        return true;
    }
    const auto line = input.next();
    if (line) {
        on_line(*line);
    } else if (input.gave_up()) {
        cut_off({421, "4.7.0", "Line too long, closing connection"});
    } else {
        return false;
    }
    return true;
}

std::optional<Reply> Impl::limit_reached() const {
    const ServerLimits& limits = options.limits;
    if (errors >= limits.errors) return Reply{421, "4.7.0", "Too many errors, closing connection"};
    if (idle_commands >= limits.idle_commands)
        return Reply{421, "4.7.0", "Too many commands without mail, closing connection"};
    // A transaction under way may end, within reason: it would only be sent again.
    const std::size_t patience = transaction ? limits.commands : 0;
    if (commands >= limits.commands + patience)
        return Reply{421, "4.7.0", "Too many commands, closing connection"};
    return std::nullopt;
}

namespace {

bool moves_mail(Verb verb) {
    return verb == Verb::mail || verb == Verb::rcpt || verb == Verb::data || verb == Verb::bdat;
}

}  // namespace

void Impl::on_line(const LineReader::Line& line) {
    if (const auto reached = limit_reached()) return cut_off(*reached);
    ++commands;
    const ParsedCommand command = parse_command(line.text);
    // Set back when one of the others is accepted; those that are refused count as errors.
    if (!moves_mail(command.verb)) ++idle_commands;
    switch (line.fault) {
        case LineFault::none:
            return dispatch(command);
        case LineFault::too_long:
            return refuse(Refused::What::line, {500, "5.5.2", "Line too long"});
        case LineFault::nul:
            return refuse(Refused::What::line, {500, "5.5.2", "NUL in a command"});
        case LineFault::bare_cr:
        case LineFault::bare_lf:
            return refuse(Refused::What::line, {500, "5.5.2", "Lines end with CR LF"});
    }
}

void Impl::dispatch(const ParsedCommand& command) {
    switch (command.verb) {
        case Verb::ehlo:
        case Verb::helo:
        case Verb::lhlo:
            return on_hello(command.verb, command.argument);
        case Verb::mail:
            return on_mail(command.argument);
        case Verb::rcpt:
            return on_rcpt(command.argument);
        case Verb::data:
            return on_data(command.argument);
        case Verb::bdat:
            return on_bdat(command.argument);
        case Verb::rset:
            return on_rset(command.argument);
        case Verb::noop:
            return on_noop();
        case Verb::quit:
            return on_quit(command.argument);
        case Verb::vrfy:
            return on_vrfy(command.argument);
        case Verb::help:
            return on_help();
        case Verb::starttls:
            return on_starttls(command.argument);
        case Verb::auth:
            on_auth(command.argument);
            return input.wipe();
        case Verb::xclient:
            return on_xclient(command.argument);
        case Verb::xforward:
            return on_xforward(command.argument);
        case Verb::unoffered:
            return reply({502, "5.5.1", "Command not implemented"});
        // Commands inside an HTTP request (cross-protocol attack) must not be reached.
        case Verb::http:
            return cut_off({421, "4.7.0", "This is not HTTP"});
        // Who says so is not on the list of those who are believed.
        case Verb::proxy:
            return cut_off({421, "4.7.0", "A PROXY header is not taken from this host"});
        case Verb::unknown:
            return reply({500, "5.5.2", "Command not recognised"});
    }
}

ServerSession::ServerSession(const ServerOptions& options, Peer peer)
    : impl_(std::make_unique<Impl>(options, peer)) {}
ServerSession::~ServerSession() = default;

void ServerSession::greet(bool input_waiting) {
    if (impl_->phase != Impl::Phase::fresh) return;
    if (input_waiting || !impl_->input.at_rest())
        return impl_->cut_off({554, "5.5.1", "You talk before the greeting"});
    impl_->phase = Impl::Phase::command;
    impl_->reply(impl_->greeting());
}

void ServerSession::feed(std::string_view bytes) {
    impl_->feed(bytes);
}
Step ServerSession::next() {
    return impl_->next();
}
void ServerSession::answer(const Reply& reply) {
    impl_->answer(reply);
}
void ServerSession::answer_each(const std::vector<Reply>& replies) {
    impl_->answer_each(replies);
}
void ServerSession::tls_started() {
    impl_->tls_started();
}
void ServerSession::abort(const Reply& reply) {
    impl_->abort(reply);
}
std::string& ServerSession::output() {
    return impl_->output;
}
bool ServerSession::is_tls() const {
    return impl_->tls;
}
bool ServerSession::is_esmtp() const {
    return impl_->esmtp;
}
const std::string& ServerSession::helo() const {
    return impl_->helo;
}
Waiting ServerSession::waiting() const {
    const bool content = impl_->phase == Impl::Phase::content || impl_->phase == Impl::Phase::chunk;
    return content ? Waiting::content : Waiting::command;
}
std::size_t ServerSession::content_size() const {
    const auto& transaction = impl_->transaction;
    return transaction && transaction->content ? transaction->content->stored() : 0;
}
std::size_t ServerSession::recipients() const {
    return impl_->transaction ? impl_->transaction->envelope.recipients.size() : 0;
}
std::size_t ServerSession::recipients_tried() const {
    return impl_->transaction ? impl_->transaction->tried : 0;
}

}  // namespace sealgate::smtp
