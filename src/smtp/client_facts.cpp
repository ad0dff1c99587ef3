// SPDX-License-Identifier: Apache-2.0
#include "smtp/client_facts.h"

#include "base/text.h"
#include "smtp/xtext.h"

#include <algorithm>

namespace sealgate::smtp {

namespace {

constexpr std::string_view kBlanks = " \t";
constexpr std::size_t kMaxValue = 255;

std::unexpected<Reply> bad(std::string text) {
    return std::unexpected(Reply{501, "5.5.4", std::move(text)});
}

// An IPv4 address, or "IPV6:" and an IPv6 address.
std::optional<IpAddress> parse_address(std::string_view text) {
    constexpr std::string_view kPrefix = "IPV6:";
    const bool v6 = istarts_with(text, kPrefix);
    if (v6) text.remove_prefix(kPrefix.size());
    if (text.contains(':') != v6) return std::nullopt;
    auto address = IpAddress::parse(text);
    if (!address) return std::nullopt;
    return *address;
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
    const auto port = parse_number(text);
    if (!port || text.size() > 5 || *port == 0 || *port > 65535) return std::nullopt;
    return static_cast<std::uint16_t>(*port);
}

bool is_word_of(std::string_view word, std::string_view words) {
    const auto all = split(words, ' ');
    return std::ranges::any_of(all, [&](std::string_view one) { return iequals(one, word); });
}

// `value` is decoded, "" when it was said to be unavailable. False: not of the attribute's kind.
bool take(std::string_view attribute, const std::string& value, ClientFacts& out) {
    const bool available = !value.empty();
    if (iequals(attribute, "ADDR")) {
        out.address_given = true;
        if (available) out.address = parse_address(value);
        return !available || out.address.has_value();
    }
    if (iequals(attribute, "DESTADDR")) return !available || parse_address(value).has_value();
    if (iequals(attribute, "DESTPORT")) return !available || parse_port(value).has_value();
    if (iequals(attribute, "PORT")) {
        const auto port = available ? parse_port(value) : std::optional<std::uint16_t>(0);
        out.port = port;
        return port.has_value();
    }
    if (iequals(attribute, "PROTO")) {
        out.protocol = value;
        return !available || is_word_of(value, "SMTP ESMTP");
    }
    if (iequals(attribute, "SOURCE")) {
        out.source = value;
        return !available || is_word_of(value, "LOCAL REMOTE");
    }
    if (iequals(attribute, "NAME")) out.name = value;
    if (iequals(attribute, "HELO")) out.helo = value;
    if (iequals(attribute, "LOGIN")) out.login = value;
    if (iequals(attribute, "IDENT")) out.ident = value;
    return true;
}

}  // namespace

bool ClientFacts::empty() const {
    return *this == ClientFacts{};
}

void ClientFacts::add(const ClientFacts& later) {
    const auto take_over = [](auto& ours, const auto& theirs) {
        if (theirs) ours = theirs;
    };
    take_over(name, later.name);
    take_over(port, later.port);
    take_over(protocol, later.protocol);
    take_over(helo, later.helo);
    take_over(login, later.login);
    take_over(ident, later.ident);
    take_over(source, later.source);
    if (!later.address_given) return;
    address_given = true;
    address = later.address;
}

Parsed<ClientFacts> parse_client_facts(std::string_view argument, std::string_view attributes) {
    ClientFacts facts;
    std::vector<std::string_view> seen;
    while (!argument.empty()) {
        const std::size_t end = std::min(argument.find_first_of(kBlanks), argument.size());
        const std::string_view word = argument.substr(0, end);
        argument = trim(argument.substr(end), kBlanks);
        const std::size_t equals = word.find('=');
        const std::string_view attribute = word.substr(0, equals);
        if (equals == std::string_view::npos || !is_word_of(attribute, attributes)) {
            return bad("Attributes: " + std::string(attributes));
        }
        const auto again = [&](std::string_view one) { return iequals(one, attribute); };
        if (std::ranges::any_of(seen, again)) return bad("Attribute given twice");
        seen.push_back(attribute);
        auto value = decode_xtext(word.substr(equals + 1));
        if (!value || value->empty() || value->size() > kMaxValue) {
            return bad("Bad value of an attribute");
        }
        if (iequals(*value, "[UNAVAILABLE]") || iequals(*value, "[TEMPUNAVAIL]")) value->clear();
        if (!take(attribute, *value, facts)) return bad("Bad value of an attribute");
    }
    if (seen.empty()) return bad("Attributes: " + std::string(attributes));
    return facts;
}

std::vector<std::string> xforward_commands(const ClientFacts& facts, std::string_view offered) {
    constexpr std::size_t kMaxLine = 510;
    std::vector<std::string> lines;
    const auto say = [&](std::string_view attribute, const std::optional<std::string>& value) {
        if (!value || !is_word_of(attribute, offered)) return;
        std::string word = " ";
        word.append(attribute).append("=");
        word += value->empty() ? "[UNAVAILABLE]" : encode_xtext(*value);
        constexpr std::string_view kVerb = "XFORWARD";
        if (kVerb.size() + word.size() > kMaxLine) return;
        if (lines.empty() || lines.back().size() + word.size() > kMaxLine) {
            lines.emplace_back(kVerb);
        }
        lines.back() += word;
    };
    std::optional<std::string> address;
    if (facts.address_given) {
        address = "";
        if (facts.address) {
            address = (facts.address->is_v4() ? "" : "IPV6:") + facts.address->to_string();
        }
    }
    std::optional<std::string> port;
    if (facts.port) port = *facts.port == 0 ? "" : std::to_string(*facts.port);
    say("NAME", facts.name);
    say("ADDR", address);
    say("PORT", port);
    say("PROTO", facts.protocol);
    say("HELO", facts.helo);
    say("IDENT", facts.ident);
    say("SOURCE", facts.source);
    return lines;
}

}  // namespace sealgate::smtp
