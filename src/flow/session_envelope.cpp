// SPDX-License-Identifier: Apache-2.0
// Who may send where: the answers to MAIL and RCPT.
#include "flow/session.h"

namespace sealgate::flow {

using net::Task;
using policy::Action;
using policy::MailDirection;

std::optional<smtp::Reply> Session::refuse_sender() const {
    if (!admitted()) return offers_auth() ? replies::not_signed_in() : replies::not_allowed();
    const bool must = setup_->listener.auth == config::Auth::required &&
                      source_->direction == MailDirection::outbound;
    if (must && !user_hop_) return replies::not_signed_in();
    // The password is gone, so only the client can sign in again.
    if (user_hop_ && !user_hop_->ready()) return replies::next_hop_gone();
    return std::nullopt;
}

smtp::Reply Session::on_mail(smtp::AskMail step) {
    constexpr std::uint32_t kMostMessages = (1U << kMessagesPerConnectionBits) - 2;
    const auto no = [&](smtp::Reply reply) { return refuse_mail(step.sender, std::move(reply)); };
    introduce();
    if (auto refused = refuse_sender()) return no(*refused);
    if (messages_ >= kMostMessages) return no(replies::too_many_messages());
    if (stopping_) return no(replies::shutting_down());
    if (!log_allows()) return no(replies::log_not_writable());
    // Asked here, so that it is seldom refused after the content has come.
    const std::uint64_t size = step.parameters.size.value_or(0);
    const Budget::Pressure pressure = services_.budget.pressure(source_->trusted, size);
    if (pressure == Budget::Pressure::refuse_mail ||
        pressure == Budget::Pressure::refuse_connection) {
        return no(replies::overloaded());
    }
    const config::Limits& limits = services_.settings->limits;
    const std::uint64_t room = services_.spool.room();
    const bool no_disk = room < limits.free_disk || room - limits.free_disk < size;
    if (no_disk || queue_.messages().size() >= limits.queued_messages) {
        return no(replies::overloaded());
    }
    site_ = services_.site;
    sender_ = std::move(step.sender);
    parameters_ = step.parameters;
    sighted_ = false;
    forwarded_ = std::move(step.forwarded);
    if (!forwarded_.empty()) journal().forwarded(*source_, forwarded_);
    return {250, "2.1.0", "sender ok"};
}

void Session::note_unmanaged(policy::UnmanagedAction action) {
    if (sighted_ || !services_.on_unmanaged) return;
    sighted_ = true;  // once a transaction
    services_.on_unmanaged(
        {sender_->domain(), source_->address, action, services_.clock.now(), source_->connection});
}

std::optional<smtp::Reply> Session::refuse_recipient(const smtp::Recipient& recipient) {
    const mime::Domain& domain = recipient.address.domain();
    const std::size_t tried = smtp_.recipients_tried();
    policy::RecipientFacts facts;
    facts.direction = source_->direction;
    facts.trusted_source = source_->trusted;
    facts.null_sender = !sender_;
    facts.recipient_managed = site_->domains.contains(domain);
    // Whether it is a report is seen after DATA; until then it may be one.
    facts.delivery_report = true;
    if (sender_) {
        facts.sender_managed = site_->domains.contains(sender_->domain());
        facts.unmanaged = unmanaged_action(*site_, *source_, sender_->domain());
        if (facts.direction == MailDirection::outbound && !facts.sender_managed) {
            note_unmanaged(facts.unmanaged);
        }
    }
    switch (policy::decide(facts).action) {
        case Action::reject_unmanaged:
            services_.counters.rejected.add();
            journal().rejecting_unmanaged(*source_, *sender_, recipient.address, tried);
            return replies::unmanaged(sender_->domain().ascii());
        case Action::reject_not_ours:
            services_.counters.rejected.add();
            journal().refused_recipient(*source_,
                                        sender_,
                                        recipient.address,
                                        tried,
                                        "relaying denied: not a managed domain");
            return replies::not_ours(domain.ascii());
        case Action::reject_null_sender:
            services_.counters.rejected.add();
            journal().refused_recipient(
                *source_, sender_, recipient.address, tried, "rejecting the null sender");
            return replies::null_sender();
        case Action::bounce_unmanaged:
            return std::nullopt;  // not forwarded, so no route is needed
        case Action::relay:
        case Action::pass_unmodified:
            break;
    }
    if (site_->routes.find(domain) != nullptr) return std::nullopt;
    journal().refused_recipient(
        *source_, sender_, recipient.address, tried, "there is no route for this domain");
    return replies::no_route(domain.ascii());
}

Task<smtp::Reply> Session::on_rcpt(smtp::AskRcpt step) {
    if (auto refused = refuse_recipient(step.recipient)) co_return *refused;
    const policy::Route* route = site_->routes.find(step.recipient.address.domain());
    const bool ask =
        mode() == config::Mode::through &&
        (source_->direction == MailDirection::inbound || (route != nullptr && is_user_hop(*route)));
    if (!ask) co_return smtp::Reply{250, "2.1.5", "recipient ok"};
    auto reply = co_await probe(step.recipient);
    co_return reply;
}

// nullopt: not reachable; the log knows.
Task<std::expected<Probe, smtp::Reply>> Session::open_probe(const policy::Route& route,
                                                            const smtp::Recipient& recipient,
                                                            bool fresh) {
    Probe opened;
    opened.route = route;
    std::string why = "next hop not reachable: the user's session there has ended";
    smtp::Reply answer{451, "4.4.1", "the next hop is not reachable"};
    if (is_user_hop(route)) {
        if (user_hop_->ready()) {
            opened.home = user_hop_;
            opened.upstream = user_hop_->take();
        }
    } else {
        auto lease = co_await services_.upstreams.acquire(route, fresh);
        if (lease) {
            opened.upstream = std::move(lease->upstream);
        } else {
            const smtp::Reply& said = lease.error().reply;
            const bool for_good = lease.error().kind == delivery::Outcome::Kind::refused;
            why = (for_good ? "no next hop: " : "next hop not reachable: ") + said.text;
            if (for_good) answer = pass_on(said);
        }
    }
    if (opened.upstream) co_return opened;
    journal().refused_recipient(
        *source_, sender_, recipient.address, smtp_.recipients_tried(), why);
    co_return std::unexpected(std::move(answer));
}

// The next hop is asked while the client waits: a bad recipient is refused in the session, and no
// report has to be sent to an address that may be forged.
Task<smtp::Reply> Session::probe(const smtp::Recipient& recipient) {
    const mime::Domain& domain = recipient.address.domain();
    const policy::Route route = site_->routes.find(domain)->towards(domain);
    if (route.next_hop.kind == policy::NextHop::Kind::mailbox) {
        co_return smtp::Reply{250, "2.1.5", "recipient ok"};
    }
    const std::string key = delivery::identity(route);
    std::size_t at = 0;
    while (at < probes_.size() && delivery::identity(probes_[at].route) != key)
        ++at;
    const bool is_new = at == probes_.size();
    for (bool fresh = false;; fresh = true) {
        if (is_new && probes_.size() == at) {
            auto opened = co_await open_probe(route, recipient, fresh);
            if (!opened) co_return opened.error();
            opened->upstream->begin(sender_, parameters_, forwarded_);
            probes_.push_back(*std::move(opened));
        }
        Probe& open = probes_[at];
        auto outcome = co_await open.upstream->ask(recipient);
        if (outcome.kind == delivery::Outcome::Kind::delivered) {
            open.recipients.push_back(static_cast<std::uint32_t>(smtp_.recipients()));
            co_return smtp::Reply{250, "2.1.5", "recipient ok"};
        }
        const bool dead = !open.upstream->usable();
        const bool unused = open.recipients.empty();
        if (dead && unused) {
            // A pooled connection may have died while it lay idle: once more on a fresh one.
            if (open.home) open.home->give_back(std::move(open.upstream));
            probes_.erase(probes_.begin() + static_cast<std::ptrdiff_t>(at));
            const bool again = is_new && !fresh && !outcome.remote && !is_user_hop(route);
            if (again) continue;
        }
        const bool refused = outcome.remote && outcome.reply.permanent();
        journal().refused_recipient(*source_,
                                    sender_,
                                    recipient.address,
                                    smtp_.recipients_tried(),
                                    refused
                                        ? "refused by the next hop: " + reply_text(outcome.reply)
                                        : "not taken, the client keeps it: " +
                                              outcome_text(route.next_hop.to_string(), outcome));
        co_return pass_on(outcome.reply);
    }
}

}  // namespace sealgate::flow
