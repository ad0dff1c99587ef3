// SPDX-License-Identifier: Apache-2.0
#include "flow/journal.h"

#include "base/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <random>

namespace sealgate::flow {

using maillog::Level;
using maillog::Verdict;

namespace {

// "TLSv1.3 TLS_AES_256_GCM_SHA384", "" in clear.
void put_tls(std::string& out, const Source& source) {
    constexpr std::string_view kWith = " with cipher ";
    out = source.tls;
    if (const std::size_t at = out.find(kWith); at != std::string::npos) {
        out.replace(at, kWith.size(), " ");
    }
}

}  // namespace

std::string event_number() {
    // Only has to look unlike its neighbours; nothing is secured by it.
    static thread_local std::minstd_rand engine{std::random_device{}()};
    std::uniform_int_distribution<std::uint32_t> pick(0x1000000, 0xfffffff);
    return fmt::format("0x{:x}", pick(engine));
}

std::string reply_text(const smtp::Reply& reply) {
    return reply.line();
}

std::string outcome_text(const std::string& next_hop, const delivery::Outcome& outcome) {
    std::string said = reply_text(outcome.reply);
    if (next_hop.empty()) return said;
    // A mailbox of ours takes without a word: the text is ours, and so is the place.
    if (outcome.remote || outcome.kind == delivery::Outcome::Kind::delivered) {
        return next_hop + ": " + said;
    }
    return "own status for " + next_hop + ": " + said;
}

maillog::Event& Journal::add(Level level, Verdict verdict) {
    if (used_ == pending_.size()) pending_.emplace_back();
    maillog::Event& event = pending_[used_++];
    event.time = clock_.now();
    event.level = level;
    event.verdict = verdict;
    event.connection.reset();
    event.message.reset();
    event.message_id.clear();
    event.sender.clear();
    event.recipient.clear();
    event.text.clear();
    event.direction = maillog::Direction::none;
    event.source.clear();
    event.listener.clear();
    event.tls.clear();
    event.size = 0;
    return event;
}

maillog::Event& Journal::add(Level level, Verdict verdict, const Source& source) {
    maillog::Event& event = add(level, verdict);
    event.connection = source.connection;
    event.direction = source.direction == policy::MailDirection::inbound
                          ? maillog::Direction::inbound
                          : maillog::Direction::outbound;
    event.source = source.address.to_string();
    event.listener = source.listener;
    put_tls(event.tls, source);
    return event;
}

maillog::Event& Journal::add(Level level, Verdict verdict, const Live& live) {
    maillog::Event& event = add(level, verdict, *live.source);
    event.message = live.id;
    event.message_id = live.message_id;
    event.sender = live.sender_text();
    event.size = live.content_size;
    return event;
}

bool Journal::flush() {
    if (used_ == 0) return log_.healthy();
    const Status written = log_.append(std::span(pending_.data(), used_));
    used_ = 0;
    return written.has_value();
}

void Journal::message(const Live& live) {
    const std::size_t recipients = live.envelope.recipients.size();
    maillog::Event& event = add(Level::notice, Verdict::received, live);
    fmt::format_to(std::back_inserter(event.text),
                   "message {} from {} ({} {}):",
                   event.message_id.empty() ? "<>" : event.message_id,
                   event.sender.empty() ? "<>" : event.sender,
                   recipients,
                   recipients == 1 ? "recipient" : "recipients");
}

void Journal::recipient(
    const Live& live, std::size_t index, Verdict verdict, Level level, std::string_view text) {
    maillog::Event& event = add(level, verdict, live);
    event.recipient = live.envelope.recipients[index].address.text();
    fmt::format_to(std::back_inserter(event.text),
                   "recipient {}/{} ({}): {}",
                   index + 1,
                   live.envelope.recipients.size(),
                   event.recipient,
                   text);
}

void Journal::refused_recipient(const Source& source,
                                const smtp::ReversePath& sender,
                                const mime::Address& recipient,
                                std::size_t tried,
                                std::string_view text) {
    maillog::Event& event = add(Level::notice, Verdict::rejected, source);
    event.sender = sender ? sender->text() : "";
    event.recipient = recipient.text();
    fmt::format_to(std::back_inserter(event.text),
                   "recipient {}/{} ({}): {}",
                   tried,
                   tried,
                   event.recipient,
                   text);
}

void Journal::refused_message(const Accepted& mail,
                              std::string_view message_id,
                              std::string_view text) {
    const std::vector<smtp::Recipient>& recipients = mail.envelope.recipients;
    for (std::size_t i = 0; i < recipients.size(); ++i) {
        maillog::Event& event = add(Level::notice, Verdict::rejected, *mail.source);
        event.message = mail.id;
        event.size = mail.content ? mail.content->size() : 0;
        event.message_id = message_id;
        event.sender = mail.envelope.sender ? mail.envelope.sender->text() : "";
        event.recipient = recipients[i].address.text();
        fmt::format_to(std::back_inserter(event.text),
                       "recipient {}/{} ({}): {}",
                       i + 1,
                       recipients.size(),
                       event.recipient,
                       text);
    }
}

void Journal::refused(const Source& source, const smtp::Refused& refusal) {
    using What = smtp::Refused::What;
    const bool of_mail = refusal.what != What::session && refusal.what != What::line &&
                         refusal.what != What::auth && refusal.what != What::xclient &&
                         refusal.what != What::xforward;
    maillog::Event& event = add(Level::notice, of_mail ? Verdict::rejected : Verdict::none, source);
    if (refusal.sender) event.sender = refusal.sender->text();
    if (!refusal.recipients.empty()) event.recipient = refusal.recipients.front().text();
    const auto out = std::back_inserter(event.text);
    const std::string said = reply_text(refusal.reply);
    switch (refusal.what) {
        case What::mail:
            fmt::format_to(out, "MAIL refused: {} ({})", said, refusal.argument);
            return;
        case What::rcpt:
            fmt::format_to(out, "RCPT refused: {} ({})", said, refusal.argument);
            return;
        case What::data:
            fmt::format_to(out, "DATA refused: {}", said);
            break;
        case What::bdat:
            fmt::format_to(out, "BDAT refused: {}", said);
            break;
        case What::end_of_data:
            fmt::format_to(out, "end of data refused: {}", said);
            break;
        case What::auth:
            fmt::format_to(out, "AUTH refused: {}", said);
            return;
        case What::xclient:
            fmt::format_to(out, "XCLIENT refused: {} ({})", said, refusal.argument);
            return;
        case What::xforward:
            fmt::format_to(out, "XFORWARD refused: {} ({})", said, refusal.argument);
            return;
        case What::line:
            fmt::format_to(out, "command line refused: {}", said);
            break;
        case What::session:
            fmt::format_to(out, "session with {} ended: {}", source.address.to_string(), said);
            break;
    }
    if (!event.sender.empty()) fmt::format_to(out, ", from {}", event.sender);
    constexpr std::size_t kMostNamed = 20;
    const std::size_t recipients = refusal.recipients.size();
    for (std::size_t i = 0; i < std::min(recipients, kMostNamed); ++i)
        fmt::format_to(out, "{}{}", i == 0 ? ", to " : ", ", refusal.recipients[i].text());
    if (recipients > kMostNamed) fmt::format_to(out, " and {} more", recipients - kMostNamed);
}

void Journal::introduce(const Source& source) {
    maillog::Event& event = add(Level::info, Verdict::none, source);
    fmt::format_to(std::back_inserter(event.text),
                   "connection from {} (HELO {}, {}, listener {}{}{}{}{})",
                   event.source,
                   source.helo.empty() ? "none" : source.helo,
                   event.tls.empty() ? "in clear" : event.tls,
                   source.listener,
                   source.by.empty() ? "" : ", by ",
                   source.by,
                   source.user.empty() ? "" : ", user ",
                   source.user);
}

void Journal::forwarded(const Source& source, const smtp::ClientFacts& client) {
    maillog::Event& event = add(Level::info, Verdict::none, source);
    const auto known = [](const std::optional<std::string>& text) {
        return text && !text->empty() ? *text : "unknown";
    };
    fmt::format_to(std::back_inserter(event.text),
                   "forwarded from {}[{}] (HELO {}, {}, id {}, {})",
                   known(client.name),
                   client.address ? client.address->to_string() : "unknown",
                   known(client.helo),
                   known(client.protocol),
                   known(client.ident),
                   client.source ? to_lower(known(client.source)) : "unknown");
}

void Journal::report(const Live& original, const Live& report) {
    const std::string to = report.envelope.recipients.front().address.text();
    maillog::Event& about = add(Level::info, Verdict::none, original);
    about.recipient = to;
    fmt::format_to(std::back_inserter(about.text),
                   "report {} goes to {}",
                   to_string(report.source->connection),
                   to);
    maillog::Event& back = add(Level::info, Verdict::none, report);
    back.recipient = to;
    fmt::format_to(
        std::back_inserter(back.text), "report about {}", to_string(original.source->connection));
}

void Journal::passing_through(const Live& live, std::size_t index) {
    recipient(live,
              index,
              Verdict::passed,
              Level::notice,
              fmt::format("passing through unmodified [{}]", event_number()));
}

void Journal::bouncing_unmanaged(const Live& live, std::size_t index) {
    recipient(
        live,
        index,
        Verdict::bounced,
        Level::notice,
        fmt::format("unmanaged domain blocked: bouncing message from {}", live.sender_text()));
}

void Journal::rejecting_unmanaged(const Source& source,
                                  const mime::Address& sender,
                                  const mime::Address& recipient,
                                  std::size_t tried) {
    refused_recipient(
        source,
        sender,
        recipient,
        tried,
        fmt::format("unmanaged domain blocked: rejecting message from {}", sender.text()));
}

void Journal::connection(const Source& source, Level level, std::string_view text) {
    add(level, Verdict::none, source).text = text;
}

void Journal::connection(const ConnectionId& id, Level level, std::string_view text) {
    maillog::Event& event = add(level, Verdict::none);
    event.connection = id;
    event.text = text;
}

void Journal::house(Level level, std::string_view text) {
    maillog::Event& event = add(level, Verdict::none);
    event.text = text;
}

}  // namespace sealgate::flow
