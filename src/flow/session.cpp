// SPDX-License-Identifier: Apache-2.0
#include "flow/session.h"

#include "net/turn.h"

#include <algorithm>
#include <utility>

namespace sealgate::flow {

using maillog::Level;
using net::Task;
using policy::MailDirection;

namespace {

MailDirection direction_of(config::Direction direction, bool trusted) {
    if (direction == config::Direction::outbound) return MailDirection::outbound;
    if (direction == config::Direction::inbound) return MailDirection::inbound;
    return trusted ? MailDirection::outbound : MailDirection::inbound;
}

// How often a session that must wait for memory looks again.
constexpr std::chrono::milliseconds kPressurePause{100};
// A client must send so much content within the content time-out, each time: one that trickles only
// holds memory.
constexpr std::uint64_t kContentProgress = 64UL * 1024;
// A stranger's time for that when memory is short.
constexpr std::chrono::milliseconds kPressureTimeout{std::chrono::seconds(10)};
// Refused content is read so that the reply can be given, but not without end.
constexpr std::uint64_t kRefusedContent = 1024UL * 1024;

smtp::Peer peer_of(const config::Listener& listener, const Origin& origin) {
    smtp::Peer peer;
    peer.xclient = origin.known && contains(listener.xclient_from, origin.address);
    peer.xforward = origin.known && contains(listener.xforward_from, origin.address);
    return peer;
}

// What follows from the address, or from not knowing it.
void judge_source(Source& source, const config::Listener& listener) {
    source.trusted = source.address_known && contains(listener.trusted_networks, source.address);
    source.direction = direction_of(listener.direction, source.trusted);
}

}  // namespace

Session::Session(Services& services,
                 Pipeline& pipeline,
                 Queue& queue,
                 std::shared_ptr<const ListenerSetup> setup,
                 std::unique_ptr<net::Stream> stream,
                 ConnectionId connection,
                 Origin origin)
    : services_(services),
      pipeline_(pipeline),
      queue_(queue),
      setup_(std::move(setup)),
      stream_(std::move(stream)),
      peer_(peer_of(setup_->listener, origin)),
      smtp_(setup_->options, peer_) {
    auto source = std::make_shared<Source>();
    source->connection = connection;
    source->listener = setup_->listener.name;
    source->address = origin.address;
    source->by = std::move(origin.by);
    source->lmtp = setup_->options.lmtp;
    source->address_known = origin.known;
    judge_source(*source, setup_->listener);
    source_ = std::move(source);
}

void Session::stop() {
    stopping_ = true;
    if (idle_) stream_->cancel();
}

Task<void> Session::run() {
    services_.counters.connections.add();
    if (setup_->listener.tls == config::ListenerTls::implicit) {
        auto shaken = co_await handshake();
        if (!shaken) co_return;
        smtp_.tls_started();
    }
    // Who may speak for others is let in, to say for whom; and who can sign in, to do so.
    if (admitted() || peer_.xclient || offers_auth()) {
        smtp_.greet(stream_->has_input());
    } else {
        turn_away();
    }
    bool going_on = true;
    while (going_on) {
        smtp::Step step = smtp_.next();
        going_on = co_await act(std::move(step));
    }
    if (introduction_due_) (void)journal().flush();
    drop_transaction();
    sign_out();
    account_content();
    services_.budget.remove(accounted_);
    stream_->close();
}

bool Session::admitted() const {
    return setup_->listener.direction != config::Direction::outbound || source_->trusted;
}

void Session::turn_away() {
    services_.journal.connection(*source_,
                                 Level::warning,
                                 "connection from " + source_->address.to_string() +
                                     (source_->by.empty() ? "" : " (by " + source_->by + ")") +
                                     " refused: not in the trusted networks of listener " +
                                     setup_->listener.name);
    (void)services_.journal.flush();
    smtp_.abort(replies::not_allowed());
}

void Session::on_client(const smtp::AskClient& step) {
    const smtp::ClientFacts& client = step.client;
    sign_out();
    auto source = std::make_shared<Source>(*source_);
    if (client.helo) stated_helo_ = *client.helo;
    if (!source->user.empty()) {
        source->user.clear();
        judge_source(*source, setup_->listener);
    }
    if (client.address_given) {
        source->address_known = client.address.has_value();
        const std::string peer = stream_->remote_address().to_string();
        // Nothing of the client before is left.
        source->address = client.address ? *client.address : stream_->remote_address();
        if (!client.helo) stated_helo_.clear();
        source->by = (client.address ? "XCLIENT of " : "XCLIENT without an address of ") + peer;
        judge_source(*source, setup_->listener);
    }
    source_ = std::move(source);
    introduced_ = false;
    if (!admitted() && !offers_auth()) return turn_away();
    smtp_.answer({220, "", "go on"});
}

Task<bool> Session::act(smtp::Step step) {
    if (auto* mail = std::get_if<smtp::AskMail>(&step)) {
        if (user_hop_ && user_hop_->away) co_await wait_for_user_hop();
        smtp_.answer(on_mail(std::move(*mail)));
    } else if (auto* client = std::get_if<smtp::AskClient>(&step)) {
        on_client(*client);
    } else if (auto* auth = std::get_if<smtp::AskAuth>(&step)) {
        auto reply = co_await on_auth(std::move(*auth));
        smtp_.answer(reply);
    } else if (auto* rcpt = std::get_if<smtp::AskRcpt>(&step)) {
        auto reply = co_await on_rcpt(std::move(*rcpt));
        smtp_.answer(reply);
    } else if (std::holds_alternative<smtp::AskData>(step)) {
        smtp_.answer({354, "", "end data with <CR><LF>.<CR><LF>"});
    } else if (auto* message = std::get_if<smtp::EndOfMessage>(&step)) {
        auto answers = co_await on_message(std::move(*message));
        if (answers.size() == 1) {
            smtp_.answer(answers.front());
        } else {
            smtp_.answer_each(answers);
        }
    } else if (auto* refused = std::get_if<smtp::Refused>(&step)) {
        log_refusal(*refused);
    } else if (std::holds_alternative<smtp::TransactionReset>(step)) {
        drop_transaction();
    } else if (std::holds_alternative<smtp::StartTls>(step)) {
        auto flushed = co_await flush_output();
        if (!flushed) co_return false;
        auto shaken = co_await handshake();
        if (!shaken) co_return false;
        smtp_.tls_started();
    } else if (std::holds_alternative<smtp::Close>(step)) {
        auto flushed = co_await flush_output();
        (void)flushed;
        co_return false;
    } else {
        auto passed = co_await pass_input();
        co_return passed;
    }
    co_return true;
}

Task<bool> Session::flush_output() {
    if (!smtp_.output().empty()) {
        // One append to the log, too, then serves all the replies of the turn.
        (void)co_await net::next_turn(services_.loop.get_executor());
    }
    // The log first: what a reply says has been written down when it leaves.
    (void)services_.journal.flush();
    std::string& output = smtp_.output();
    if (output.empty()) co_return true;
    const std::string sending = std::move(output);
    output.clear();
    auto sent = co_await stream_->write(sending);
    co_return sent.has_value();
}

std::chrono::milliseconds Session::input_timeout() {
    const config::Timeouts& timeouts = services_.settings->smtp.timeouts;
    if (smtp_.waiting() != smtp::Waiting::content) {
        in_content_ = false;
        return timeouts.command;
    }
    const SteadyTime now = std::chrono::steady_clock::now();
    if (!in_content_ || content_progress_ >= kContentProgress) {
        content_until_ = now + timeouts.content;
        content_progress_ = 0;
    }
    if (!in_content_) content_octets_ = 0;
    in_content_ = true;
    auto left = std::chrono::duration_cast<std::chrono::milliseconds>(content_until_ - now);
    if (!source_->trusted && services_.budget.pressure(false) != Budget::Pressure::none) {
        left = std::min(left, kPressureTimeout);
    }
    return std::max(left, std::chrono::milliseconds(0));
}

void Session::count_content(std::size_t octets) {
    if (!in_content_) return;
    content_octets_ += octets;
    content_progress_ += octets;
}

std::optional<smtp::Reply> Session::content_out_of_bounds() const {
    if (!in_content_) return std::nullopt;
    // Stuffed dots may double it on the wire.
    const std::uint64_t most = 2 * setup_->options.limits.message_size + kRefusedContent;
    if (content_octets_ > most) return replies::endless_content();
    if (accounted_ > 0 &&
        services_.budget.pressure(source_->trusted) == Budget::Pressure::refuse_connection) {
        return replies::too_busy();
    }
    return std::nullopt;
}

// A session that holds nothing yet waits while memory is short; TCP holds its client back. False
// when the wait was too long.
Task<bool> Session::wait_for_memory() {
    const SteadyTime until =
        std::chrono::steady_clock::now() + services_.settings->smtp.timeouts.command;
    while (accounted_ == 0 && !stopping_ &&
           services_.budget.pressure(source_->trusted) != Budget::Pressure::none) {
        if (std::chrono::steady_clock::now() >= until) co_return false;
        net::Timer pause(services_.loop);
        pause.expires_after(kPressurePause);
        auto [error] = co_await pause.async_wait(net::kUse);
        if (error) break;
    }
    co_return true;
}

void Session::account_content() {
    const std::size_t held = smtp_.content_size();
    if (held > accounted_) services_.budget.add(held - accounted_);
    if (held < accounted_) services_.budget.remove(accounted_ - held);
    accounted_ = held;
}

Task<bool> Session::pass_input() {
    auto flushed = co_await flush_output();
    if (!flushed) co_return false;
    account_content();
    if (auto ended = content_out_of_bounds()) {
        services_.journal.connection(*source_, Level::notice, "content cut off: " + ended->line());
        smtp_.abort(*ended);
        co_return true;
    }
    const bool room = co_await wait_for_memory();
    if (!room) {
        end_session(replies::too_busy());
        co_return true;
    }
    const bool in_command = smtp_.waiting() == smtp::Waiting::command;
    if (stopping_ && in_command) {
        end_session(replies::shutting_down());
        co_return true;
    }
    const auto& timeouts = services_.settings->smtp.timeouts;
    if (in_command && std::chrono::steady_clock::now() - last_mail_ > timeouts.session) {
        end_session(replies::timed_out());
        co_return true;
    }
    stream_->set_timeout(input_timeout());
    idle_ = in_command;
    auto bytes = co_await stream_->read();
    idle_ = false;
    if (bytes && !bytes->empty()) {
        count_content(bytes->size());
        smtp_.feed(*bytes);
        const bool may_be_secret = in_command && offers_auth() && !user_hop_;
        if (may_be_secret) net::Stream::forget(*bytes);
        co_return true;
    }
    if (stopping_ && in_command) {
        end_session(replies::shutting_down());
        co_return true;
    }
    if (stream_->timed_out()) {
        journal().connection(
            *source_,
            Level::notice,
            in_command ? "timed out waiting for a command" : "timed out waiting for content");
        smtp_.abort(replies::timed_out());
        co_return true;
    }
    if (!in_command || smtp_.recipients() > 0) {
        journal().connection(
            *source_, Level::notice, "connection lost before the end of the message");
        (void)services_.journal.flush();
    }
    co_return false;
}

Task<bool> Session::handshake() {
    SG_CHECK(setup_->tls != nullptr);
    stream_->set_timeout(services_.settings->smtp.timeouts.handshake);
    auto shaken = co_await stream_->accept_tls(*setup_->tls);
    if (!shaken) {
        services_.journal.connection(
            *source_,
            Level::notice,
            "TLS with " + source_->address.to_string() + " failed: " + shaken.error().detail());
        (void)services_.journal.flush();
        co_return false;
    }
    co_return true;
}

config::Mode Session::mode() const {
    const config::Listener& listener = setup_->listener;
    return source_->direction == MailDirection::inbound ? listener.inbound_mode : listener.mode;
}

void Session::refresh_source() {
    const std::string tls =
        stream_->tls() ? stream_->tls()->version + " with cipher " + stream_->tls()->cipher : "";
    const std::string& helo = stated_helo_.empty() ? smtp_.helo() : stated_helo_;
    if (source_->helo == helo && source_->tls == tls && source_->esmtp == smtp_.is_esmtp()) {
        return;
    }
    auto source = std::make_shared<Source>(*source_);
    source->helo = helo;
    source->esmtp = smtp_.is_esmtp();
    source->tls = tls;
    source_ = std::move(source);
}

void Session::introduce() {
    refresh_source();
    const bool tls = !source_->tls.empty();
    if (introduced_ && introduced_tls_ == tls) return;
    introduced_ = true;
    introduced_tls_ = tls;
    introduction_due_ = true;
}

Journal& Session::journal() {
    if (std::exchange(introduction_due_, false)) services_.journal.introduce(*source_);
    return services_.journal;
}

void Session::log_refusal(const smtp::Refused& refusal) {
    if (refusal.what != smtp::Refused::What::session) introduce();
    journal().refused(*source_, refusal);
}

smtp::Reply Session::refuse_mail(const smtp::ReversePath& sender, smtp::Reply reply) {
    smtp::Refused refusal;
    refusal.what = smtp::Refused::What::mail;
    refusal.reply = reply;
    refusal.argument = "FROM:<" + (sender ? sender->text() : "") + ">";
    refusal.sender = sender;
    log_refusal(refusal);
    return reply;
}

void Session::end_session(const smtp::Reply& reply) {
    smtp::Refused refusal;
    refusal.reply = reply;
    refusal.sender = sender_;
    log_refusal(refusal);
    smtp_.abort(reply);
}

bool Session::log_allows() {
    if (services_.settings->mail_log.on_failure == config::OnFailure::carry_on) return true;
    if (services_.journal.healthy()) return true;
    // Nothing is written while mail is refused, so this is where the log is tried again.
    services_.journal.house(Level::notice, "the mail log can be written again");
    return services_.journal.flush();
}

void Session::end_probe(Probe probe) {
    if (!probe.upstream) return;
    auto shared = std::make_shared<Probe>(std::move(probe));
    delivery::UpstreamPool& pool = services_.upstreams;
    net::asio::co_spawn(
        services_.loop.get_executor(),
        [shared, &pool]() -> Task<void> {
            co_await shared->upstream->reset();
            if (shared->home) {
                shared->home->give_back(std::move(shared->upstream));
            } else {
                pool.give_back(shared->route, std::move(shared->upstream));
            }
        },
        net::asio::detached);
}

void Session::drop_transaction() {
    for (Probe& probe : probes_)
        end_probe(std::move(probe));
    probes_.clear();
    sender_.reset();
    parameters_ = {};
    forwarded_ = {};
    sighted_ = false;
}

Task<Pipeline::Answers> Session::on_message(smtp::EndOfMessage step) {
    last_mail_ = std::chrono::steady_clock::now();
    refresh_source();
    Accepted mail;
    mail.id = make_message_id(source_->connection, ++messages_);
    mail.source = source_;
    mail.site = site_;
    mail.envelope = std::move(step.envelope);
    services_.budget.remove(accounted_);
    accounted_ = 0;
    mail.content = services_.budget.hold(std::move(step.content));
    mail.received = services_.clock.now();
    mail.forwarded = std::exchange(forwarded_, {});
    Manner manner;
    manner.mode = mode();
    manner.each_recipient = setup_->options.lmtp;
    // Who keeps a queue of its own can wait: there is no spooling that would end it sooner.
    // The same goes for a user, whose mail no queue of ours could send.
    const bool hurried = source_->direction == MailDirection::outbound && !manner.each_recipient &&
                         source_->user.empty();
    manner.patience = hurried ? services_.settings->delivery.patience_outbound
                              : services_.settings->delivery.patience_inbound;
    (void)journal();  // its line stands before those of the message, in the same write
    std::vector<Probe> probes;
    for (Probe& probe : probes_) {
        // A next hop that took none of its recipients has no part in the message.
        if (probe.recipients.empty()) {
            end_probe(std::move(probe));
        } else {
            probes.push_back(std::move(probe));
        }
    }
    probes_.clear();
    auto answers = co_await pipeline_.process(std::move(mail), manner, probes);
    for (Probe& probe : probes)  // those that the message did not need
        end_probe(std::move(probe));
    drop_transaction();
    co_return answers;
}

}  // namespace sealgate::flow
