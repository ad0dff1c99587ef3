// SPDX-License-Identifier: Apache-2.0
#include "smtp/command.h"

#include "base/text.h"

#include <algorithm>
#include <array>
#include <utility>

namespace sealgate::smtp {

namespace {

constexpr std::string_view kBlanks = " \t";
constexpr std::size_t kMaxHelo = 255;

constexpr std::array kVerbs = std::to_array<std::pair<std::string_view, Verb>>({
    {"LHLO", Verb::lhlo},         {"EHLO", Verb::ehlo},       {"HELO", Verb::helo},
    {"MAIL", Verb::mail},         {"RCPT", Verb::rcpt},       {"DATA", Verb::data},
    {"BDAT", Verb::bdat},         {"RSET", Verb::rset},       {"NOOP", Verb::noop},
    {"QUIT", Verb::quit},         {"VRFY", Verb::vrfy},       {"HELP", Verb::help},
    {"STARTTLS", Verb::starttls}, {"AUTH", Verb::auth},       {"EXPN", Verb::unoffered},
    {"ETRN", Verb::unoffered},    {"TURN", Verb::unoffered},  {"ATRN", Verb::unoffered},
    {"SEND", Verb::unoffered},    {"SOML", Verb::unoffered},  {"SAML", Verb::unoffered},
    {"BURL", Verb::unoffered},    {"XCLIENT", Verb::xclient}, {"XFORWARD", Verb::xforward},
    {"GET", Verb::http},          {"POST", Verb::http},       {"PUT", Verb::http},
    {"HEAD", Verb::http},         {"OPTIONS", Verb::http},    {"CONNECT", Verb::http},
    {"DELETE", Verb::http},       {"PATCH", Verb::http},      {"TRACE", Verb::http},
    {"PRI", Verb::http},          {"PROPFIND", Verb::http},   {"HOST:", Verb::http},
    {"PROXY", Verb::proxy},
});

}  // namespace

ParsedCommand parse_command(std::string_view line) {
    line = line.substr(0, line.find_last_not_of(kBlanks) + 1);
    const std::size_t end = std::min(line.find_first_of(kBlanks), line.size());
    const std::string_view name = line.substr(0, end);
    const auto* const known =
        std::ranges::find_if(kVerbs, [&](const auto& entry) { return iequals(entry.first, name); });
    if (known == kVerbs.end()) return {};
    return {known->second, trim(line.substr(end), kBlanks)};
}

Parsed<std::string_view> parse_helo(std::string_view argument) {
    const auto is_harmless = [](char c) {
        return c > ' ' && c < 0x7F && !std::string_view("<>()\"\\,;@").contains(c);
    };
    if (argument.empty() || argument.size() > kMaxHelo ||
        !std::all_of(argument.begin(), argument.end(), is_harmless))
        return std::unexpected(Reply{501, "5.5.4", "Syntax: EHLO hostname"});
    return argument;
}

Parsed<ChunkCommand> parse_bdat(std::string_view argument) {
    const std::size_t end = std::min(argument.find_first_of(kBlanks), argument.size());
    const std::string_view flag = trim(argument.substr(end), kBlanks);
    const auto size = parse_number(argument.substr(0, end));
    if (!size || (!flag.empty() && !iequals(flag, "LAST")))
        return std::unexpected(Reply{501, "5.5.4", "Syntax: BDAT size [LAST]"});
    return ChunkCommand{*size, !flag.empty()};
}

}  // namespace sealgate::smtp
