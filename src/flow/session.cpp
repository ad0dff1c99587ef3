// SPDX-License-Identifier: Apache-2.0
#include "flow/session.h"

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

}  // namespace

Session::Session(Services& services,
                 Pipeline& pipeline,
                 Queue& queue,
                 std::shared_ptr<const ListenerSetup> setup,
                 std::unique_ptr<net::Stream> stream,
                 ConnectionId connection)
    : services_(services),
      pipeline_(pipeline),
      queue_(queue),
      setup_(std::move(setup)),
      stream_(std::move(stream)),
      smtp_(setup_->options) {
    auto source = std::make_shared<Source>();
    source->connection = connection;
    source->listener = setup_->listener.name;
    source->address = stream_->remote_address();
    const auto& trusted = setup_->listener.trusted_networks;
    source->trusted = std::any_of(trusted.begin(), trusted.end(), [&](const Network& network) {
        return network.contains(source->address);
    });
    source->direction = direction_of(setup_->listener.direction, source->trusted);
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
    if (setup_->listener.direction == config::Direction::outbound && !source_->trusted) {
        services_.journal.connection(source_->connection,
                                     Level::warning,
                                     "connection from " + source_->address.to_string() +
                                         " refused: not in the trusted networks of listener " +
                                         setup_->listener.name);
        (void)services_.journal.flush();
        smtp_.abort(replies::not_allowed());
    } else {
        smtp_.greet(stream_->has_input());
    }
    bool going_on = true;
    while (going_on) {
        smtp::Step step = smtp_.next();
        going_on = co_await act(std::move(step));
    }
    if (introduction_due_) (void)journal().flush();
    drop_transaction();
    account_content();
    services_.budget.remove(accounted_);
    stream_->close();
}

Task<bool> Session::act(smtp::Step step) {
    if (auto* mail = std::get_if<smtp::AskMail>(&step)) {
        smtp_.answer(on_mail(std::move(*mail)));
    } else if (auto* rcpt = std::get_if<smtp::AskRcpt>(&step)) {
        auto reply = co_await on_rcpt(std::move(*rcpt));
        smtp_.answer(reply);
    } else if (std::holds_alternative<smtp::AskData>(step)) {
        smtp_.answer({354, "", "end data with <CR><LF>.<CR><LF>"});
    } else if (auto* message = std::get_if<smtp::EndOfMessage>(&step)) {
        auto reply = co_await on_message(std::move(*message));
        smtp_.answer(reply);
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
    // The log first: what a reply says has been written down when it leaves.
    (void)services_.journal.flush();
    std::string& output = smtp_.output();
    if (output.empty()) co_return true;
    const std::string sending = std::move(output);
    output.clear();
    auto sent = co_await stream_->write(sending);
    co_return sent.has_value();
}

std::chrono::milliseconds Session::input_timeout() const {
    const config::Timeouts& timeouts = services_.settings->smtp.timeouts;
    return smtp_.waiting() == smtp::Waiting::content ? timeouts.content : timeouts.command;
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
    // A session that holds nothing yet waits while memory is short; TCP holds its client back.
    while (accounted_ == 0 && services_.budget.pressure() != Budget::Pressure::none && !stopping_) {
        net::Timer pause(services_.loop);
        pause.expires_after(kPressurePause);
        auto [error] = co_await pause.async_wait(net::kUse);
        if (error) break;
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
        smtp_.feed(*bytes);
        co_return true;
    }
    if (stopping_ && in_command) {
        end_session(replies::shutting_down());
        co_return true;
    }
    if (stream_->timed_out()) {
        journal().connection(
            source_->connection,
            Level::notice,
            in_command ? "timed out waiting for a command" : "timed out waiting for content");
        smtp_.abort(replies::timed_out());
        co_return true;
    }
    if (!in_command || smtp_.recipients() > 0) {
        journal().connection(
            source_->connection, Level::notice, "connection lost before the end of the message");
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
            source_->connection,
            Level::notice,
            "TLS with " + source_->address.to_string() + " failed: " + shaken.error().detail());
        (void)services_.journal.flush();
        co_return false;
    }
    co_return true;
}

void Session::refresh_source() {
    const std::string tls =
        stream_->tls() ? stream_->tls()->version + " with cipher " + stream_->tls()->cipher : "";
    if (source_->helo == smtp_.helo() && source_->tls == tls &&
        source_->esmtp == smtp_.is_esmtp()) {
        return;
    }
    auto source = std::make_shared<Source>(*source_);
    source->helo = smtp_.helo();
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

void Session::drop_transaction() {
    for (Probe& probe : probes_) {
        if (!probe.upstream) continue;
        auto shared = std::make_shared<Probe>(std::move(probe));
        delivery::UpstreamPool& pool = services_.upstreams;
        net::asio::co_spawn(
            services_.loop.get_executor(),
            [shared, &pool]() -> Task<void> {
                co_await shared->upstream->reset();
                pool.give_back(shared->route, std::move(shared->upstream));
            },
            net::asio::detached);
    }
    probes_.clear();
    sender_.reset();
    parameters_ = {};
    sighted_ = false;
}

Task<smtp::Reply> Session::on_message(smtp::EndOfMessage step) {
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
    Manner manner;
    manner.mode = setup_->listener.mode;
    manner.patience = source_->direction == MailDirection::outbound
                          ? services_.settings->delivery.patience_outbound
                          : services_.settings->delivery.patience_inbound;
    (void)journal();  // its line stands before those of the message, in the same write
    std::vector<Probe> probes = std::move(probes_);
    probes_.clear();
    auto reply = co_await pipeline_.process(std::move(mail), manner, std::move(probes));
    drop_transaction();
    co_return reply;
}

}  // namespace sealgate::flow
