#pragma once
// SPDX-License-Identifier: Apache-2.0
// The language of queries, the same for command line, API and console: words, "quoted words",
// name:value, and a minus before what must not be. Nothing here looks at records.
//
//   term   = [ "-" ] ( word | quoted | name ":" ( value | quoted ) )
//   quoted = DQUOTE *( any octet but DQUOTE ) DQUOTE
//
// A name is made of letters only; so "SMTP-00042:" and "10.1.0.7:25" are words, and so is a word
// that ends in a colon ("blocked:") unless it is one of the names.

#include "base/clock.h"
#include "base/ids.h"
#include "base/network.h"
#include "maillog/event.h"

#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sealgate::maillog {

// Words that must stand next to each other, in lower case; one word alone is a phrase of one.
using Phrase = std::vector<std::string>;

// Budgets for foreign queries.
inline constexpr std::size_t kMaxQueryText = 4096;
inline constexpr std::size_t kMaxQueryWords = 64;
inline constexpr std::size_t kMaxQueryTerms = 64;
inline constexpr std::size_t kMaxAddressPart = 1024;

// A message; without its number, what of the connection belongs to no message.
struct MessageKey {
    ConnectionId connection;
    std::optional<MessageId> message;

    auto operator<=>(const MessageKey&) const = default;
};

// One condition on a record. Which of the fields counts is said by `kind`.
struct Term {
    enum class Kind : std::uint8_t {
        phrase,      // words
        sender,      // text: part of the address
        recipient,   // text
        domain,      // text: of sender or recipient; ".suffix" stands for all below it
        connection,  // connection, and message where one of its messages is meant
        message_id,  // text: the Message-ID without angle brackets
        direction,   // direction
        verdict,     // verdict
        larger,      // number: octets
        since,       // time: this moment or later
        until,       // time: before this moment
        level,       // level: this one or graver
        source,      // network
        listener,    // text
        messages,    // messages: one of these; no query says this
    };
    Kind kind = Kind::phrase;
    bool negated = false;
    Phrase words = {};
    std::string text = {};  // in lower case, escaped as the stored texts are
    ConnectionId connection = {};
    std::optional<MessageId> message = {};
    Direction direction = Direction::none;
    Verdict verdict = Verdict::none;
    Level level = Level::debug;
    std::uint64_t number = 0;
    WallTime time = {};
    Network network = {};
    std::vector<MessageKey> messages = {};  // in order
};

// Where a query is wrong, in octets from its start, and a sentence that says what to do.
struct BadTerm {
    std::size_t position = 0;
    std::size_t length = 0;
    std::string what;
};

// `now` is what "2h" counts from. All terms must hold; no terms: everything.
[[nodiscard]] std::expected<std::vector<Term>, BadTerm> parse_terms(std::string_view text,
                                                                    WallTime now);

// A connection ID ("SMTP-00042"), a trace ID ("SMTP-00042.1") or a message of the queue (16 hex
// digits); nullopt for anything else.
[[nodiscard]] std::optional<Term> parse_id_term(std::string_view text);
// Part of an address as stored ones are searched for it: escaped, in lower case.
[[nodiscard]] std::string searched_part(std::string_view text);
// "a@b" of "<a@b>".
[[nodiscard]] std::string_view without_brackets(std::string_view text);

// Whether `domain`, in lower case, is `wanted` or below it (".suffix").
[[nodiscard]] bool domain_answers(std::string_view domain, std::string_view wanted);
// What stands behind the last @; "" when there is none.
[[nodiscard]] std::string_view domain_of(std::string_view address);

}  // namespace sealgate::maillog
