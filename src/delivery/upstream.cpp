// SPDX-License-Identifier: Apache-2.0
#include "delivery/upstream.h"

#include "net/connect.h"
#include "net/turn.h"

#include <algorithm>
#include <deque>

namespace sealgate::delivery {

using net::Task;

namespace {

// A refused recipient makes an early content useless, so only what is small is sent early.
constexpr std::uint64_t kEarlyContent = 256UL * 1024;

// What each message of ours begins with where trace fields are on; see Upstream::Chunks.
constexpr std::string_view kFirstOctets = "Received:";

// The reply code that goes with a status of ours (RFC 5321 section 4.2.3, RFC 6531 section 3.5).
int code_for(Outcome::Kind kind, std::string_view enhanced) {
    if (kind == Outcome::Kind::delivered) return 250;
    if (kind == Outcome::Kind::deferred) return 451;
    if (enhanced == "5.3.4") return 552;
    if (enhanced == "5.6.7") return 553;
    if (enhanced == "5.7.1" || enhanced == "5.1.2") return 550;
    if (enhanced == "5.1.10") return 556;  // RFC 7505 section 4.2
    return 554;
}

}  // namespace

Outcome local_outcome(Outcome::Kind kind, std::string enhanced, std::string text) {
    Outcome outcome;
    outcome.kind = kind;
    const int code = code_for(kind, enhanced);
    outcome.reply = {code, std::move(enhanced), std::move(text)};
    return outcome;
}

namespace {

Task<Result<std::unique_ptr<net::Stream>>> connect(const MailHost& host,
                                                   const UpstreamOptions& options,
                                                   net::Deadlines& deadlines) {
    if (host.socket.empty()) {
        auto stream = co_await net::connect_any(host.endpoints, deadlines, options.connect_timeout);
        co_return stream;
    }
    auto stream =
        co_await net::Stream::connect_unix(host.socket, deadlines, options.connect_timeout);
    co_return stream;
}

// Bare line ends or NUL: no part of it may go out.
Outcome not_framed(const Error& error) {
    return local_outcome(Outcome::Kind::refused, "5.6.0", error.detail());
}

}  // namespace

Upstream::Upstream(std::unique_ptr<net::Stream> stream,
                   const MailHost& host,
                   policy::NextHop::Kind kind,
                   UpstreamOptions options)
    : stream_(std::move(stream)),
      host_(host.name),
      socket_(host.socket),
      by_dns_(kind == policy::NextHop::Kind::mx),
      lmtp_(kind == policy::NextHop::Kind::lmtp),
      options_(std::move(options)) {
    stream_->set_timeout(options_.reply_timeout);
}

std::string Upstream::description() const {
    std::string text = "unix:" + socket_;
    if (socket_.empty()) {
        const std::string address = stream_->remote_address().to_string();
        text = (by_dns_ ? host_ + "[" + address + "]" : address) + ":" +
               std::to_string(stream_->remote_port());
    }
    if (stream_->tls()) text += " " + stream_->tls()->version;
    return text;
}

Task<Result<std::unique_ptr<Upstream>>> Upstream::open(const MailHost& host,
                                                       const policy::Route& route,
                                                       const net::TlsContext& tls,
                                                       const UpstreamOptions& options,
                                                       net::Deadlines& deadlines) {
    bool try_tls = route.tls != policy::RouteTls::none &&
                   (host.socket.empty() || route.tls != policy::RouteTls::opportunistic);
    for (;;) {
        auto stream = co_await connect(host, options, deadlines);
        if (!stream) co_return std::unexpected(std::move(stream).error());
        // NOLINTNEXTLINE(cppcoreguidelines-owning-memory): the constructor is private
        std::unique_ptr<Upstream> upstream(
            new Upstream(*std::move(stream), host, route.next_hop.kind, options));
        auto greeted = co_await upstream->greet();
        if (!greeted) co_return std::unexpected(std::move(greeted).error());
        if (!try_tls) co_return upstream;
        auto secured = co_await upstream->start_tls(route, tls);
        if (secured) co_return upstream;
        const bool may_fall_back = route.tls == policy::RouteTls::opportunistic;
        if (!may_fall_back || !upstream->tls_failed_) {
            co_return std::unexpected(std::move(secured).error());
        }
        // A failed handshake leaves nothing to talk over: once more, in clear, as the route allows.
        try_tls = false;
    }
}

Task<Status> Upstream::flush() {
    const std::vector<std::string_view> pieces = session_.wire_pieces();
    if (pieces.empty()) co_return Status();
    (void)co_await net::next_turn(stream_->executor());
    auto sent = co_await stream_->write(pieces);
    if (!sent) {
        usable_ = false;
        co_return sent;
    }
    session_.written();
    co_return Status();
}

Task<Result<smtp::CommandReply>> Upstream::next_reply() {
    for (;;) {
        auto ready = session_.next();
        if (!ready) {
            usable_ = false;
            co_return std::unexpected(std::move(ready).error());
        }
        if (*ready) {
            if ((*ready)->reply.code == 421) usable_ = false;
            co_return std::move(**ready);
        }
        auto flushed = co_await flush();
        if (!flushed) co_return std::unexpected(std::move(flushed).error());
        auto bytes = co_await stream_->read();
        if (!bytes) {
            usable_ = false;
            co_return std::unexpected(std::move(bytes).error());
        }
        if (bytes->empty()) {
            usable_ = false;
            co_return fail(
                ErrorKind::transient, "delivery.read", "connection closed by the next hop");
        }
        session_.feed(*bytes);
    }
}

Task<Status> Upstream::greet() {
    auto greeting = co_await next_reply();
    if (!greeting) co_return std::unexpected(std::move(greeting).error().during("greeting"));
    if (greeting->reply.code != 220) {
        co_return fail(ErrorKind::transient,
                       "delivery.greeting",
                       "the next hop greets with " + greeting->reply.line());
    }
    auto said = co_await hello();
    co_return said;
}

Task<Status> Upstream::hello() {
    const std::string_view word = lmtp_ ? "LHLO" : "EHLO";
    if (lmtp_) {
        session_.lhlo(options_.hostname);
    } else {
        session_.ehlo(options_.hostname);
    }
    auto reply = co_await next_reply();
    if (!reply) co_return std::unexpected(std::move(reply).error().during(word));
    if (reply->reply.positive()) co_return Status();
    if (lmtp_ || !usable_ || !reply->reply.permanent() || stream_->tls()) {
        co_return fail(
            ErrorKind::transient,
            "delivery.ehlo",
            "the next hop answers " + std::string(word) + " with " + reply->reply.line());
    }
    session_.helo(options_.hostname);
    auto old = co_await next_reply();
    if (!old) co_return std::unexpected(std::move(old).error().during("HELO"));
    if (!old->reply.positive()) {
        co_return fail(ErrorKind::transient,
                       "delivery.helo",
                       "the next hop answers HELO with " + old->reply.line());
    }
    co_return Status();
}

Task<Status> Upstream::start_tls(const policy::Route& route, const net::TlsContext& tls) {
    const bool must = route.tls != policy::RouteTls::opportunistic;
    if (!session_.extensions().starttls) {
        if (!must) co_return Status();
        co_return fail(
            ErrorKind::transient, "delivery.tls", "the next hop does not offer STARTTLS");
    }
    session_.starttls();
    auto reply = co_await next_reply();
    if (!reply) co_return std::unexpected(std::move(reply).error().during("STARTTLS"));
    if (reply->reply.code != 220) {
        if (!must && usable_) co_return Status();
        co_return fail(ErrorKind::transient,
                       "delivery.tls",
                       "the next hop answers STARTTLS with " + reply->reply.line());
    }
    // What was buffered in clear must not be read as if it came over TLS.
    auto clean = session_.next();
    if (!clean) co_return std::unexpected(std::move(clean).error());
    const std::string name = route.tls_name.empty() ? host_ : route.tls_name;
    auto shaken = co_await stream_->connect_tls(tls, name);
    if (!shaken) {
        tls_failed_ = true;
        usable_ = false;
        if (!tls.verifies()) co_return shaken;
        co_return std::unexpected(std::move(shaken).error().during("TLS as " + name));
    }
    if (auto proved = check_key(route); !proved) {
        usable_ = false;
        co_return proved;
    }
    session_.tls_started();
    auto said = co_await hello();
    co_return said;
}

Status Upstream::check_key(const policy::Route& route) const {
    if (route.tls_pins.empty()) return {};
    const std::string& key = stream_->tls()->key_pin;
    if (std::ranges::count(route.tls_pins, key) > 0) return {};
    return fail(ErrorKind::transient,
                "delivery.tls",
                "the certificate's key has the SHA-256 " + key +
                    ", which is none of this route's tls_pins");
}

Task<Result<smtp::Reply>> Upstream::sign_in(const smtp::Credentials& credentials) {
    // RFC 4954 section 4: with an initial response the command must keep to the length of commands.
    constexpr std::size_t kLongestInitial = 480;
    const smtp::Extensions& offered = session_.extensions();
    const bool plain = offered.auth_plain;
    const bool login = offered.auth_login && credentials.acting_as.empty();
    if (!stream_->tls() || (!plain && !login)) {
        co_return smtp::Reply{454, "4.7.0", "signing in is not possible at the moment"};
    }
    std::deque<SecretBytes> lines;
    if (plain) {
        SecretBytes response = smtp::plain_response(credentials);
        if (response.size() <= kLongestInitial) {
            std::string whole;
            whole.reserve(kLongestInitial + 16);
            whole.append("AUTH PLAIN ").append(response.view());
            lines.emplace_back(std::move(whole));
        } else {
            lines.emplace_back("AUTH PLAIN");
            lines.push_back(std::move(response));
        }
    } else {
        lines.emplace_back("AUTH LOGIN");
        lines.push_back(smtp::login_response(credentials.user));
        lines.push_back(smtp::login_response(credentials.password.view()));
    }
    for (;;) {
        session_.auth(lines.front());
        lines.pop_front();
        auto reply = co_await next_reply();
        if (!reply) co_return std::unexpected(std::move(reply).error().during("AUTH"));
        if (!reply->reply.intermediate()) co_return std::move(reply->reply);
        if (lines.empty()) {
            usable_ = false;
            co_return fail(
                ErrorKind::malformed, "delivery.auth", "the next hop asks for more than there is");
        }
    }
}

Outcome Upstream::lost(const Error& error, std::string_view when) {
    usable_ = false;
    const bool timed_out = stream_->timed_out();
    Outcome outcome = local_outcome(Outcome::Kind::deferred,
                                    error.kind() == ErrorKind::malformed ? "4.5.0" : "4.4.2",
                                    std::string(timed_out ? "timed out " : "connection lost ") +
                                        std::string(when) + " (" + error.detail() + ")");
    return outcome;
}

Outcome Upstream::judge(const smtp::Reply& reply) const {
    Outcome outcome;
    outcome.reply = reply;
    outcome.remote = true;
    outcome.dsn_passed_on = session_.extensions().dsn;
    if (!reply.positive()) outcome.remote_mta = host_;
    if (reply.positive()) {
        outcome.kind = Outcome::Kind::delivered;
    } else if (reply.permanent()) {
        outcome.kind = Outcome::Kind::refused;
    } else {
        outcome.kind = Outcome::Kind::deferred;  // 4xx, and a 3xx nobody asked for
    }
    return outcome;
}

bool Upstream::by_chunk(const Shipment& shipment) const {
    return options_.chunking && !lmtp_ && session_.extensions().chunking &&
           shipment.size() <= kEarlyContent && shipment.prefix.starts_with(kFirstOctets);
}

std::optional<Outcome> Upstream::cannot_carry(const Shipment& shipment) const {
    using Kind = Outcome::Kind;
    const smtp::Extensions& offered = session_.extensions();
    if (shipment.needs_smtputf8 && !offered.smtputf8) {
        return local_outcome(Kind::refused,
                             "5.6.7",
                             "the next hop does not support SMTPUTF8, which this message needs");
    }
    if (shipment.has_eight_bit && !offered.eight_bit_mime) {
        return local_outcome(
            Kind::refused,
            "5.6.3",
            "the next hop does not support 8BITMIME, and converting would damage the message");
    }
    if (offered.max_size != 0 && shipment.size() > offered.max_size) {
        return local_outcome(Kind::refused,
                             "5.3.4",
                             "the message is larger than the next hop takes (" +
                                 std::to_string(offered.max_size) + " octets)");
    }
    return std::nullopt;
}

Task<std::vector<Outcome>> Upstream::send(const Released& released) {
    const Shipment& shipment = released.shipment();
    content_sent_ = false;
    std::vector<Outcome> outcomes(shipment.recipients.size());
    if (auto refused = cannot_carry(shipment)) {
        std::fill(outcomes.begin(), outcomes.end(), *refused);
        co_return outcomes;
    }
    ++messages_;
    smtp::MailParameters parameters = shipment.parameters;
    parameters.smtputf8 = shipment.needs_smtputf8;
    // Octets above 127 are announced also where the client did not: the next hop may check.
    if (shipment.has_eight_bit) parameters.body = smtp::BodyType::eight_bit_mime;
    const std::size_t told = tell(shipment.forwarded);
    session_.mail(shipment.sender, parameters, shipment.size());
    for (const smtp::Recipient& recipient : shipment.recipients)
        session_.rcpt(recipient);
    // With PIPELINING the whole envelope and DATA, or even the content, are one write: a round trip
    // less for each message, or two.
    const bool early = session_.extensions().pipelining;
    const bool may_chunk = early && by_chunk(shipment);
    const bool chunk = may_chunk && chunks_ == Chunks::work;
    if (chunk) {
        if (auto framed = session_.bdat({shipment.prefix, *shipment.content}); !framed) {
            usable_ = false;  // an envelope without its content is queued
            std::fill(outcomes.begin(), outcomes.end(), not_framed(framed.error()));
            co_return outcomes;
        }
    } else if (may_chunk) {
        session_.try_bdat(kFirstOctets);
    } else if (early) {
        session_.data();
    }

    auto mail = co_await mail_reply(told);
    if (!mail) {
        Outcome gone = lost(mail.error(), "after MAIL");
        gone.uncertain = chunk;
        std::fill(outcomes.begin(), outcomes.end(), gone);
        co_return outcomes;
    }
    const bool mail_taken = mail->reply.positive();
    bool any = false;
    for (Outcome& outcome : outcomes) {
        auto rcpt = co_await next_reply();
        if (!rcpt) {
            Outcome gone = lost(rcpt.error(), "after RCPT");
            gone.uncertain = chunk;
            std::fill(outcomes.begin(), outcomes.end(), gone);
            co_return outcomes;
        }
        // After a refused MAIL the answers to RCPT say only "bad sequence"; the true reason is
        // MAIL's.
        outcome = judge(mail_taken ? rcpt->reply : mail->reply);
        any = any || outcome.kind == Outcome::Kind::delivered;
    }
    if (chunk) {
        auto done = co_await finish_chunk(std::move(outcomes));
        co_return done;
    }
    if (may_chunk) {
        auto done = co_await try_chunk(shipment, std::move(outcomes));
        co_return done;
    }
    if (any) {
        if (!early) session_.data();
        auto done = co_await transfer(shipment, std::move(outcomes));
        co_return done;
    }
    if (early) co_await abandon_data();
    if (usable_) co_await reset();
    co_return outcomes;
}

Task<std::vector<Outcome>> Upstream::try_chunk(const Shipment& shipment,
                                               std::vector<Outcome> outcomes) {
    const auto settle = [&outcomes](const Outcome& result) {
        std::replace_if(
            outcomes.begin(),
            outcomes.end(),
            [](const Outcome& one) { return one.kind == Outcome::Kind::delivered; },
            result);
    };
    const bool any = std::any_of(outcomes.begin(), outcomes.end(), [](const Outcome& one) {
        return one.kind == Outcome::Kind::delivered;
    });
    auto tried = co_await next_reply();
    if (!tried) {
        settle(lost(tried.error(), "after BDAT"));
        co_return outcomes;
    }
    const smtp::Reply& reply = tried->reply;
    if (reply.positive()) {
        chunks_ = Chunks::work;
        const std::string_view rest = std::string_view(shipment.prefix).substr(kFirstOctets.size());
        if (any) {
            if (auto framed = session_.bdat({rest, *shipment.content}); framed) {
                auto done = co_await finish_chunk(std::move(outcomes));
                co_return done;
            } else {
                settle(not_framed(framed.error()));
            }
        }
        co_await reset();
        co_return outcomes;
    }
    // RFC 5321 section 4.2.4: not known, not implemented. Some say it with another 5xx; only
    // without a recipient that may be about the transaction. The octets lie in the server's line
    // buffer now, so the connection is of no more use; the answer says nothing about the message.
    const bool not_known = reply.code >= 500 && reply.code <= 502;
    if (not_known || (any && reply.permanent())) {
        chunks_ = Chunks::unknown;
        usable_ = false;
        settle(local_outcome(Outcome::Kind::deferred,
                             "4.5.1",
                             "the next hop offers CHUNKING and does not know BDAT"));
        co_return outcomes;
    }
    settle(judge(reply));
    if (usable_) co_await reset();
    co_return outcomes;
}

Task<std::vector<Outcome>> Upstream::finish_chunk(std::vector<Outcome> outcomes) {
    const auto is_open = [](const Outcome& one) { return one.kind == Outcome::Kind::delivered; };
    const auto settle = [&](const Outcome& result) {
        std::replace_if(outcomes.begin(), outcomes.end(), is_open, result);
    };
    const bool any = std::any_of(outcomes.begin(), outcomes.end(), is_open);
    content_sent_ = any;
    auto final = co_await final_reply();
    if (!final) {
        Outcome gone = lost(final.error(), "after the content");
        gone.uncertain = any;
        settle(gone);
        co_return outcomes;
    }
    const smtp::Reply& reply = final->reply;
    settle(judge(reply));
    // RFC 3030 section 2: after a refused chunk only RSET leads on.
    if (!(any && reply.positive()) && usable_) co_await reset();
    co_return outcomes;
}

Task<Result<smtp::CommandReply>> Upstream::final_reply() {
    stream_->set_timeout(options_.final_timeout);
    auto reply = co_await next_reply();
    stream_->set_timeout(options_.reply_timeout);
    co_return reply;
}

Task<std::vector<Outcome>> Upstream::final_replies(std::vector<Outcome> outcomes) {
    std::optional<Outcome> gone;
    for (Outcome& outcome : outcomes) {
        if (outcome.kind != Outcome::Kind::delivered) continue;
        if (!gone) {
            auto final = co_await final_reply();
            if (final) {
                outcome = judge(final->reply);
                continue;
            }
            gone = lost(final.error(), "after the end of data");
            gone->uncertain = true;
        }
        outcome = *gone;
    }
    co_return outcomes;
}

Task<void> Upstream::abandon_data() {
    auto reply = co_await next_reply();
    if (!reply || reply->reply.code != 354) co_return;
    // The server opened DATA although it took no recipient: RFC 2920 section 3.1 asks for a lone
    // dot. LMTP has no answer to that, as nobody is there to be answered for.
    if (lmtp_) {
        usable_ = false;
        co_return;
    }
    auto framed = session_.content({});
    auto end = co_await next_reply();
    if (!framed || !end) usable_ = false;
}

Task<std::vector<Outcome>> Upstream::transfer(const Shipment& shipment,
                                              std::vector<Outcome> outcomes) {
    const auto settle = [&outcomes](const Outcome& result) {
        for (Outcome& outcome : outcomes) {
            if (outcome.kind == Outcome::Kind::delivered) outcome = result;
        }
    };
    auto go = co_await next_reply();
    if (!go) {
        settle(lost(go.error(), "after DATA"));
        co_return outcomes;
    }
    if (go->reply.code != 354) {
        settle(judge(go->reply));
        for (Outcome& outcome : outcomes) {
            // A 2xx to DATA is not an acceptance of anything.
            if (outcome.kind == Outcome::Kind::delivered) {
                outcome.kind = Outcome::Kind::deferred;
                usable_ = false;
            }
        }
        if (usable_) co_await reset();
        co_return outcomes;
    }
    content_sent_ = true;
    auto framed = session_.content({shipment.prefix, *shipment.content});
    if (!framed) {
        // The open DATA is cut off rather than finished.
        usable_ = false;
        stream_->close();
        settle(not_framed(framed.error()));
        co_return outcomes;
    }
    if (lmtp_) {
        auto done = co_await final_replies(std::move(outcomes));
        co_return done;
    }
    auto final = co_await final_reply();
    if (!final) {
        Outcome gone = lost(final.error(), "after the end of data");
        gone.uncertain = true;
        settle(gone);
        co_return outcomes;
    }
    settle(judge(final->reply));
    co_return outcomes;
}

std::size_t Upstream::tell(const smtp::ClientFacts& forwarded) {
    if (session_.extensions().xforward.empty() || forwarded.empty()) return 0;
    const std::vector<std::string> commands =
        smtp::xforward_commands(forwarded, session_.extensions().xforward);
    for (const std::string& command : commands)
        session_.xforward(command);
    return commands.size();
}

Task<Result<smtp::CommandReply>> Upstream::mail_reply(std::size_t told) {
    for (; told > 0; --told) {
        auto ignored = co_await next_reply();
        if (!ignored) co_return ignored;
    }
    auto reply = co_await next_reply();
    co_return reply;
}

void Upstream::begin(const smtp::ReversePath& sender,
                     const smtp::MailParameters& parameters,
                     const smtp::ClientFacts& forwarded) {
    begin_forwarded_ = forwarded;
    content_sent_ = false;
    begin_pending_ = true;
    begin_sender_ = sender;
    begin_parameters_ = parameters;
    // The content is not here yet; with SMTPUTF8 it most likely has octets above 127.
    if (parameters.smtputf8) begin_parameters_.body = smtp::BodyType::eight_bit_mime;
}

Task<Outcome> Upstream::ask(const smtp::Recipient& recipient) {
    const bool first = begin_pending_;
    std::size_t told = 0;
    if (first) {
        begin_pending_ = false;
        ++messages_;
        // Without SIZE: it is not known yet whether these octets are the ones that will go.
        told = tell(begin_forwarded_);
        session_.mail(begin_sender_, begin_parameters_, 0);
    }
    session_.rcpt(recipient);
    if (first) {
        auto mail = co_await mail_reply(told);
        if (!mail) co_return lost(mail.error(), "after MAIL");
        if (!mail->reply.positive()) {
            auto ignored = co_await next_reply();
            if (!ignored) usable_ = false;
            begin_pending_ = true;  // no transaction is open; the next recipient tries again
            co_return judge(mail->reply);
        }
    }
    auto rcpt = co_await next_reply();
    if (!rcpt) co_return lost(rcpt.error(), "after RCPT");
    co_return judge(rcpt->reply);
}

Task<std::vector<Outcome>> Upstream::finish(const Released& released) {
    const Shipment& shipment = released.shipment();
    std::vector<Outcome> outcomes(shipment.recipients.size());
    if (auto refused = cannot_carry(shipment)) {
        std::fill(outcomes.begin(), outcomes.end(), *refused);
        co_await reset();
        co_return outcomes;
    }
    for (Outcome& outcome : outcomes)
        outcome.kind = Outcome::Kind::delivered;
    if (by_chunk(shipment) && chunks_ == Chunks::work) {
        if (auto framed = session_.bdat({shipment.prefix, *shipment.content}); !framed) {
            std::fill(outcomes.begin(), outcomes.end(), not_framed(framed.error()));
            co_await reset();
            co_return outcomes;
        }
        auto done = co_await finish_chunk(std::move(outcomes));
        co_return done;
    }
    session_.data();
    auto done = co_await transfer(shipment, std::move(outcomes));
    co_return done;
}

Task<void> Upstream::reset() {
    if (begin_pending_ || !usable_) {
        begin_pending_ = false;
        co_return;
    }
    session_.rset();
    auto reply = co_await next_reply();
    if (!reply || !reply->reply.positive()) usable_ = false;
}

Task<void> Upstream::quit() {
    stream_->set_timeout(std::chrono::seconds(2));
    session_.quit();
    // The answer is waited for: closing with it unread would reset the connection under the peer's
    // hands.
    auto ignored = co_await next_reply();
    (void)ignored;
    stream_->close();
}

}  // namespace sealgate::delivery
