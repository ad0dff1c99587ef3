// SPDX-License-Identifier: Apache-2.0
#include "flow/journal.h"

#include <fmt/format.h>

#include <iterator>
#include <random>

namespace sealgate::flow {

using maillog::Level;
using maillog::Verdict;

std::string event_number() {
    // Only has to look unlike its neighbours; nothing is secured by it.
    static thread_local std::minstd_rand engine{std::random_device{}()};
    std::uniform_int_distribution<std::uint32_t> pick(0x1000000, 0xfffffff);
    return fmt::format("0x{:x}", pick(engine));
}

std::string reply_text(const smtp::Reply& reply) {
    return reply.line();
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
    return event;
}

bool Journal::flush() {
    if (used_ == 0) return log_.healthy();
    const Status written = log_.append(std::span(pending_.data(), used_));
    used_ = 0;
    return written.has_value();
}

void Journal::message(const Source& source,
                      MessageId id,
                      std::string_view message_id,
                      std::string_view sender,
                      std::size_t recipients) {
    maillog::Event& event = add(Level::notice, Verdict::received);
    event.connection = source.connection;
    event.message = id;
    event.message_id = message_id;
    event.sender = sender;
    fmt::format_to(std::back_inserter(event.text),
                   "message {} from {} ({} {}):",
                   message_id.empty() ? "<>" : message_id,
                   sender.empty() ? "<>" : sender,
                   recipients,
                   recipients == 1 ? "recipient" : "recipients");
}

void Journal::recipient(
    const Live& live, std::size_t index, Verdict verdict, Level level, std::string_view text) {
    maillog::Event& event = add(level, verdict);
    event.connection = live.source->connection;
    event.message = live.id;
    event.message_id = live.message_id;
    event.sender = live.sender_text();
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
    maillog::Event& event = add(Level::notice, Verdict::rejected);
    event.connection = source.connection;
    event.sender = sender ? sender->text() : "";
    event.recipient = recipient.text();
    fmt::format_to(std::back_inserter(event.text),
                   "recipient {}/{} ({}): {}",
                   tried,
                   tried,
                   event.recipient,
                   text);
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
