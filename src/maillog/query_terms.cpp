// SPDX-License-Identifier: Apache-2.0
#include "maillog/query_terms.h"

#include "base/moment.h"
#include "base/text.h"
#include "base/units.h"
#include "maillog/words.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace sealgate::maillog {
namespace {

using Kind = Term::Kind;

constexpr std::string_view kBlanks = " \t\r\n";
constexpr std::size_t kShown = 64;  // octets of a foreign value in a sentence

std::string shown(std::string_view text) {
    return escape_for_log(text, kShown);
}

// A value is turned into its term, or into the sentence that says what is wrong with it.
using Read = std::expected<Term, std::string>;
using ReadValue = Read (*)(std::string_view value, WallTime now);

std::unexpected<std::string> no(std::string sentence) {
    return std::unexpected(std::move(sentence));
}

Read read_address(Kind kind, std::string_view name, std::string_view value) {
    const std::string_view part = without_brackets(value);
    if (part.empty()) {
        return no(
            fmt::format("'{}:' needs an address or a part of one, such as {}:bob@", name, name));
    }
    if (part.size() > kMaxAddressPart) {
        return no(fmt::format("'{}:' is longer than {} octets", name, kMaxAddressPart));
    }
    return Term{.kind = kind, .text = searched_part(part)};
}

Read read_from(std::string_view value, WallTime /*now*/) {
    return read_address(Kind::sender, "from", value);
}

Read read_to(std::string_view value, WallTime /*now*/) {
    return read_address(Kind::recipient, "to", value);
}

Read read_domain(std::string_view value, WallTime /*now*/) {
    if (value.starts_with('@')) value.remove_prefix(1);
    if (value.empty() || value == "." || value.size() > kMaxAddressPart ||
        value.find_first_of("@ ") != std::string_view::npos) {
        return no(
            "'domain:' needs a domain: domain:example.com, or domain:.example.com for all below "
            "it");
    }
    return Term{.kind = Kind::domain, .text = searched_part(value)};
}

Read read_id(std::string_view value, WallTime /*now*/) {
    if (auto term = parse_id_term(value)) return *std::move(term);
    return no(fmt::format("'{}' is no ID: a connection is SMTP-00042, a message of it SMTP-00042.1",
                          shown(value)));
}

Read read_message_id(std::string_view value, WallTime /*now*/) {
    const std::string_view id = without_brackets(value);
    if (id.empty() || id.size() > kMaxAddressPart) {
        return no("'msgid:' needs the value of the Message-ID field: msgid:<1234@example.com>");
    }
    return Term{.kind = Kind::message_id, .text = searched_part(id)};
}

Read read_direction(std::string_view value, WallTime /*now*/) {
    if (iequals(value, "out") || iequals(value, "outbound")) {
        return Term{.kind = Kind::direction, .direction = Direction::outbound};
    }
    if (iequals(value, "in") || iequals(value, "inbound")) {
        return Term{.kind = Kind::direction, .direction = Direction::inbound};
    }
    return no("'dir:' takes 'out' or 'in'");
}

constexpr std::string_view kVerdicts =
    "received, passed, accepted, rejected, bounced, held, discarded, delivered, deferred, failed";

Read read_status(std::string_view value, WallTime /*now*/) {
    const auto verdict = parse_verdict(value);
    if (!verdict || *verdict == Verdict::none) {
        return no(fmt::format("'status:' takes one of {}", kVerdicts));
    }
    return Term{.kind = Kind::verdict, .verdict = *verdict};
}

Read read_is(std::string_view value, WallTime /*now*/) {
    if (iequals(value, "held")) return Term{.kind = Kind::verdict, .verdict = Verdict::held};
    if (iequals(value, "clear")) {
        return no(
            "'is:clear' is not available: the mail log does not record how a message was "
            "protected");
    }
    return no("'is:' takes 'held'");
}

Read read_larger(std::string_view value, WallTime /*now*/) {
    const auto size = parse_size(value);
    if (!size) return no("'larger:' needs a size with its unit, such as larger:5MiB");
    return Term{.kind = Kind::larger, .number = *size};
}

Read read_time(Kind kind, std::string_view name, std::string_view value, WallTime now) {
    const auto time = parse_moment(value, now);
    if (!time) {
        return no(
            fmt::format("'{}:' needs a time: 5m, 2h, 7d, yesterday, 11:46, 2026-11-25", name));
    }
    return Term{.kind = kind, .time = *time};
}

Read read_since(std::string_view value, WallTime now) {
    return read_time(Kind::since, "since", value, now);
}

Read read_until(std::string_view value, WallTime now) {
    return read_time(Kind::until, "until", value, now);
}

Read read_level(std::string_view value, WallTime /*now*/) {
    const auto level = parse_level(value);
    if (!level) return no("'level:' takes one of debug, info, notice, warning, error, fatal");
    return Term{.kind = Kind::level, .level = *level};
}

Read read_source(std::string_view value, WallTime /*now*/) {
    auto network = Network::parse(value);
    if (!network) return no("'source:' needs an address or a network: 192.0.2.7, 2001:db8::/32");
    return Term{.kind = Kind::source, .network = *network};
}

Read read_listener(std::string_view value, WallTime /*now*/) {
    if (value.empty()) return no("'listener:' needs the name of a listener");
    return Term{.kind = Kind::listener, .text = searched_part(value)};
}

// Names that the language has and this version cannot answer: silence would look like "nothing
// found".
Read not_recorded(std::string_view name, std::string_view what) {
    return no(fmt::format("'{}:' is not available: the mail log does not record {}", name, what));
}

Read read_subject(std::string_view /*value*/, WallTime /*now*/) {
    return not_recorded("subject", "subjects");
}

Read read_rule(std::string_view /*value*/, WallTime /*now*/) {
    return not_recorded("rule", "which rule decided");
}

Read read_key(std::string_view /*value*/, WallTime /*now*/) {
    return not_recorded("key", "keys");
}

struct Name {
    std::string_view name;
    ReadValue read;
};

constexpr std::array<Name, 17> kNames = {{{"from", read_from},
                                          {"to", read_to},
                                          {"domain", read_domain},
                                          {"subject", read_subject},
                                          {"id", read_id},
                                          {"msgid", read_message_id},
                                          {"dir", read_direction},
                                          {"status", read_status},
                                          {"rule", read_rule},
                                          {"key", read_key},
                                          {"is", read_is},
                                          {"larger", read_larger},
                                          {"since", read_since},
                                          {"until", read_until},
                                          {"level", read_level},
                                          {"source", read_source},
                                          {"listener", read_listener}}};

// The letters before a colon at the start of `text`; "" when it does not start so.
std::string_view name_before_colon(std::string_view text) {
    std::size_t end = 0;
    while (end < text.size() && is_alpha(text[end]))
        ++end;
    return end > 0 && end < text.size() && text[end] == ':' ? text.substr(0, end)
                                                            : std::string_view();
}

const Name* find_name(std::string_view name) {
    const auto* const found =
        std::ranges::find_if(kNames, [name](const Name& one) { return iequals(one.name, name); });
    return found == kNames.end() ? nullptr : found;
}

std::string unknown_name(std::string_view name) {
    std::vector<std::string_view> names;
    for (const Name& one : kNames)
        names.push_back(one.name);
    const std::string lower = to_lower(name.substr(0, kShown));
    const std::string_view near = nearest(lower, names);
    return fmt::format("there is no term '{}:'{}; quotes around it search for the words",
                       shown(name),
                       near.empty() ? "" : fmt::format(", did you mean '{}:'?", near));
}

// The words of one term. A connection ID takes the form that lines show, whatever its padding.
Phrase words_of(std::string_view term) {
    Phrase words;
    std::size_t at = 0;
    for (auto word = next_word(term, at); !word.empty(); word = next_word(term, at)) {
        const auto connection = parse_connection_id(word);
        words.push_back(to_lower(connection ? sealgate::to_string(*connection) : word));
    }
    return words;
}

class Parser {
public:
    Parser(std::string_view text, WallTime now) : text_(text), now_(now) {}

    std::expected<std::vector<Term>, BadTerm> run() {
        if (text_.size() > kMaxQueryText) {
            return bad(kMaxQueryText,
                       text_.size() - kMaxQueryText,
                       fmt::format("a query is at most {} octets long", kMaxQueryText));
        }
        for (skip_blanks(); at_ < text_.size(); skip_blanks()) {
            const std::size_t start = at_;
            auto term = take_term();
            if (!term) return std::unexpected(std::move(term).error());
            words_ += term->words.size();
            if (words_ > kMaxQueryWords) {
                return bad(start,
                           at_ - start,
                           fmt::format("a query has at most {} words", kMaxQueryWords));
            }
            if (terms_.size() == kMaxQueryTerms) {
                return bad(start,
                           at_ - start,
                           fmt::format("a query has at most {} terms", kMaxQueryTerms));
            }
            terms_.push_back(*std::move(term));
        }
        return std::move(terms_);
    }

private:
    static std::unexpected<BadTerm> bad(std::size_t position,
                                        std::size_t length,
                                        std::string what) {
        return std::unexpected(BadTerm{position, length, std::move(what)});
    }

    void skip_blanks() { at_ = std::min(text_.find_first_not_of(kBlanks, at_), text_.size()); }

    std::expected<Term, BadTerm> take_term() {
        const std::size_t start = at_;
        const bool negated = text_[at_] == '-' && at_ + 1 < text_.size() &&
                             kBlanks.find(text_[at_ + 1]) == std::string_view::npos;
        if (negated) ++at_;
        const std::string_view name = name_before_colon(text_.substr(at_));
        const Name* const known = find_name(name);
        if (known != nullptr) {
            const std::size_t value_at = at_ = at_ + name.size() + 1;
            auto value = take_value();
            if (!value) return std::unexpected(std::move(value).error());
            auto term = known->read(*value, now_);
            // What is wrong with the name itself is shown at the term, else at the value.
            if (!term) {
                const std::size_t from = value->empty() ? start : value_at;
                return bad(from, at_ - from, std::move(term).error());
            }
            term->negated = negated;
            return *std::move(term);
        }
        const std::size_t word_at = at_;
        auto value = take_value();
        if (!value) return std::unexpected(std::move(value).error());
        const std::size_t behind_name = word_at + name.size() + 1;
        // "blocked:" and "http://..." are text that people copy.
        if (!name.empty() && behind_name < at_ && text_[behind_name] != '/') {
            return bad(word_at, name.size() + 1, unknown_name(name));
        }
        Term term{.negated = negated, .words = words_of(*value)};
        if (term.words.empty()) {
            return bad(start, at_ - start, "nothing to search for: no letter and no digit");
        }
        return term;
    }

    // Up to the closing quote, or to the next blank or quote.
    std::expected<std::string_view, BadTerm> take_value() {
        const std::size_t start = at_;
        if (at_ < text_.size() && text_[at_] == '"') {
            const std::size_t end = text_.find('"', start + 1);
            if (end == std::string_view::npos) {
                return bad(start, text_.size() - start, "this quote is not closed");
            }
            at_ = end + 1;
            return text_.substr(start + 1, end - start - 1);
        }
        at_ = std::min(text_.find_first_of(" \t\r\n\"", start), text_.size());
        return text_.substr(start, at_ - start);
    }

    std::string_view text_;
    WallTime now_;
    std::size_t at_ = 0;
    std::size_t words_ = 0;
    std::vector<Term> terms_;
};

}  // namespace

std::expected<std::vector<Term>, BadTerm> parse_terms(std::string_view text, WallTime now) {
    return Parser(text, now).run();
}

std::optional<Term> parse_id_term(std::string_view text) {
    constexpr std::size_t kHexDigits = 16;
    Term term{.kind = Kind::connection};
    if (text.size() == kHexDigits) {
        if (const auto message = parse_message_id(text)) {
            term.connection = connection_of(*message);
            term.message = message;
            return term;
        }
    }
    // A trace ID has the number of the message behind the dot.
    const std::size_t dot = std::min(text.find('.'), text.size());
    const auto connection = parse_connection_id(text.substr(0, dot));
    if (!connection) return std::nullopt;
    term.connection = *connection;
    if (dot == text.size()) return term;
    const auto number = parse_number(text.substr(dot + 1));
    if (!number || *number >> kMessagesPerConnectionBits != 0) return std::nullopt;
    term.message = make_message_id(*connection, static_cast<std::uint32_t>(*number));
    return term;
}

std::string searched_part(std::string_view text) {
    return to_lower(escape_for_log(text, 4 * kMaxAddressPart));
}

std::string_view without_brackets(std::string_view text) {
    if (text.size() >= 2 && text.front() == '<' && text.back() == '>') {
        return text.substr(1, text.size() - 2);
    }
    return text;
}

bool domain_answers(std::string_view domain, std::string_view wanted) {
    if (wanted.starts_with('.')) return domain.size() > wanted.size() && domain.ends_with(wanted);
    return domain == wanted;
}

std::string_view domain_of(std::string_view address) {
    const std::size_t at = address.rfind('@');
    return at == std::string_view::npos ? std::string_view() : address.substr(at + 1);
}

}  // namespace sealgate::maillog
